import { confusionMargins } from "./confusion.ts";

/** Macro averages over classes, fractions. */
export interface MacroScores {
  /** Mean precision. */
  readonly precision: number;
  /** Mean recall. */
  readonly recall: number;
  /** Mean F1. */
  readonly f1: number;
}

/**
 * Macro precision, recall and F1 as scikit-learn computes them (ADELLO and USB report these).
 *
 * The mean is over the classes that occur in the labels or in the predictions, and 0/0 counts as 0:
 * a class that is predicted but has no sample lowers the recall.
 *
 * @param confusion Counts [C, C], row = true class.
 * @param classes Number of classes C.
 * @returns Three means, NaN if nothing was counted.
 * @throws {TypeError} If the matrix is not [C, C].
 *
 * @example A class without a sample that was predicted once
 * ```ts
 * import { macroScores } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(macroScores([3, 1, 0, 0], 2).recall, 0.375);
 * ```
 */
export function macroScores(confusion: ArrayLike<number>, classes: number): MacroScores {
  const { correct, trueCounts, predictedCounts } = confusionMargins(confusion, classes);
  let precision = 0, recall = 0, f1 = 0, occurring = 0;
  for (let c = 0; c < classes; c++) {
    const right = correct[c]!, truths = trueCounts[c]!, guesses = predictedCounts[c]!; // c < classes
    if (truths + guesses === 0) continue;
    occurring++;
    if (guesses > 0) precision += right / guesses;
    if (truths > 0) recall += right / truths;
    f1 += 2 * right / (truths + guesses);
  }
  return { precision: precision / occurring, recall: recall / occurring, f1: f1 / occurring };
}

/**
 * Geometric mean of per-class recall, in which a recall of 0 counts as 1 / (100 C).
 *
 * Π_c max(r_c, 1/(100 C) if r_c = 0)^(1/C), as CoSSL's evaluation.
 *
 * @param recall Fractions [C].
 * @returns The mean; NaN if a class has no recall (NaN).
 *
 * @example A class never recognised
 * ```ts
 * import { geometricMean } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(geometricMean([0.4, 0.9]) - 0.6) < 1e-15);
 * assert.ok(Math.abs(geometricMean([0.5, 0]) - Math.sqrt(0.5 / 200)) < 1e-15);
 * ```
 */
export function geometricMean(recall: ArrayLike<number>): number {
  const classes = recall.length;
  return Array.from(recall).reduce(
    (product, rate) => product * Math.pow(rate === 0 ? 1 / (100 * classes) : rate, 1 / classes),
    1,
  );
}
