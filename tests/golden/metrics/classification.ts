import { negativeLogLikelihood } from "../../../core/training/metrics/calibration/scoring_rules.ts";
import {
  classPrecision,
  classRecall,
  meanRate,
} from "../../../core/training/metrics/class_rates.ts";
import {
  confusionMargins,
  confusionMatrix,
  normalizeConfusion,
} from "../../../core/training/metrics/confusion.ts";
import { summarizeEvaluation } from "../../../core/training/metrics/evaluation.ts";
import { geometricMean } from "../../../core/training/metrics/macro_scores.ts";
import { summarizeHistory } from "../../../core/training/metrics/history.ts";
import {
  adjustedLogitRows,
  predictedClasses,
  topKCorrect,
} from "../../../core/training/metrics/logit_rows.ts";
import { macroScores } from "../../../core/training/metrics/macro_scores.ts";
import {
  imbalanceRatio,
  pseudoLabelDiagnostics,
} from "../../../core/training/metrics/pseudo_label_diagnostics.ts";
import { shotGroupsByCount, shotGroupsByRank } from "../../../core/training/metrics/shot_groups.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";

/** Checks `metrics_classification`: what a case holds says which metrics it is about. */
export const run: GoldenRunner = (c, check) => {
  if (c.has("logits")) return evaluation(c, check);
  if (c.has("ul_labels")) return pseudoLabels(c, check);
  for (const name of c.scalarNames) {
    const [series, statistic] = name.split("/");
    if (name.startsWith("gm_")) {
      check.close(name, geometricMean(c.floats(`acc_${name.slice(3)}`)), c.scalar(name), TOLERANCE);
    } else if (statistic === "median20") {
      check.close(name, history(c, series).recentMedian, c.scalar(name), TOLERANCE);
    } else if (statistic === "mean20") {
      check.close(name, history(c, series).recentMean, c.scalar(name), TOLERANCE);
    } else if (statistic === "best") {
      check.close(name, history(c, series).best, c.scalar(name), TOLERANCE);
    } else if (statistic !== "history") {
      check.fail(name, "no metric of this name is known");
    }
  }
};

const TOLERANCE = { relative: 1e-5, absolute: 1e-9, elementwise: true } as const;

function history(c: GoldenCase, series: string | undefined) {
  return summarizeHistory(c.scalar(`${series}/history`) as number[], { window: 20 });
}

