import { indicesByClass } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";

/** Labeled and unlabeled images, class by class. */
export interface Taken {
  /** Images that are labeled. */
  readonly labeled: number[];
  /** Images that are not. */
  readonly unlabeled: number[];
}

/** How many images of each class {@linkcode takePerClass} takes. */
export interface TakeOptions {
  /** Labeled images of each class. */
  readonly labeled: readonly number[];
  /** Null takes all that are left. */
  readonly unlabeled: readonly number[] | null;
  /** Whether the labeled images count as unlabeled too, at the front of each class. */
  readonly overlap?: boolean;
}

/**
 * Takes the first images of each class as labeled and those that follow as unlabeled.
 *
 * A class with too few images gives what it has, as in the published systems; the reader of the
 * split sees the true counts.
 *
 * @param byClass The images of each class, in the order in which they are taken.
 *
 * @example Two labeled images of class 0, one of class 1
 * ```ts
 * import { takePerClass } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const taken = takePerClass([[0, 2, 4, 6], [1, 3]], { labeled: [2, 1], unlabeled: [1, 1] });
 * assert.deepEqual(taken, { labeled: [0, 2, 1], unlabeled: [4, 3] });
 * ```
 */
export function takePerClass(
  byClass: readonly (readonly number[])[],
  { labeled, unlabeled, overlap = false }: TakeOptions,
): Taken {
  // Lists of lists, then flat(): a class may hold more images than a call takes arguments.
  const first = byClass.map((list, c) => list.slice(0, labeled[c] ?? 0));
  const next = byClass.map((list, c) => {
    const n = labeled[c] ?? 0;
    return list.slice(overlap ? 0 : n, unlabeled ? n + (unlabeled[c] ?? 0) : list.length);
  });
  return { labeled: first.flat(), unlabeled: next.flat() };
}

/**
 * A subset with equally many images of each class, as SimPro and ACR test on: each class is
 * shuffled and gives its first images, then the whole list is shuffled, all by one NumPy
 * generator.
 *
 * @param labels Class of every image.
 * @param options `perClass`: images of each class; a smaller class gives all it has.
 */
export function balancedSubset(
  labels: ArrayLike<number>,
  { classes, perClass, seed }: {
    readonly classes: number;
    readonly perClass: number;
    readonly seed: number;
  },
): number[] {
  const random = new NumpyRandom(seed);
  const chosen = indicesByClass(labels, classes)
    .flatMap((list) => random.shuffle(list).slice(0, perClass));
  return random.shuffle(chosen);
}
