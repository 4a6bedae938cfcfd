import { BadInput } from "../../../core/bad_input.ts";
import { Random } from "../../../core/random.ts";
import { longTailCounts } from "../long_tail.ts";
import { classWords, indicesByClass, type LabelPool, unlabeledImages } from "../label_pool.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import { tailOptions, unlabeledCounts } from "../selection/published_counts.ts";
import {
  completeSplit,
  type Protocol,
  type Split,
  type SplitOptions,
  SplitRefused,
} from "../split.ts";
import { checkLabeledCounts } from "./split_options.ts";

/**
 * The toolkit's own protocol: any class counts that the data set can fill.
 *
 * Each class is shuffled by a generator of its own, `Random(seed, 0, "split/class/c")`. Images for
 * validation come first, then the labeled ones, and the unlabeled ones from the back: no image is
 * in two lists (unless labeled ones are asked into the unlabeled list), and asking for more of one
 * kind keeps those chosen before. The shape `unknown` takes the images that come without a label,
 * or, if all have one, whatever is not used otherwise.
 */
export const free: Protocol = { name: "free", paper: null, uses: usedByFree, split: splitFree };

function usedByFree(options: SplitOptions): readonly (keyof SplitOptions)[] {
  const tail = options.labeledShare === null
    ? ["labeledMax", "gammaLabeled", ...tailOptions(options)] as const
    : ["labeledShare"] as const;
  return ["seed", ...tail, "includeLabeled", "holdout", "valid"];
}

function splitFree(pool: LabelPool, options: SplitOptions): Split {
  const { classes } = pool;
  const { seed, labeledMax: max, gammaLabeled: gamma, labeledShare } = options;
  const byClass = indicesByClass(pool.labels, classes).map((list, c) =>
    new Random({ seed, name: `split/class/${c}` }).shuffle(list)
  );
  const v = Math.floor(options.valid / classes);
  const valid = byClass.flatMap((list) => list.slice(0, v));
  const left = byClass.map((list) => list.slice(v));
  const sizes = left.map((list) => list.length);
  const labeledCounts = labeledShare === null
    ? longTailCounts(classes, { max, gamma })
    : sizes.map((size) => Math.min(size, Math.max(1, roundHalfEven(size * labeledShare))));
  if (labeledShare === null) checkLabeledCounts(labeledCounts, { pool, sizes, options });
  const counts = labeledShare !== null ? null : unlabeledCounts(options, {
    counts: (head) => longTailCounts(classes, head),
    randomOrder: () => new Random({ seed, name: "split/order" }).permutation(classes),
  });
  if (counts) checkUnlabeled(counts, { pool, labeledCounts, sizes, options });
  const labeled = left.flatMap((list, c) => list.slice(0, labeledCounts[c]));
  const unlabeled = counts
    ? left.flatMap((list, c) => list.slice(list.length - counts[c]!)) // one count a class
    : unlabeledImages(pool, [...valid, ...labeled]);
  return completeSplit(pool, {
    protocol: "free",
    options,
    labeled,
    unlabeled: options.includeLabeled ? [...labeled, ...unlabeled] : unlabeled,
    valid,
  });
}

function checkUnlabeled(
  counts: readonly number[],
  { pool, labeledCounts, sizes, options: { unlabeled, unlabeledMax } }: {
    readonly pool: LabelPool;
    readonly labeledCounts: readonly number[];
    readonly sizes: readonly number[];
    readonly options: SplitOptions;
  },
): void {
  counts.forEach((m, c) => {
    const left = sizes[c]! - labeledCounts[c]!; // one entry a class
    if (m <= left) return;
    const asked = `asks for ${m} unlabeled images of ${classWords(pool, c)}: ${left} of its ` +
      `${sizes[c]} are left beside ${labeledCounts[c]} labeled ones`;
    if (unlabeled === "counts") throw new BadInput(`split.unlabeledCounts ${asked}`);
    throw new SplitRefused("unlabeledMax", unlabeledMax, asked);
  });
}
