import type { UnlabeledShape } from "../long_tail.ts";
import { imagesWhere, indicesByClass, type LabelPool, unlabeledImages } from "../label_pool.ts";
import { balancedSubset, takePerClass } from "../selection/take_per_class.ts";
import { naturalShare } from "../selection/rank_classes.ts";
import { twoStepCounts, unlabeledCounts } from "../selection/published_counts.ts";
import { PythonRandom } from "../random/python_random.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * SimPro's protocol (Du, Han and Huang, ICML 2024; github.com/LeapLabTHU/SimPro): images of a
 * class in file order, labeled ones first, unlabeled ones next, no image in both. The seed decides
 * only the shape `random` and the test subset.
 *
 * Of data with a natural tail a share of each class is labeled and all others are unlabeled;
 * classes are ranked by size, and the test set has 50 images of each. Of Small-ImageNet-1k one tail
 * of N1 + M1 is made, of which a share is labeled.
 */
export const simpro: Protocol = {
  name: "simpro",
  paper: "SimPro (ICML 2024)",
  split: (pool, options) =>
    options.labeledShare === null
      ? fileOrderSplit(pool, { protocol: "simpro", options })
      : rankedShareSplit(pool, { protocol: "simpro", options, testPerClass: 50 }),
};

/** Images of each class for testing, in the originals' data sets with a natural tail. */
type TestPerClass = number | "all";

/** The shape that a value of the original's `--flag-reverse-LT` stands for. */
export function simproShape(flag: number): UnlabeledShape {
  const shapes: readonly UnlabeledShape[] = [
    "consistent",
    "reversed",
    "random",
    "middle",
    "headtail",
  ];
  const shape = shapes[flag];
  if (shape === undefined) throw new RangeError(`SimPro knows flags 0 to 4, not ${flag}`);
  return shape;
}

/** Unlabeled images of each class; null for the shape `unknown`. */
export function simproUnlabeledCounts(
  classes: number,
  options: SplitOptions,
): readonly number[] | null {
  return unlabeledCounts(options, {
    counts: (head) => twoStepCounts(classes, head),
    // The original shuffles the list of counts; shuffling positions gives the same list.
    randomOrder: () => new PythonRandom(options.seed).permutation(classes),
  });
}

/**
 * A tail of which a fraction is labeled, as in Small-ImageNet-1k: `⌊fraction · n_c⌋` of the n_c
 * images that the tail gives class c.
 */
export function fractionOfTail(
  classes: number,
  { max, gamma, fraction }: {
    readonly max: number;
    readonly gamma: number;
    readonly fraction: number;
  },
): { readonly total: number[]; readonly labeled: number[]; readonly unlabeled: number[] } {
  const total = twoStepCounts(classes, { max, gamma });
  const labeled = total.map((n) => Math.trunc(fraction * n));
  return { total, labeled, unlabeled: total.map((n, c) => n - labeled[c]!) }; // same length
}

/** Takes images of constructed tails in file order, as SimPro and ACR do. */
export function fileOrderSplit(
  pool: LabelPool,
  { protocol, options }: { readonly protocol: string; readonly options: SplitOptions },
): Split {
  const byClass = indicesByClass(pool.labels, pool.classes);
  const { labeledMax: max, gammaLabeled: gamma, includeLabeled: overlap } = options;
  const tail = sharedTail(pool, options);
  const labeled = tail?.labeled ?? twoStepCounts(pool.classes, { max, gamma });
  checkLabeledCounts(labeled, { pool, sizes: byClass.map((list) => list.length), options });
  const counts = tail?.unlabeled ?? simproUnlabeledCounts(pool.classes, options);
  const taken = takePerClass(byClass, { labeled, unlabeled: counts ?? [], overlap });
  if (counts) return completeSplit(pool, { protocol, options, ...taken });
  const rest = unlabeledImages(pool, overlap ? [] : taken.labeled);
  return completeSplit(pool, { protocol, options, labeled: taken.labeled, unlabeled: rest });
}

/** The one tail of Small-ImageNet-1k, where both sets are to be distributed alike. */
function sharedTail({ name, classes }: LabelPool, options: SplitOptions) {
  const { labeledMax, unlabeledMax, gammaLabeled: gamma, gammaUnlabeled, unlabeled } = options;
  const alike = unlabeled === "consistent" && gammaUnlabeled === gamma;
  if (!alike || name !== "imagenet1k") return null;
  const max = labeledMax + unlabeledMax;
  return fractionOfTail(classes, { max, gamma, fraction: labeledMax / max });
}

/** Labels a share of each class and ranks classes by size, as SimPro and ACR do. */
export function rankedShareSplit(
  pool: LabelPool,
  { protocol, options, testPerClass }: {
    readonly protocol: string;
    readonly options: SplitOptions;
    readonly testPerClass: TestPerClass;
  },
): Split {
  const { seed, labeledShare, includeLabeled } = options;
  const { labeled, rest, ranking } = naturalShare(pool, labeledShare ?? 1);
  return completeSplit(pool, {
    protocol,
    options,
    labeled,
    unlabeled: includeLabeled ? imagesWhere(pool, () => true) : rest,
    relabel: ranking.ranks,
    ...testPerClass !== "all" && {
      test: balancedSubset(pool.testLabels, {
        classes: pool.classes,
        perClass: testPerClass,
        seed,
      }),
    },
  });
}
