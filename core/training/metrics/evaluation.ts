import { calibrationErrors, reliabilityBins } from "./calibration/reliability_bins.ts";
import { brierScore, negativeLogLikelihood } from "./calibration/scoring_rules.ts";
import { classPrecision, classRecall, definedRate, meanRate } from "./class_rates.ts";
import { confusionMargins, confusionMatrix } from "./confusion.ts";
import { predictedClasses, softmaxRows, topConfidence, topKCorrect } from "./logit_rows.ts";
import { geometricMean, macroScores } from "./macro_scores.ts";
import { type ShotGroups, shotGroups } from "./shot_groups.ts";

/** What the evaluation loop has counted. */
export interface EvaluationCounts {
  /** Counts [C, C], row = true class, column = predicted class. */
  readonly confusion: ArrayLike<number>;
  /** Number of classes C. */
  readonly classes: number;
  /** Images whose true class is among the five largest logits (among all, if C < 5). */
  readonly top5Correct: number;
  /** Labeled training samples of each class, from which the shot groups are made. */
  readonly trainCounts: ArrayLike<number>;
  /** The shot groups, where the customary ones are not wanted. */
  readonly groups?: ShotGroups;
}

/** The numbers of one evaluation; rates are fractions, null where undefined. */
export interface EvaluationSummary {
  /** Images that were evaluated. */
  readonly images: number;
  /** Share whose class has the largest logit. */
  readonly top1: number;
  /** Share whose class is among the five largest logits. */
  readonly top5: number;
  /** Mean recall over the classes that have an image. */
  readonly balancedAccuracy: number;
  /** Geometric mean of the recalls, {@linkcode geometricMean}; null if a class has no image. */
  readonly geometricMean: number | null;
  /** Mean F1 over the classes that occur in labels or predictions. */
  readonly macroF1: number;
  /** Null for a class without an image. */
  readonly perClassRecall: readonly (number | null)[];
  /** Null for a class that was never predicted. */
  readonly perClassPrecision: readonly (number | null)[];
  /** Mean recall over the group's classes that have an image; null if none has. */
  readonly many: number | null;
  /** As `many`, of the classes between. */
  readonly medium: number | null;
  /** As `many`, of the rarest classes. */
  readonly few: number | null;
  /** Counts, row = true class. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Sums an evaluation up as `summary.json` reports it.
 *
 * A class without an image counts nowhere: neither in the balanced accuracy nor in its shot group
 * (as scikit-learn's `balanced_accuracy_score`; other code makes the whole mean NaN). Groups are
 * those of {@linkcode shotGroups}, by labeled training counts.
 *
 * @throws {TypeError} If the matrix or the training counts do not fit the number of classes.
 * @throws {RangeError} If no image was evaluated.
 *
 * @example Two classes
 * ```ts
 * import { summarizeEvaluation } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const { top1, balancedAccuracy } = summarizeEvaluation({
 *   confusion: [8, 0, 1, 1],
 *   classes: 2,
 *   top5Correct: 10,
 *   trainCounts: [50, 5],
 * });
 * assert.equal(top1, 0.9);
 * assert.equal(balancedAccuracy, 0.75);
 * ```
 */
export function summarizeEvaluation(counts: EvaluationCounts): EvaluationSummary {
  const { confusion, classes, top5Correct, trainCounts } = counts;
  if (trainCounts.length !== classes) {
    throw new TypeError(
      `Training counts of ${trainCounts.length} classes do not fit an evaluation of ${classes}`,
    );
  }
  const { right, total } = confusionMargins(confusion, classes);
  if (total === 0) throw new RangeError("Cannot sum up an evaluation of no images");
  const recall = classRecall(confusion, classes);
  const rows = Array.from(confusion);
  const groups = counts.groups ?? shotGroups(trainCounts);
  const ofGroup = (group: readonly number[]) => definedRate(meanRate(recall, { classes: group }));
  return {
    images: total,
    top1: right / total,
    top5: top5Correct / total,
    balancedAccuracy: meanRate(recall),
    geometricMean: definedRate(geometricMean(recall)),
    macroF1: macroScores(confusion, classes).f1,
    perClassRecall: Array.from(recall, definedRate),
    perClassPrecision: Array.from(classPrecision(confusion, classes), definedRate),
    many: ofGroup(groups.many),
    medium: ofGroup(groups.medium),
    few: ofGroup(groups.few),
    confusion: Array.from(
      { length: classes },
      (_, row) => rows.slice(row * classes, (row + 1) * classes),
    ),
  };
}

/** How far confidences can be trusted; see {@linkcode calibrationErrors}. */
export interface Calibration {
  /** Bins of equal width between 0 and 1. */
  readonly bins: number;
  /** A bin owns its upper edge, as Guo et al. and BalPoE have it. */
  readonly convention: "right-closed";
  /** Expected calibration error. */
  readonly ece: number;
  /** Maximum calibration error. */
  readonly mce: number;
  /** Overconfidence error. */
  readonly overconfidence: number;
  /** Mean negative log-likelihood of the true class. */
  readonly nll: number;
  /** Brier score, 0 to 2. */
  readonly brier: number;
  /** The errors where a bin owns its lower edge, as torchmetrics and ADELLO have it. */
  readonly leftClosed: { readonly ece: number; readonly mce: number };
  /** The bars of a reliability diagram: of each bin its images and their means, 0 if empty. */
  readonly reliability: {
    readonly count: readonly number[];
    readonly confidence: readonly number[];
    readonly accuracy: readonly number[];
  };
}

/** What logits come to; rates are fractions, null where undefined. */
export interface LogitScores extends EvaluationSummary {
  /** Mean cross entropy. */
  readonly loss: number;
  /** How far confidences can be trusted. */
  readonly calibration: Calibration;
}

/** What {@linkcode scoreLogits} scores. */
export interface ScoredLogits {
  /** Rows [N, C], row-major. */
  readonly logits: ArrayLike<number>;
  /** True classes [N]. */
  readonly labels: ArrayLike<number>;
  /** Number of classes C. */
  readonly classes: number;
  /** Labeled training samples of each class, from which the shot groups are made. */
  readonly trainCounts: ArrayLike<number>;
}

/** Bins of the calibration errors, as papers report them. */
const BINS = 15;

/**
 * Every score of an evaluation, from its logits: accuracy, rates by class, calibration.
 *
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class, or there is no row.
 *
 * @example Two images, one right and sure, one wrong and undecided
 * ```ts
 * import { scoreLogits } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const scores = scoreLogits({
 *   logits: [9, 0, 0.1, 0],
 *   labels: [0, 1],
 *   classes: 2,
 *   trainCounts: [5, 5],
 * });
 * assert.equal(scores.top1, 0.5);
 * assert.ok(scores.calibration.ece > 0.2 && scores.calibration.ece < 0.3);
 * ```
 */
export function scoreLogits({ logits, labels, classes, trainCounts }: ScoredLogits): LogitScores {
  const predictions = predictedClasses(logits, classes);
  const probabilities = softmaxRows(logits, classes);
  const confidence = topConfidence(probabilities, classes);
  const correct = predictions.map((predicted, i) => predicted === labels[i] ? 1 : 0);
  const summary = summarizeEvaluation({
    top5Correct: topKCorrect(logits, labels, { classes, k: 5 }), // checks shapes and labels
    confusion: confusionMatrix(labels, predictions, { classes }),
    classes,
    trainCounts,
  });
  const bars = reliabilityBins(confidence, correct, { bins: BINS, closed: "right" });
  const right = calibrationErrors(bars);
  const left = calibrationErrors(reliabilityBins(confidence, correct, { bins: BINS }));
  const loss = negativeLogLikelihood(logits, labels, { classes });
  return {
    ...summary,
    loss,
    calibration: {
      bins: BINS,
      convention: "right-closed",
      ece: right.expected,
      mce: right.maximum,
      overconfidence: right.overconfidence,
      nll: loss,
      brier: brierScore(probabilities, labels, { classes }),
      leftClosed: { ece: left.expected, mce: left.maximum },
      reliability: {
        count: [...bars.count],
        confidence: [...bars.confidence],
        accuracy: [...bars.accuracy],
      },
    },
  };
}
