import { BadInput } from "../../../core/bad_input.ts";
import { Random } from "../../../core/random.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import { indicesByClass, type LabelPool } from "../label_pool.ts";
import type { Split } from "../split.ts";

/** What is left to deal out once test images are set aside. */
export interface TestAside {
  /** The images that are left, and as its test images those that were set aside. */
  readonly pool: LabelPool;
  /** A split of that pool in the numbers of the data set. */
  restore(split: Split): Split;
}

/**
 * Sets a share of each class's training images aside for testing, for data without test images of
 * their own. Each class is shuffled by `Random(seed, 0, "split/test/c")` and gives its first ones, at
 * least one of two; a larger share keeps those of a smaller one.
 *
 * @param options.share From 0, which is no test images whatever the data set has, to below 1.
 * @throws {BadInput} If the share is out of range, or the data set has test images of its own.
 */
export function setTestAside(
  pool: LabelPool,
  { share, seed }: { readonly share: number; readonly seed: number },
): TestAside {
  if (!(share >= 0 && share < 1)) {
    throw new BadInput(`split.testShare is ${share}: give at least 0 and less than 1`);
  }
  if (share === 0) {
    const restore = (split: Split) => ({ ...split, testFrom: "none" }) as const;
    return { pool: { ...pool, testLabels: [] }, restore };
  }
  if (pool.testLabels.length > 0) {
    throw new BadInput(
      `split.testShare is ${share}, but ${pool.name} has ${pool.testLabels.length} test images of` +
        " its own: leave it out",
    );
  }
  const aside = indicesByClass(pool.labels, pool.classes).flatMap((list, c) => {
    const most = Math.max(0, list.length - 1);
    const count = Math.min(most, Math.max(1, roundHalfEven(list.length * share)));
    return new Random({ seed, name: `split/test/${c}` }).shuffle(list).slice(0, count);
  }).sort((a, b) => a - b);
  const tests = new Set(aside), kept: number[] = [];
  for (let image = 0; image < pool.labels.length; image++) if (!tests.has(image)) kept.push(image);
  const labelsOf = (images: readonly number[]) => images.map((image) => pool.labels[image]!); // in the pool
  const back = (list: Int32Array, numbers: readonly number[]) => list.map((i) => numbers[i]!); // a split of them
  return {
    pool: { ...pool, labels: labelsOf(kept), testLabels: labelsOf(aside) },
    restore: (split) => ({
      ...split,
      labeled: back(split.labeled, kept),
      unlabeled: back(split.unlabeled, kept),
      holdout: back(split.holdout, kept),
      valid: back(split.valid, kept),
      test: back(split.test, aside),
      testFrom: "train",
    }),
  };
}
