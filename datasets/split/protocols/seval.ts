import { imagesWhere, type LabelPool } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";
import { groupByClass, holdOut } from "../selection/hold_out.ts";
import { rankClasses } from "../selection/rank_classes.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { dasoDefaults, splitDaso } from "./daso.ts";

/** The sets of which ten images a class are held out. */
const IMAGENETS: ReadonlySet<string> = new Set(["imagenet127", "imagenet1k"]);

/**
 * SEVAL's protocol (Li et al., arXiv 2407.05370; github.com/ZerojumpLine/SEVAL): DASO's, of whose
 * labeled images half of each class are held out for calibration (`split.holdout=0` keeps them).
 *
 * Of data with a natural tail (Semi-Aves: share 1; Small-ImageNet-127: share 0.1) the first images
 * of the file are labeled and classes are ranked by what is left to train on. A held-out share
 * shuffles class by class, a held-out number shuffles the whole list first.
 */
export const seval: Protocol = {
  name: "seval",
  paper: "SEVAL (arXiv 2407.05370)",
  defaults: (pool) => ({
    ...dasoDefaults(pool),
    holdout: IMAGENETS.has(pool.name) ? 10 : 0.5,
  }),
  split: (pool, options) =>
    options.labeledShare === null
      ? splitDaso(pool, { protocol: "seval", options })
      : splitNatural(pool, { options, share: options.labeledShare }),
};

/** The order in which SEVAL holds images of a natural tail out. */
export function sevalOrder(
  list: readonly number[],
  { labels, classes, holdout, seed }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly holdout: number;
    readonly seed: number;
  },
): number[] {
  const random = new NumpyRandom(seed);
  if (holdout >= 1) return random.shuffle([...list]);
  return groupByClass(list, { labels, classes }).flatMap((group) => random.shuffle(group));
}

function splitNatural(
  pool: LabelPool,
  { options, share }: { readonly options: SplitOptions; readonly share: number },
): Split {
  const { labels, classes } = pool;
  const { seed, holdout, includeLabeled } = options;
  const known = imagesWhere(pool, (image) => labels[image]! >= 0); // image is in the pool
  const first = known.slice(0, Math.floor(known.length * share));
  const labeled = holdout === 0 ? first : sevalOrder(first, { labels, classes, holdout, seed });
  const { kept } = holdOut(labeled, { labels, classes, holdout });
  const counts = groupByClass(kept, { labels, classes }).map((group) => group.length);
  const taken = new Set(first);
  return completeSplit(pool, {
    protocol: "seval",
    options,
    labeled,
    unlabeled: imagesWhere(pool, (image) => includeLabeled || !taken.has(image)),
    relabel: rankClasses(counts).ranks,
  });
}
