/**
 * Weight of one sample of each class by the effective number of samples (Cui et al., CVPR 2019):
 * `(1 − β) / (1 − β^N)`; 1/N for β of 1 or more.
 *
 * @param counts Samples of each class, N.
 * @param beta β: 0 weighs all alike, 1 by the inverse count.
 *
 * @example Between equal and inverse
 * ```ts
 * import { effectiveNumberWeights } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(effectiveNumberWeights([4, 1], 0), [1, 1]);
 * assert.deepEqual(effectiveNumberWeights([4, 1], 1), [0.25, 1]);
 * ```
 */
export function effectiveNumberWeights(counts: ArrayLike<number>, beta: number): number[] {
  if (!(beta >= 0)) throw new RangeError(`Cannot weigh with a beta of ${beta}: give 0 to 1`);
  return Array.from(counts, (n) => beta >= 1 ? 1 / n : (1 - beta) / (1 - beta ** n));
}

/** Scales weights so that they add up to `sum`, by default to how many they are. */
export function scaleWeights(
  weights: readonly number[],
  sum: number = weights.length,
): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  if (!(total > 0)) throw new RangeError(`Cannot scale weights that add up to ${total}`);
  return weights.map((weight) => weight * sum / total);
}
