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
