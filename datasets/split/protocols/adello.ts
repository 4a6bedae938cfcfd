import type { LabelPool } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";
import { groupByClass } from "../selection/hold_out.ts";
import { naturalShare } from "../selection/rank_classes.ts";
import { twoStepCounts, unlabeledCounts } from "../selection/published_counts.ts";
import { PythonRandom } from "../random/python_random.ts";
import { takePerClass } from "../selection/take_per_class.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * The protocol of USB and ADELLO (Sanchez Aimar et al., 2024; github.com/emasa/ADELLO-LTSSL):
 * each class is shuffled by one NumPy generator, class after class; labeled images come first,
 * unlabeled ones next. ADELLO puts the labeled images before the unlabeled ones, USB leaves them
 * out (`split.includeLabeled=false`).
 *
 * EuroSAT and TissueMNIST are shuffled as a whole first. With a separate unlabeled part (STL-10)
 * the unlabeled images are that part and then all training images. Of data with a natural tail the
 * first images of each class are labeled, whatever the seed.
 */
export const adello: Protocol = {
  name: "adello",
  paper: "ADELLO (ECCV 2024)",
  defaults: () => ({ includeLabeled: true }),
  split: splitAdello,
};

/**
 * Class counts in the originals' own terms: γ = 1 makes `max` the TOTAL over all classes, a
 * negative γ reverses the tail.
 *
 * @throws {RangeError} If a total does not divide by the classes.
 */
export function adelloCounts(
  classes: number,
  { max, gamma }: { readonly max: number; readonly gamma: number },
): number[] {
  if (gamma === 1) {
    if (max % classes !== 0) {
      throw new RangeError(`Cannot deal ${max} images out evenly to ${classes} classes`);
    }
    return new Array<number>(classes).fill(max / classes);
  }
  const counts = twoStepCounts(classes, { max, gamma: Math.abs(gamma) });
  return gamma < 0 ? counts.reverse() : counts;
}

/** What {@linkcode adelloSelect} takes. */
export interface AdelloSelection {
  readonly classes: number;
  readonly seed: number;
  /** Labeled images of each class. */
  readonly labeled: readonly number[];
  /** Unlabeled images of each class; null takes all that are left. */
  readonly unlabeled: readonly number[] | null;
  readonly includeLabeled: boolean;
  /** Shuffle the whole list first, as for EuroSAT and TissueMNIST. */
  readonly shuffleFirst?: boolean;
}

/** Chooses images by one NumPy generator; `order` is the list that the classes are drawn from. */
export function adelloSelect(
  labels: ArrayLike<number>,
  { classes, seed, labeled, unlabeled, includeLabeled, shuffleFirst = false }: AdelloSelection,
): { readonly order: number[]; readonly labeled: number[]; readonly unlabeled: number[] } {
  const random = new NumpyRandom(seed);
  const order = Array.from({ length: labels.length }, (_, i) => i);
  if (shuffleFirst) random.shuffle(order);
  const byClass = groupByClass(order, { labels, classes }).map((list) => random.shuffle(list));
  const taken = takePerClass(byClass, { labeled, unlabeled });
  return {
    order,
    labeled: taken.labeled,
    unlabeled: includeLabeled ? [...taken.labeled, ...taken.unlabeled] : taken.unlabeled,
  };
}

/**
 * Chooses files of ImageNet-127's class folders: Python's generator shuffles every folder three
 * times over, first for nothing, then for the labeled files, of which a share is kept, then for
 * the unlabeled ones.
 *
 * @param sizes Files of each folder, folders in order of their names.
 * @returns Positions in the sorted file lists, by class.
 */
export function adelloFolders(
  sizes: readonly number[],
  { share, seed, includeLabeled }: {
    readonly share: number;
    readonly seed: number;
    readonly includeLabeled: boolean;
  },
): { readonly labeled: number[][]; readonly unlabeled: number[][] } {
  const random = new PythonRandom(seed);
  const pass = () => sizes.map((size) => random.shuffle(Array.from({ length: size }, (_, i) => i)));
  pass();
  const labeled = pass().map((list) => list.slice(0, Math.trunc(list.length * share)));
  const unlabeled = pass().map((list, c) => {
    const taken = new Set(includeLabeled ? [] : labeled[c]);
    return list.filter((file) => !taken.has(file));
  });
  return { labeled, unlabeled };
}

function splitAdello(pool: LabelPool, options: SplitOptions): Split {
  const { labels, classes } = pool;
  const { seed, labeledMax: max, gammaLabeled: gamma, includeLabeled, labeledShare } = options;
  if (labeledShare !== null) {
    const { labeled, rest } = naturalShare(pool, labeledShare);
    const images = includeLabeled ? [...labeled, ...rest] : rest;
    const unlabeled = groupByClass(images, { labels, classes }).flat();
    return completeSplit(pool, { protocol: "adello", options, labeled, unlabeled });
  }
  const labeled = twoStepCounts(classes, { max, gamma });
  const sizes = groupByClass(Array.from(labels, (_, i) => i), { labels, classes })
    .map((list) => list.length);
  checkLabeledCounts(labeled, { pool, sizes, options });
  const unlabeled = unlabeledCounts(options, {
    counts: (head) => twoStepCounts(classes, head),
    randomOrder: () => new PythonRandom(seed).permutation(classes),
  });
  const taken = adelloSelect(labels, {
    classes,
    seed,
    labeled,
    unlabeled,
    includeLabeled,
    shuffleFirst: pool.name === "eurosat" || pool.name === "tissuemnist",
  });
  return completeSplit(pool, {
    protocol: "adello",
    options,
    labeled: taken.labeled,
    unlabeled: unlabeled ? taken.unlabeled : unknownImages(pool, { taken, includeLabeled }),
  });
}

/** The unlabeled part and all training images again, or what is left if there is no such part. */
function unknownImages(
  { labels }: LabelPool,
  { taken, includeLabeled }: {
    readonly taken: { readonly labeled: number[]; readonly unlabeled: number[] };
    readonly includeLabeled: boolean;
  },
): number[] {
  const all = Array.from(labels, (_, image) => image);
  const known = all.filter((image) => labels[image]! >= 0); // image is in the pool
  if (known.length === all.length) return taken.unlabeled;
  const unknown = all.filter((image) => labels[image]! < 0); // as above
  return [...includeLabeled ? taken.labeled : [], ...unknown, ...known];
}
