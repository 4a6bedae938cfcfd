/** How the class counts of the unlabeled set run, class 0 first. */
export type UnlabeledShape =
  | "consistent"
  | "uniform"
  | "reversed"
  | "middle"
  | "headtail"
  | "random"
  | "unknown"
  | "counts";

/** Every {@linkcode UnlabeledShape}, in the order of the documentation. */
export const UNLABELED_SHAPES: readonly UnlabeledShape[] = [
  "consistent",
  "uniform",
  "reversed",
  "middle",
  "headtail",
  "random",
  "unknown",
  "counts",
];

/**
 * Class counts of a long tail: `⌊max · gamma^(−c / (classes − 1))⌋` for class c.
 *
 * Where the formula meets a whole number, that number comes out: rounding errors of the power
 * below one part in 10⁹ do not lose an image. The published protocols round in their own ways,
 * see `datasets/protocols`.
 *
 * @param classes How many classes; at least 1.
 * @param options `max`: images of class 0. `gamma`: class 0 has about that many times the images
 * of the last class; at least 1.
 * @throws {RangeError} If a value is out of range.
 *
 * @example Ten classes, from 500 down to 5
 * ```ts
 * import { longTailCounts } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   longTailCounts(10, { max: 500, gamma: 100 }),
 *   [500, 299, 179, 107, 64, 38, 23, 13, 8, 5],
 * );
 * ```
 */
export function longTailCounts(
  classes: number,
  { max, gamma }: { readonly max: number; readonly gamma: number },
): number[] {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`Cannot spread images over ${classes} classes: at least 1 is needed`);
  }
  if (!Number.isSafeInteger(max) || max < 0) {
    throw new RangeError(`Cannot give class 0 ${max} images: a whole number is needed`);
  }
  if (!Number.isFinite(gamma) || gamma < 1) {
    throw new RangeError(`Cannot use an imbalance of ${gamma}: a number of at least 1 is needed`);
  }
  return Array.from({ length: classes }, (_, c) => {
    const exact = c === 0 ? max : max * gamma ** (-c / (classes - 1));
    return Math.floor(exact * (1 + 1e-9));
  });
}

/**
 * Which entry of a descending list each class gets under a shape.
 *
 * `middle` puts the head into the middle (8 6 4 2 0 1 3 5 7 9 for ten classes), `headtail` at
 * both ends (1 3 5 7 9 8 6 4 2 0), as SimPro's protocol has them.
 */
export function shapeOrder(
  shape: "consistent" | "reversed" | "middle" | "headtail",
  classes: number,
): number[] {
  const all = Array.from({ length: classes }, (_, c) => c);
  const even = all.filter((c) => c % 2 === 0).reverse();
  const odd = all.filter((c) => c % 2 === 1);
  switch (shape) {
    case "consistent":
      return all;
    case "reversed":
      return all.reverse();
    case "middle":
      return [...even, ...odd];
    case "headtail":
      return [...odd, ...even];
  }
}

/** Deals a descending list of counts out to the classes: `counts[order[c]]` for class c. */
export function reorder(counts: readonly number[], order: ArrayLike<number>): number[] {
  return Array.from(order, (from) => {
    const count = counts[from];
    if (count === undefined) {
      throw new RangeError(`Cannot take entry ${from} of a list of ${counts.length} class counts`);
    }
    return count;
  });
}
