/** Classes by size: who comes when, and as what. */
export interface Ranking {
  /** Original class of each rank, the largest first. */
  readonly order: readonly number[];
  /** Rank of each original class. */
  readonly ranks: readonly number[];
}

/**
 * Ranks classes by falling count; equal counts keep the order of their class numbers.
 *
 * @example Class 2 is the largest
 * ```ts
 * import { rankClasses } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rankClasses([4, 4, 9]), { order: [2, 0, 1], ranks: [1, 2, 0] });
 * ```
 */
export function rankClasses(counts: readonly number[]): Ranking {
  // The sort is stable, and both subscripts are classes.
  const order = counts.map((_, c) => c).sort((a, b) => counts[b]! - counts[a]!);
  const ranks = new Array<number>(order.length);
  order.forEach((original, rank) => ranks[original] = rank);
  return { order, ranks };
}
