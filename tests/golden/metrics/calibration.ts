import {
  adaptiveCalibrationError,
  staticCalibrationError,
} from "../../../core/training/metrics/calibration/class_calibration.ts";
import {
  calibrationErrors,
  reliabilityBins,
} from "../../../core/training/metrics/calibration/reliability_bins.ts";
import {
  brierScore,
  negativeLogLikelihood,
} from "../../../core/training/metrics/calibration/scoring_rules.ts";
import {
  predictedClasses,
  softmaxRows,
  topConfidence,
} from "../../../core/training/metrics/logit_rows.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";

const TOLERANCE = { relative: 0, absolute: 1e-6 } as const;
/** What TACE leaves out, as the group's formulas state. */
const TACE_THRESHOLD = 0.01;

/** Checks `metrics_calibration`: from logits, or from confidences where a case has no logits. */
export const run: GoldenRunner = (c, check) => {
  const bins = c.params.bins as number;
  const given = c.has("logits") ? fromLogits(c, check) : {
    confidence: c.floats("confidence"),
    correct: c.tensor("correct").data,
    scores: {},
  };
  const left = reliabilityBins(given.confidence, given.correct, { bins, closed: "left" });
  const right = reliabilityBins(given.confidence, given.correct, { bins, closed: "right" });
  for (const [side, filled] of [["leftclosed", left], ["rightclosed", right]] as const) {
    check.equal(`${side}/count`, filled.count, c.tensor(`${side}/count`));
    for (const mean of ["confidence", "accuracy"] as const) {
      const name = `${side}/${mean}`;
      if (c.has(name)) check.close(name, filled[mean], c.tensor(name), TOLERANCE);
    }
  }
  const ofLeft = calibrationErrors(left), ofRight = calibrationErrors(right);
  const got: Readonly<Record<string, number>> = {
    "leftclosed/ece": ofLeft.expected,
    "leftclosed/mce": ofLeft.maximum,
    "rightclosed/ece": ofRight.expected,
    "rightclosed/mce": ofRight.maximum,
    "rightclosed/oe": ofRight.overconfidence,
    ...given.scores,
  };
  for (const name of c.scalarNames) {
    const value = got[name];
    if (value === undefined) check.fail(name, "no calibration error of this name is known");
    else check.close(name, value, c.scalar(name), TOLERANCE);
  }
};

function fromLogits(c: GoldenCase, check: Check) {
  const { C: classes, bins } = c.params as { C: number; bins: number };
  const logits = c.floats("logits"), labels = c.ints("labels");
  const probabilities = softmaxRows(logits, classes);
  const confidence = topConfidence(probabilities, classes);
  const correct = predictedClasses(logits, classes).map((p, i) => p === labels[i] ? 1 : 0);
  check.close("confidence", confidence, c.tensor("confidence"), TOLERANCE);
  check.equal("correct", correct, c.tensor("correct"));
  return {
    confidence,
    correct,
    scores: {
      "rightclosed/sce": staticCalibrationError(probabilities, labels, { classes, bins }),
      ace: adaptiveCalibrationError(probabilities, labels, { classes, bins }),
      tace: adaptiveCalibrationError(probabilities, labels, {
        classes,
        bins,
        threshold: TACE_THRESHOLD,
      }),
      brier: brierScore(probabilities, labels, { classes }),
      nll: negativeLogLikelihood(logits, labels, { classes }),
    },
  };
}
