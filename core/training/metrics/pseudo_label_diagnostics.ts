import { classPrecision, classRecall, meanRate } from "./class_rates.ts";
import { confusionMargins } from "./confusion.ts";

/** How one kind of pseudo-label stands to the truth over a period. */
export interface PseudoLabelDiagnostics {
  /** Fractions [C]; NaN for a class without a sample. */
  readonly recall: Float64Array;
  /** Fractions [C]; NaN for a class never predicted. */
  readonly precision: Float64Array;
  /** How often a class is predicted, divided by how often it occurs; [C]. */
  readonly gain: Float64Array;
  /** Mean recall over the classes that occur. */
  readonly averageRecall: number;
  /** Mean precision over the classes that are predicted. */
  readonly averagePrecision: number;
  /** Imbalance ratio of the predictions, {@linkcode imbalanceRatio}. */
  readonly imbalance: number;
}

/**
 * DASO's diagnostics of pseudo-labels (final, linear or semantic) over an evaluation period.
 *
 * No threshold: every unlabeled sample counts. Deviation from DASO's released code, whose precision
 * of a class never predicted is -1 and enters the average: here it is NaN and does not.
 *
 * @param confusion Counts [C, C], row = true class, column = pseudo-label.
 * @param classes Number of classes C.
 * @throws {TypeError} If the matrix is not [C, C].
 * @see Oh et al., "DASO: Distribution-Aware Semantics-Oriented Pseudo-label for Imbalanced
 * Semi-Supervised Learning", CVPR 2022, figure 1.
 */
export function pseudoLabelDiagnostics(
  confusion: ArrayLike<number>,
  classes: number,
): PseudoLabelDiagnostics {
  const { trueCounts, predictedCounts } = confusionMargins(confusion, classes);
  const recall = classRecall(confusion, classes);
  const precision = classPrecision(confusion, classes);
  return {
    recall,
    precision,
    gain: predictedCounts.map((count, c) => count / trueCounts[c]!), // both have a value a class
    averageRecall: meanRate(recall),
    averagePrecision: meanRate(precision),
    imbalance: imbalanceRatio(predictedCounts),
  };
}

/**
 * Largest class count divided by the smallest one that is not 0.
 *
 * @param counts Samples of each class.
 * @returns The ratio, at least 1; NaN if all counts are 0.
 *
 * @example An empty class does not count
 * ```ts
 * import { imbalanceRatio } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(imbalanceRatio([100, 0, 10]), 10);
 * ```
 */
export function imbalanceRatio(counts: ArrayLike<number>): number {
  const present = Array.from(counts).filter((count) => count > 0);
  return present.length === 0 ? NaN : Math.max(...present) / Math.min(...present);
}
