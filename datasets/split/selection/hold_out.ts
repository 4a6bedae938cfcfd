import { indicesByClass } from "../label_pool.ts";

/**
 * Holds the first images of each class back: a share of them (rounded down) if `holdout` is below
 * 1, else that many.
 *
 * SEVAL calibrates on half of each class, DARP estimates on ten images of each.
 *
 * @param list Images, in stored order.
 * @param options `labels`: class of every image. `classes`: how many there are.
 * @returns Both parts, class by class.
 */
export function holdOut(
  list: ArrayLike<number>,
  { labels, classes, holdout }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly holdout: number;
  },
): { readonly kept: number[]; readonly held: number[] } {
  const groups = groupByClass(list, { labels, classes });
  const counts = groups.map((g) => holdout < 1 ? Math.trunc(g.length * holdout) : holdout);
  return {
    kept: groups.flatMap((group, c) => group.slice(counts[c])),
    held: groups.flatMap((group, c) => group.slice(0, counts[c])),
  };
}

/** The images of a list by class, each class in the list's order. */
export function groupByClass(
  list: ArrayLike<number>,
  { labels, classes }: { readonly labels: ArrayLike<number>; readonly classes: number },
): number[][] {
  const own = Array.from(list, (image) => labels[image] ?? -1);
  // Both lists are as long as `list`, so every position has an image.
  return indicesByClass(own, classes).map((at) => at.map((i) => list[i]!));
}
