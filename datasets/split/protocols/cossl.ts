import { imagesWhere, indicesByClass, type LabelPool, unlabeledImages } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import { twoStepCounts, unlabeledCounts } from "../selection/published_counts.ts";
import { PythonRandom } from "../random/python_random.ts";
import { takePerClass } from "../selection/take_per_class.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * CoSSL's protocol (Fan, Dai and Schiele, CVPR 2022; github.com/YUE-FAN/CoSSL): each class is
 * shuffled by one NumPy generator, class after class, except with seed 0, which takes file order;
 * labeled images come first, unlabeled ones next.
 *
 * The unlabeled list contains the labeled images, as the original's FixMatch has it; its MixMatch
 * and ReMixMatch leave them out (`split.includeLabeled=false`). Food-101 lists the labeled images
 * first; of Small-ImageNet-127 all training images are unlabeled too.
 */
export const cossl: Protocol = {
  name: "cossl",
  paper: "CoSSL (CVPR 2022)",
  defaults: () => ({ includeLabeled: true }),
  split: splitCossl,
};

/** The original's data loaders, which differ in what they call unlabeled. */
export type CosslLoader =
  | "fixmatch"
  | "mixmatch"
  | "remixmatch"
  | "food101"
  | "small_imagenet127";

/** What {@linkcode cosslSelect} takes. */
export interface CosslSelection {
  readonly classes: number;
  readonly seed: number;
  /** Labeled images of each class. */
  readonly labeled: readonly number[];
  /** Unlabeled images of each class. */
  readonly unlabeled: readonly number[];
  readonly loader: CosslLoader;
}

/**
 * Class counts in the original's own terms: a negative γ reverses the tail.
 */
export function cosslCounts(
  classes: number,
  { max, gamma }: { readonly max: number; readonly gamma: number },
): number[] {
  const counts = twoStepCounts(classes, { max, gamma: Math.abs(gamma) });
  return gamma < 0 ? counts.reverse() : counts;
}

/** Chooses images as a loader of the original does. */
export function cosslSelect(
  labels: ArrayLike<number>,
  { classes, seed, labeled, unlabeled, loader }: CosslSelection,
): { readonly labeled: number[]; readonly unlabeled: number[] } {
  const random = new NumpyRandom(seed);
  const byClass = indicesByClass(labels, classes)
    .map((list) => seed === 0 ? list : random.shuffle(list));
  const taken = takePerClass(byClass, { labeled, unlabeled, overlap: loader === "fixmatch" });
  switch (loader) {
    case "fixmatch":
    case "mixmatch":
    case "remixmatch":
      return taken;
    case "food101":
      return { ...taken, unlabeled: [...taken.labeled, ...taken.unlabeled] };
    case "small_imagenet127":
      return { ...taken, unlabeled: Array.from(labels, (_, image) => image) };
    default:
      throw new RangeError(`CoSSL has no loader '${loader}'`);
  }
}

function splitCossl(pool: LabelPool, options: SplitOptions): Split {
  const { labels, classes } = pool;
  const { seed, labeledShare, includeLabeled } = options;
  const sizes = indicesByClass(labels, classes).map((list) => list.length);
  const labeled = labeledShare === null
    ? twoStepCounts(classes, { max: options.labeledMax, gamma: options.gammaLabeled })
    : sizes.map((size) => roundHalfEven(size * labeledShare));
  if (labeledShare === null) checkLabeledCounts(labeled, { pool, sizes, options });
  const counts = labeledShare !== null ? null : unlabeledCounts(options, {
    counts: (head) => twoStepCounts(classes, head),
    randomOrder: () => new PythonRandom(seed).permutation(classes),
  });
  const inclusive = pool.name === "food101" ? "food101" : "fixmatch";
  const taken = cosslSelect(labels, {
    classes,
    seed,
    labeled,
    unlabeled: counts ?? [],
    loader: includeLabeled ? inclusive : "mixmatch",
  });
  const rest = () =>
    includeLabeled && labeledShare !== null
      ? imagesWhere(pool, () => true)
      : unlabeledImages(pool, includeLabeled ? [] : taken.labeled);
  return completeSplit(pool, {
    protocol: "cossl",
    options,
    labeled: taken.labeled,
    unlabeled: counts ? taken.unlabeled : rest(),
  });
}
