import { BadInput } from "../../core/bad_input.ts";
import { Random } from "../../core/random.ts";
import { longTailCounts, reorder, shapeOrder } from "../long_tail.ts";
import type { Protocol } from "../protocol.ts";
import { indicesByClass, type Pool } from "../pool.ts";
import { completeSplit, type Split, type SplitOptions } from "../split.ts";

/**
 * The toolkit's own protocol: any class counts that the data set can fill.
 *
 * Each class is shuffled by a generator of its own, `Random(seed, "split/class/c")`. Labeled
 * images come from its front, unlabeled ones from its back, held-out ones from the end of the
 * labeled ones: no image is in two lists, and asking for more of one kind keeps those chosen
 * before. The shape `unknown` takes the images that come without a label, or, if all have one,
 * whatever is not labeled.
 */
export const free: Protocol = {
  name: "free",
  paper: null,
  split: splitFree,
};

function splitFree(pool: Pool, options: SplitOptions): Split {
  const { seed, labeledMax, gammaLabeled } = options;
  const byClass = indicesByClass(pool.labels, pool.classes);
  const sizes = byClass.map((list) => list.length);
  const labeledCounts = longTailCounts(pool.classes, { max: labeledMax, gamma: gammaLabeled });
  checkLabeled(labeledCounts, sizes, options);
  const unlabeledCounts = freeUnlabeledCounts(pool.classes, options);
  if (unlabeledCounts) checkUnlabeled(unlabeledCounts, { labeledCounts, sizes, options });

  const labeled: number[] = [], holdout: number[] = [], unlabeled: number[] = [];
  byClass.forEach((list, c) => {
    new Random({ seed, name: `split/class/${c}` }).shuffle(list);
    const n = labeledCounts[c]!; // as long as byClass
    const held = holdoutCount(n, options.holdout);
    labeled.push(...list.slice(0, n - held));
    holdout.push(...list.slice(n - held, n));
    if (unlabeledCounts) unlabeled.push(...list.slice(list.length - unlabeledCounts[c]!));
  });
  return completeSplit(pool, {
    protocol: "free",
    seed,
    labeled,
    holdout,
    unlabeled: unlabeledCounts ? unlabeled : unknownImages(pool, [...labeled, ...holdout]),
  });
}

/** Unlabeled images of each class, or null for the shape `unknown`. */
function freeUnlabeledCounts(classes: number, options: SplitOptions): readonly number[] | null {
  const { seed, unlabeledMax: max, gammaUnlabeled, unlabeled: shape } = options;
  const descending = longTailCounts(classes, {
    max,
    gamma: shape === "uniform" ? 1 : gammaUnlabeled,
  });
  switch (shape) {
    case "unknown":
      return null;
    case "counts":
      return options.unlabeledCounts;
    case "uniform":
      return descending;
    case "random":
      return reorder(descending, [
        ...new Random({ seed, name: "split/order" }).permutation(classes),
      ]);
    default:
      return reorder(descending, shapeOrder(shape, classes));
  }
}

/** Held-out images of a class with `n` labeled ones; one is always left to train on. */
export function holdoutCount(n: number, holdout: number): number {
  const wanted = holdout < 1 ? Math.floor(n * holdout) : holdout;
  return Math.max(0, Math.min(wanted, n - 1));
}

function unknownImages(pool: Pool, taken: readonly number[]): number[] {
  const all = Array.from({ length: pool.labels.length }, (_, i) => i);
  const unknown = all.filter((i) => pool.labels[i]! < 0); // i is inside the labels
  if (unknown.length > 0) return unknown;
  const used = new Set(taken);
  return all.filter((i) => !used.has(i));
}

function checkLabeled(
  counts: readonly number[],
  sizes: readonly number[],
  { labeledMax, gammaLabeled }: SplitOptions,
): void {
  counts.forEach((n, c) => {
    const size = sizes[c]!; // one entry a class
    if (n > size) {
      throw new BadInput(
        `split.labeledMax is ${labeledMax}, which asks for ${n} labeled images of class ${c}:` +
          ` there are ${size}`,
      );
    }
    if (n === 0) {
      throw new BadInput(
        `split.gammaLabeled is ${gammaLabeled}, which leaves class ${c} without a labeled image:` +
          ` with split.labeledMax ${labeledMax} at most ${labeledMax} is possible`,
      );
    }
  });
}

function checkUnlabeled(
  counts: readonly number[],
  { labeledCounts, sizes, options }: {
    readonly labeledCounts: readonly number[];
    readonly sizes: readonly number[];
    readonly options: SplitOptions;
  },
): void {
  counts.forEach((m, c) => {
    const left = sizes[c]! - labeledCounts[c]!; // one entry a class
    if (m <= left) return;
    const asked = options.unlabeled === "counts"
      ? "split.unlabeledCounts"
      : `split.unlabeledMax is ${options.unlabeledMax}, which`;
    throw new BadInput(
      `${asked} asks for ${m} unlabeled images of class ${c}: ${left} of its ${sizes[c]} are left` +
        ` beside ${labeledCounts[c]} labeled ones`,
    );
  });
}