function evaluation(c: GoldenCase, check: Check): void {
  const classes = c.params.C as number;
  const logits = c.floats("logits"), labels = c.ints("labels");
  const trainCounts = c.ints("train_counts");
  const predictions = predictedClasses(logits, classes);
  const confusion = confusionMatrix(labels, predictions, { classes });
  check.equal("predictions", predictions, c.tensor("predictions"));
  check.equal("confusion", confusion, c.tensor("confusion"));
  check.close(
    "confusion_normalised",
    normalizeConfusion(confusion, classes),
    c.tensor("confusion_normalised"),
    TOLERANCE,
  );

  const adjusted = adjustedLogitRows(logits, trainCounts);
  const adjustedConfusion = confusionMatrix(labels, predictedClasses(adjusted, classes), {
    classes,
  });
  const top5Correct = topKCorrect(logits, labels, { classes, k: 5 });
  const topK = (rows: ArrayLike<number>, k: number) =>
    topKCorrect(rows, labels, { classes, k }) / labels.length;
  const recall = classRecall(confusion, classes);
  const summary = summarizeEvaluation({ confusion, classes, top5Correct, trainCounts });
  const macro = macroScores(confusion, classes);
  const testCounts = confusionMargins(confusion, classes).trueCounts;
  const groups = shotGroupsByCount(trainCounts);
  const byIndex = shotGroupsByRank(Array(classes).fill(0));
  const byTestCount = shotGroupsByCount(testCounts, { many: 800, few: 10 });
  const whole = (group: readonly number[]) =>
    meanRate(recall, { classes: group, undefinedRates: "nan" });
  const present = (group: readonly number[]) => meanRate(recall, { classes: group });
  const wanted: Readonly<Record<string, () => number | readonly number[]>> = {
    "daso/cost": () => negativeLogLikelihood(logits, labels, { classes }),
    "daso/top1": () => percent(summary.top1),
    "daso/top5": () => percent(summary.top5),
    "daso/cost_la": () => negativeLogLikelihood(adjusted, labels, { classes }),
    "daso/top1_la": () => percent(topK(adjusted, 1)),
    "daso/top5_la": () => percent(topK(adjusted, 5)),
    "daso/classwise": () => summary.perClassRecall.map((rate) => percent(rate ?? NaN)),
    "seval/avg_recall": () => percent(summary.balancedAccuracy),
    "seval/avg_recall_la": () => percent(meanRate(classRecall(adjustedConfusion, classes))),
    "simpro/top1": () => percent(summary.top1),
    "simpro/top5": () => percent(topK(logits, 5)),
    // Present classes of a group only; the original says 0 for a group without any.
    "simpro/shots": () =>
      [byTestCount.many, byTestCount.medium, byTestCount.few].map((g) => present(g) || 0),
    "cossl/loss": () => negativeLogLikelihood(logits, labels, { classes }),
    "cossl/top1": () => percent(topK(logits, 1)),
    "cossl/sections": () => [byIndex.many, byIndex.medium, byIndex.few].map(whole),
    "cossl/gm": () => geometricMean(recall),
    "balpoe/accuracy": () => summary.top1,
    "balpoe/balanced": () => meanRate(recall, { undefinedRates: "nan" }),
    "adello/top1": () => summary.top1,
    "adello/balanced": () => summary.balancedAccuracy,
    "adello/precision": () => macro.precision,
    "adello/recall": () => macro.recall,
    "adello/f1": () => macro.f1,
    "per_class/recall": () => [...recall],
    "per_class/precision": () => [...classPrecision(confusion, classes)],
  };
  const wantedGroups: Readonly<Record<string, () => number>> = {
    many_shot_acc: () => whole(groups.many),
    medium_shot_acc: () => whole(groups.medium),
    few_shot_acc: () => whole(groups.few),
    many_class_num: () => groups.many.length,
    medium_class_num: () => groups.medium.length,
    few_class_num: () => groups.few.length,
  };
  for (const name of c.scalarNames) {
    const isGroups = name === "balpoe/groups";
    const pairs: [string, (() => number | readonly number[]) | undefined, unknown][] = isGroups
      ? Object.entries(c.scalar(name)).map(([k, v]) => [`${name}/${k}`, wantedGroups[k], v])
      : [[name, wanted[name], c.scalar(name)]];
    for (const [where, got, want] of pairs) {
      if (got) check.close(where, got(), undefinedAsNaN(want), TOLERANCE);
      else check.fail(where, "no metric of this name is known");
    }
  }
}

/** What the fixture calls each kind: prefix of its rates, tensor, name in averages, in ratios. */
const KINDS = [
  ["main_pl", "pseudo_labels", "pl", "main_pl"],
  ["linear_pl", "linear_pl", "linear_pl", "linear_pl"],
  ["sem_pl", "sem_pl", "sem_pl", "semantic_pl"],
] as const;

function pseudoLabels(c: GoldenCase, check: Check): void {
  const classes = c.params.C as number;
  const labels = c.ints("ul_labels"), labeled = c.ints("gt_labels");
  const got = new Map<string, number>();
  const quirks = new Set<string>();
  for (const [prefix, tensor, average, ratio] of KINDS) {
    const confusion = confusionMatrix(labels, c.ints(tensor), { classes });
    const diagnostics = pseudoLabelDiagnostics(confusion, classes);
    for (const rate of ["recall", "precision", "gain"] as const) {
      diagnostics[rate].forEach((value, k) => got.set(`${prefix}_${rate}/${k}`, value));
    }
    got.set(`avg_recall/${average}`, diagnostics.averageRecall);
    got.set(`avg_prec/${average}`, diagnostics.averagePrecision);
    got.set(`imb_factors/${ratio}`, diagnostics.imbalance);
    if (diagnostics.precision.some(Number.isNaN)) quirks.add(`avg_prec/${average}`);
  }
  const present = confusionMargins(confusionMatrix(labeled, labeled, { classes }), classes);
  got.set("imb_factors/gt_label", imbalanceRatio(present.trueCounts));
  for (const name of c.scalarNames) {
    const value = got.get(name), want = c.scalar(name) as number;
    if (value === undefined) check.fail(name, "no diagnostic of this name is known");
    else if (want === -1) check.that(name, Number.isNaN(value), "should be undefined");
    else if (!quirks.has(name)) check.close(name, value, want, TOLERANCE);
  }
  if (quirks.size > 0 && check.verdict().status === "pass") {
    check.skip("DASO averages a precision of -1 where a class is never predicted; all else agrees");
  }
}

function percent(rate: number): number {
  return 100 * rate;
}

function undefinedAsNaN(value: unknown): number | number[] {
  return Array.isArray(value) ? value.map((v) => v ?? NaN) : (value as number | null) ?? NaN;
}
