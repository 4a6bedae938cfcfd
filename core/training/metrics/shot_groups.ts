/** Classes split by how many labeled samples they train on. */
export interface ShotGroups {
  /** The most frequent classes. */
  readonly many: readonly number[];
  /** The classes between. */
  readonly medium: readonly number[];
  /** The rarest classes. */
  readonly few: readonly number[];
}

/** From this many classes on, {@linkcode shotGroups} goes by counts. */
const COUNTED_CLASSES = 1000;

/**
 * The customary groups: thirds by rank, and fixed counts for data sets of 1000 classes or more.
 *
 * CIFAR-10/100-LT, STL-10 and Small-ImageNet-127 are reported in thirds (10 classes: 3/4/3),
 * ImageNet-LT and larger sets by counts.
 *
 * @param labeledCounts Labeled training samples of each class.
 */
export function shotGroups(labeledCounts: ArrayLike<number>): ShotGroups {
  return labeledCounts.length >= COUNTED_CLASSES
    ? shotGroupsByCount(labeledCounts)
    : shotGroupsByRank(labeledCounts);
}

/**
 * Thirds by rank: the ⌊C/3⌋ most frequent classes, the ⌊C/3⌋ rarest, and those between.
 *
 * Equal counts rank by class number. CoSSL's evaluation does so by class number alone, which is the
 * rank of its constructed long tails (10 classes: 3/4/3, 100: 33/34/33, 127: 42/43/42).
 *
 * @param labeledCounts Labeled training samples of each class.
 *
 * @example Ten classes
 * ```ts
 * import { shotGroupsByRank } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const groups = shotGroupsByRank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
 * assert.deepEqual(groups, { many: [9, 8, 7], medium: [6, 5, 4, 3], few: [2, 1, 0] });
 * ```
 */
export function shotGroupsByRank(labeledCounts: ArrayLike<number>): ShotGroups {
  const counts = Array.from(labeledCounts);
  // The sort is stable, and both subscripts are classes.
  const ranked = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!);
  const third = Math.floor(ranked.length / 3);
  return {
    many: ranked.slice(0, third),
    medium: ranked.slice(third, ranked.length - third),
    few: ranked.slice(ranked.length - third),
  };
}

/**
 * Groups by count: more than `many` samples, fewer than `few`, and between.
 *
 * @param labeledCounts Labeled training samples of each class.
 * @param options Bounds, 100 and 20 by default as in BalPoE (after ImageNet-LT's protocol).
 */
export function shotGroupsByCount(
  labeledCounts: ArrayLike<number>,
  { many = 100, few = 20 }: { readonly many?: number; readonly few?: number } = {},
): ShotGroups {
  const groups = { many: [] as number[], medium: [] as number[], few: [] as number[] };
  Array.from(labeledCounts).forEach((count, c) => {
    groups[count > many ? "many" : count < few ? "few" : "medium"].push(c);
  });
  return groups;
}
