import { roundHalfEven } from "../../../core/round_half_even.ts";
import { imagesWhere, indicesByClass, type LabelPool } from "../label_pool.ts";

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

/** A share of each class, in file order, of data that has a long tail by nature. */
export interface NaturalShare {
  readonly labeled: number[];
  /** All other training images, ascending. */
  readonly rest: number[];
  /** Labeled images by original class. */
  readonly counts: readonly number[];
  /** Classes by their labeled images. */
  readonly ranking: Ranking;
}

/**
 * Labels the first images of each class: `share · n_c`, halves rounded to even.
 *
 * So are Small-ImageNet-127's labels dealt in SimPro, ACR, ADELLO and CoSSL.
 */
export function naturalShare(pool: LabelPool, share: number): NaturalShare {
  const byClass = indicesByClass(pool.labels, pool.classes);
  const counts = byClass.map((list) => roundHalfEven(list.length * share));
  const labeled = byClass.flatMap((list, c) => list.slice(0, counts[c]));
  const taken = new Set(labeled);
  return {
    labeled,
    rest: imagesWhere(pool, (image) => !taken.has(image)),
    counts,
    ranking: rankClasses(counts),
  };
}
