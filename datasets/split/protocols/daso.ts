import { BadInput } from "../../../core/bad_input.ts";
import { shapeOrder } from "../long_tail.ts";
import { indicesByClass, type LabelPool, unlabeledImages } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";
import { groupByClass } from "../selection/hold_out.ts";
import { oneStepCounts, unlabeledCounts } from "../selection/published_counts.ts";
import { PythonRandom } from "../random/python_random.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * DASO's protocol (Oh, Kim and Kweon, CVPR 2022; github.com/ytaek-oh/daso): validation images are
 * set aside first, equally many of each class; of the rest N1 and M1 images of every class are
 * labeled and unlabeled candidates; then both are thinned to their tails. Each of the three steps
 * starts the same NumPy generator anew. The original knows the shapes `consistent`, `uniform` and
 * `reversed`.
 */
export const daso: Protocol = {
  name: "daso",
  paper: "DASO (CVPR 2022)",
  defaults: dasoDefaults,
  split: (pool, options) => splitDaso(pool, { protocol: "daso", options }),
};

/** A tenth of the training images for validation: the published 5000 of CIFAR, 500 of STL-10. */
export function dasoDefaults(pool: LabelPool): Partial<SplitOptions> {
  const known = indicesByClass(pool.labels, pool.classes).reduce((n, list) => n + list.length, 0);
  return { valid: Math.floor(known / 10) };
}

/** To how many images each class is thinned, and in which order the classes are drawn. */
export interface Tail {
  readonly counts: readonly number[];
  /** Class of each rank, the largest first. */
  readonly order: readonly number[];
}

/** What {@linkcode dasoSelect} takes. */
export interface DasoSelection {
  readonly classes: number;
  readonly seed: number;
  /** Validation images of all classes together. */
  readonly valid: number;
  /** Labeled candidates of each class. */
  readonly labeledHead: number;
  /** Unlabeled candidates of each class; null leaves the whole pool to the labeled ones. */
  readonly unlabeledHead: number | null;
  /** Null keeps all candidates. */
  readonly labeledTail: Tail | null;
  readonly unlabeledTail: Tail | null;
}

/** What every step of {@linkcode dasoSelect} chose, in stored order. */
export interface DasoSelected {
  readonly valid: readonly number[];
  readonly pool: readonly number[];
  readonly labeledCandidates: readonly number[];
  readonly unlabeledCandidates: readonly number[];
  readonly labeled: readonly number[];
  readonly unlabeled: readonly number[];
}

/** Chooses images in DASO's three steps. */
export function dasoSelect(labels: ArrayLike<number>, options: DasoSelection): DasoSelected {
  const { classes, seed, labeledHead, unlabeledHead, labeledTail, unlabeledTail } = options;
  const shuffled = (list: readonly number[], order?: readonly number[]) =>
    shuffleByClass(list, { labels, classes, seed, order });
  const all = Array.from(labels, (_, image) => image).filter((image) => labels[image]! >= 0);
  const perClass = Math.floor(options.valid / classes);
  const first = perClass > 0 ? shuffled(all) : null;
  const pool = first ? first.flatMap((list) => list.slice(perClass)) : all;
  const cut = unlabeledHead === null ? null : shuffled(pool);
  const labeledCandidates = cut ? cut.flatMap((list) => list.slice(0, labeledHead)) : pool;
  const unlabeledCandidates = cut && unlabeledHead !== null
    ? cut.flatMap((list) => list.slice(labeledHead, labeledHead + unlabeledHead))
    : [];
  const thin = (list: readonly number[], tail: Tail | null) =>
    tail
      ? shuffled(list, tail.order).flatMap((images, r) =>
        images.slice(0, tail.counts[tail.order[r] ?? -1] ?? 0)
      )
      : list;
  return {
    valid: first ? first.flatMap((list) => list.slice(0, perClass)) : [],
    pool,
    labeledCandidates,
    unlabeledCandidates,
    labeled: thin(labeledCandidates, labeledTail),
    unlabeled: thin(unlabeledCandidates, unlabeledTail),
  };
}

/** The tail of the original's `head`, γ and reversed flag; null for γ = 1, which keeps all. */
export function dasoTail(
  classes: number,
  { head, gamma, reversed = false }: {
    readonly head: number;
    readonly gamma: number;
    readonly reversed?: boolean;
  },
): Tail | null {
  if (!(gamma > 1)) return null;
  const counts = oneStepCounts(classes, { max: head, ratio: 1 / gamma });
  const order = counts.map((_, c) => c);
  return reversed ? { counts: counts.reverse(), order: order.reverse() } : { counts, order };
}

/** DASO's split under any name; SEVAL continues from it. */
export function splitDaso(
  pool: LabelPool,
  { protocol, options }: { readonly protocol: string; readonly options: SplitOptions },
): Split {
  const { classes, labels } = pool;
  const { seed, labeledMax, gammaLabeled, unlabeled: shape, includeLabeled } = options;
  if (options.labeledShare !== null) {
    throw new BadInput(
      `Protocol ${protocol} makes tails itself and has no split.labeledShare` +
        ` (it is ${options.labeledShare}): give split.labeledMax or choose another protocol`,
    );
  }
  const perClass = Math.floor(options.valid / classes);
  const sizes = indicesByClass(labels, classes).map((list) => list.length - perClass);
  const labeled = oneStepCounts(classes, { max: labeledMax, ratio: 1 / gammaLabeled });
  checkLabeledCounts(labeled, { pool, sizes, options });
  const counts = unlabeledCounts(options, {
    counts: ({ max, gamma }) => oneStepCounts(classes, { max, ratio: 1 / gamma }),
    randomOrder: () => new PythonRandom(seed).permutation(classes),
  });
  const chosen = dasoSelect(labels, {
    classes,
    seed,
    valid: options.valid,
    labeledHead: labeledMax,
    unlabeledHead: counts && Math.max(...counts),
    labeledTail: dasoTail(classes, { head: labeledMax, gamma: gammaLabeled }),
    unlabeledTail: counts && new Set(counts).size > 1
      ? { counts, order: drawingOrder(shape, classes) }
      : null,
  });
  const unlabeled = counts
    ? chosen.unlabeled
    : unlabeledImages(pool, [...chosen.valid, ...chosen.labeled]);
  return completeSplit(pool, {
    protocol,
    options,
    labeled: chosen.labeled,
    unlabeled: includeLabeled ? [...chosen.labeled, ...unlabeled] : unlabeled,
    valid: chosen.valid,
  });
}

/** Class of each rank: the original draws the largest class first. */
function drawingOrder(shape: SplitOptions["unlabeled"], classes: number): number[] {
  const order = Array.from({ length: classes }, (_, c) => c);
  if (shape !== "reversed" && shape !== "middle" && shape !== "headtail") return order;
  shapeOrder(shape, classes).forEach((rank, c) => order[rank] = c);
  return order;
}

/** The images of each class, shuffled by a fresh generator, class after class in `order`. */
function shuffleByClass(
  list: readonly number[],
  { labels, classes, seed, order }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly seed: number;
    readonly order: readonly number[] | undefined;
  },
): number[][] {
  const random = new NumpyRandom(seed), groups = groupByClass(list, { labels, classes });
  return (order ?? groups.map((_, c) => c)).map((c) => random.shuffle(groups[c] ?? []));
}
