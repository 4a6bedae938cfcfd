import { indicesByClass } from "./label_pool.ts";
import { balpoeCounts, balpoeSelect } from "./protocols/balpoe.ts";
import { cosslCounts } from "./protocols/cossl.ts";
import { takePerClass } from "./selection/take_per_class.ts";

/** A part of the test set whose class counts are skewed. */
export interface ShiftedTest {
  /** Test images of each class. */
  readonly counts: readonly number[];
  /** Which test images, class by class. */
  readonly indices: Int32Array;
}

/** CoSSL's 20 shapes: class 0 over the last class, 1 is balanced, negative is reversed. */
export const COSSL_TEST_GAMMAS: readonly number[] = [
  ...[512, 256, 150, 128, 64, 32, 16, 8, 4, 2, 1],
  ...[-2, -4, -8, -16, -32, -64, -128, -256, -512],
];

/**
 * CoSSL's shifted test set: the first images of each class in file order.
 *
 * Classes may come out empty (26 of CIFAR-100 at 512); only micro accuracy is defined then.
 *
 * @param labels Class of every test image.
 * @param options `classes`: how many. `gamma`: imbalance, negative if reversed. `max`: images of
 * the largest class; as many as the smallest class of the test set has, if left out.
 * @throws {RangeError} If a class has too few images, or a value is out of range.
 * @see Fan et al., "CoSSL: Co-Learning of Representation and Classifier for Imbalanced
 * Semi-Supervised Learning", CVPR 2022.
 *
 * @example A reversed tail of two classes
 * ```ts
 * import { cosslShiftedTest } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const labels = [0, 1, 0, 1, 0, 1, 0, 1];
 * const { counts, indices } = cosslShiftedTest(labels, { classes: 2, gamma: -4 });
 * assert.deepEqual(counts, [1, 4]);
 * assert.deepEqual([...indices], [0, 1, 3, 5, 7]);
 * ```
 */
export function cosslShiftedTest(
  labels: ArrayLike<number>,
  { classes, gamma, max }: {
    readonly classes: number;
    readonly gamma: number;
    readonly max?: number;
  },
): ShiftedTest {
  const byClass = indicesByClass(labels, classes);
  const counts = cosslCounts(classes, { max: max ?? smallestSize(byClass), gamma });
  checkSizes(counts, byClass);
  const { labeled: indices } = takePerClass(byClass, { labeled: counts, unlabeled: [] });
  return { counts, indices: Int32Array.from(indices) };
}

/**
 * BalPoE's forward or backward test set: a fixed random choice from each class.
 *
 * NumPy's legacy generator, seeded with 0 whatever the run's seed, shuffles class after class, of
 * which the first ones are taken. Every class keeps at least one image in the published settings
 * (factors 1/2, 1/5, 1/10, 1/25, 1/50 of CIFAR-100).
 *
 * @param labels Class of every test image.
 * @param options `classes`: how many. `factor`: smallest class over the largest. `reversed`:
 * backward, class 0 is the smallest. `max`: as in {@linkcode cosslShiftedTest}.
 * @throws {RangeError} If a class has too few images, or a value is out of range.
 * @see Sanchez Aimar et al., "Balanced Product of Calibrated Experts for Long-Tailed Recognition",
 * CVPR 2023, after the test-agnostic evaluation of SADE.
 */
export function balpoeShiftedTest(
  labels: ArrayLike<number>,
  { classes, factor, reversed, max }: {
    readonly classes: number;
    readonly factor: number;
    readonly reversed: boolean;
    readonly max?: number;
  },
): ShiftedTest {
  const byClass = indicesByClass(labels, classes);
  const counts = balpoeCounts(classes, {
    max: max ?? smallestSize(byClass),
    factor,
    reverse: reversed,
  });
  checkSizes(counts, byClass);
  return { counts, indices: Int32Array.from(balpoeSelect(labels, { counts })) };
}

function smallestSize(byClass: readonly (readonly number[])[]): number {
  return Math.min(...byClass.map((list) => list.length));
}

function checkSizes(
  counts: readonly number[],
  byClass: readonly (readonly number[])[],
): void {
  byClass.forEach((list, c) => {
    const count = counts[c]!; // one count a class
    if (count > list.length) {
      throw new RangeError(
        `Cannot take ${count} test images of class ${c}: there are ${list.length}`,
      );
    }
  });
}
