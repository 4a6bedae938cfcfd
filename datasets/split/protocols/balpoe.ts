import { BadInput } from "../../../core/bad_input.ts";
import { indicesByClass, type LabelPool } from "../label_pool.ts";
import { NumpyRandom } from "../random/numpy_random.ts";
import { oneStepCounts } from "../selection/published_counts.ts";
import { takePerClass } from "../selection/take_per_class.ts";
import { completeSplit, type Protocol, type Split, type SplitOptions } from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * BalPoE's protocol (Sanchez Aimar et al., CVPR 2023; github.com/emasa/BalPoE-CalibratedLT), which
 * is supervised: a long tail of labeled images from the whole training set, none unlabeled. Each
 * class is shuffled by one NumPy generator of seed 0, whatever the run's seed. Data with a natural tail
 * (ImageNet-LT, iNaturalist 2018) are learned whole, unless N1 or γ is given.
 */
export const balpoe: Protocol = {
  name: "balpoe",
  paper: "BalPoE (CVPR 2023)",
  defaults: (pool, given) => {
    const asked = given.labeledMax !== undefined || given.gammaLabeled !== undefined;
    if (pool.naturalTail && !asked) return { labeledShare: 1, unlabeledMax: 0 };
    const sizes = indicesByClass(pool.labels, pool.classes).map((list) => list.length);
    return { labeledMax: Math.max(1, Math.min(...sizes)), unlabeledMax: 0 };
  },
  split: splitBalpoe,
};

/** How the original's class counts fall. */
export interface BalpoeTail {
  /** Images of the largest class. */
  readonly max: number;
  /** Tail over head, the original's `imb_factor`. */
  readonly factor: number;
  /** `exp` falls class by class, `step` once after the first half. */
  readonly type?: "exp" | "step";
  /** Whether the last class is the largest. */
  readonly reverse?: boolean;
}

/** Class counts in the original's own terms. */
export function balpoeCounts(
  classes: number,
  { max, factor, type = "exp", reverse = false }: BalpoeTail,
): number[] {
  const counts = type === "exp" ? oneStepCounts(classes, { max, ratio: factor }) : Array.from(
    { length: classes },
    (_, c) => Math.trunc(c < Math.floor(classes / 2) ? max : max * factor),
  );
  return reverse ? counts.reverse() : counts;
}

/** Chooses images of each class by one NumPy generator. */
export function balpoeSelect(
  labels: ArrayLike<number>,
  { counts, seed = 0 }: { readonly counts: readonly number[]; readonly seed?: number },
): number[] {
  const random = new NumpyRandom(seed);
  const byClass = indicesByClass(labels, counts.length).map((list) => random.shuffle(list));
  return takePerClass(byClass, { labeled: counts, unlabeled: [] }).labeled;
}

function splitBalpoe(pool: LabelPool, options: SplitOptions): Split {
  const { labeledMax: max, gammaLabeled, labeledShare } = options;
  if (labeledShare === 1 && pool.naturalTail) {
    const labeled = Array.from(pool.labels, (_, i) => i);
    return completeSplit(pool, { protocol: "balpoe", options, labeled, unlabeled: [] });
  }
  if (labeledShare !== null) {
    throw new BadInput(
      "Protocol balpoe makes tails itself, or takes all of a natural one, and has no " +
        `split.labeledShare (it is ${labeledShare}): choose another protocol`,
    );
  }
  const counts = balpoeCounts(pool.classes, { max, factor: 1 / gammaLabeled });
  const sizes = indicesByClass(pool.labels, pool.classes).map((list) => list.length);
  checkLabeledCounts(counts, { pool, sizes, options });
  const labeled = balpoeSelect(pool.labels, { counts });
  return completeSplit(pool, { protocol: "balpoe", options, labeled, unlabeled: [] });
}
