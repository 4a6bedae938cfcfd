import { confusionMargins } from "./confusion.ts";

/**
 * Recall of each class: the part of its samples that was recognised.
 *
 * @param confusion Counts [C, C], row = true class.
 * @param classes Number of classes C.
 * @returns Fractions [C]; NaN for a class without a sample.
 * @throws {TypeError} If the matrix is not [C, C].
 */
export function classRecall(confusion: ArrayLike<number>, classes: number): Float64Array {
  const { correct, trueCounts } = confusionMargins(confusion, classes);
  return correct.map((right, c) => right / trueCounts[c]!); // both have a value a class
}

/**
 * Precision of each class: the part of the samples taken for it that are of it.
 *
 * @param confusion Counts [C, C], row = true class.
 * @param classes Number of classes C.
 * @returns Fractions [C]; NaN for a class that was never predicted.
 * @throws {TypeError} If the matrix is not [C, C].
 */
export function classPrecision(confusion: ArrayLike<number>, classes: number): Float64Array {
  const { correct, predictedCounts } = confusionMargins(confusion, classes);
  return correct.map((right, c) => right / predictedCounts[c]!); // both have a value a class
}

/** Which rates {@linkcode meanRate} averages, and what it does with undefined ones. */
export interface MeanRateOptions {
  /** Classes to average over; all if left out. */
  readonly classes?: Iterable<number>;
  /**
   * What an undefined rate (NaN) does: `skip` leaves it out (DASO, SEVAL, ADELLO), `nan` makes the
   * mean undefined (CoSSL, BalPoE). `skip` by default.
   */
  readonly undefinedRates?: "skip" | "nan";
}

/**
 * Mean of rates over classes; of all recalls it is the balanced accuracy.
 *
 * @param rates Fractions [C]; NaN where undefined.
 * @returns The mean, NaN if nothing is left to average.
 *
 * @example Leave out a class without a test image
 * ```ts
 * import { meanRate } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(meanRate([1, NaN, 0.5]), 0.75);
 * assert.equal(meanRate([1, NaN, 0.5], { undefinedRates: "nan" }), NaN);
 * ```
 */
export function meanRate(
  rates: ArrayLike<number>,
  { classes = Array(rates.length).keys(), undefinedRates = "skip" }: MeanRateOptions = {},
): number {
  let sum = 0, terms = 0;
  for (const c of classes) {
    const rate = rates[c];
    if (rate === undefined) {
      throw new RangeError(`There is no class ${c} among ${rates.length} rates`);
    }
    if (Number.isNaN(rate) && undefinedRates === "skip") continue;
    sum += rate;
    terms++;
  }
  return terms === 0 ? NaN : sum / terms;
}

/** The rate itself, or null where it is NaN: JSON has no word for that. */
export function definedRate(rate: number): number | null {
  return Number.isNaN(rate) ? null : rate;
}
