/**
 * Rounds to the nearest whole number, halves to the even one, as Python and NumPy do:
 * `Math.round` takes them up.
 *
 * @example Halves go to the even neighbour
 * ```ts
 * import { roundHalfEven } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0.5, 1.5, 2.5, 2.6].map(roundHalfEven), [0, 2, 2, 3]);
 * ```
 */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value), rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
