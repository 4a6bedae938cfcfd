import { classPrecision, classRecall, definedRate } from "./class_rates.ts";
import { confusionMargins } from "./confusion.ts";

/** What the trainer counts on the unlabeled images of a log period. */
export interface PseudoLabelCounts {
  /** Counts [C, C] of all pseudo-labels, row = hidden true class, column = pseudo-label. */
  readonly all: ArrayLike<number>;
  /** The same of those that passed the mask; sums of weights where a method weighs. */
  readonly masked: ArrayLike<number>;
  /** Number of classes C. */
  readonly classes: number;
}

/** Quality of a log period's pseudo-labels; rates are fractions, null where undefined. */
export interface PseudoLabelSummary {
  /** Part of the pseudo-labels that passed the mask. */
  readonly maskRate: number;
  /** Part of all pseudo-labels that are right, whether they passed or not. */
  readonly accuracy: number;
  /** Part of those that passed the mask that are right; null if none passed. */
  readonly usedAccuracy: number | null;
  /** Of all pseudo-labels, by class; null for a class never assigned. */
  readonly precision: readonly (number | null)[];
  /** Of all pseudo-labels, by class; null for a class without an image. */
  readonly recall: readonly (number | null)[];
}

/**
 * Sums up how good the pseudo-labels of a log period were.
 *
 * As in DASO's diagnostics, accuracy, precision and recall are of every pseudo-label, whether it
 * passed the mask or not; `usedAccuracy` is what the loss saw (CoSSL logs both). Unlike DASO's, an
 * undefined precision is null, not -1.
 *
 * @returns The summary, or null if nothing was counted (hidden labels unknown, or none seen).
 * @throws {TypeError} If a matrix is not [C, C].
 *
 * @example Half pass the mask
 * ```ts
 * import { summarizePseudoLabels } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const summary = summarizePseudoLabels({ all: [6, 0, 2, 0], masked: [4, 0, 0, 0], classes: 2 });
 * assert.deepEqual(summary, {
 *   maskRate: 0.5,
 *   accuracy: 0.75,
 *   usedAccuracy: 1,
 *   precision: [0.75, null],
 *   recall: [1, 0],
 * });
 * ```
 */
export function summarizePseudoLabels(
  { all, masked, classes }: PseudoLabelCounts,
): PseudoLabelSummary | null {
  const made = confusionMargins(all, classes);
  const used = confusionMargins(masked, classes);
  if (made.total === 0) return null;
  return {
    maskRate: used.total / made.total,
    accuracy: made.right / made.total,
    usedAccuracy: definedRate(used.right / used.total),
    precision: Array.from(classPrecision(all, classes), definedRate),
    recall: Array.from(classRecall(all, classes), definedRate),
  };
}
