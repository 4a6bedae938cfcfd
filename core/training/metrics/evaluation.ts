import { classRecall, definedRate, meanRate } from "./class_rates.ts";
import { confusionMargins } from "./confusion.ts";
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
  /** Null for a class without an image. */
  readonly perClassRecall: readonly (number | null)[];
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
    perClassRecall: Array.from(recall, definedRate),
    many: ofGroup(groups.many),
    medium: ofGroup(groups.medium),
    few: ofGroup(groups.few),
    confusion: Array.from(
      { length: classes },
      (_, row) => rows.slice(row * classes, (row + 1) * classes),
    ),
  };
}
