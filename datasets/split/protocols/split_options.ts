import { BadInput } from "../../../core/bad_input.ts";
import { MAX_SEED } from "../../../core/random.ts";
import { UNLABELED_SHAPES } from "../long_tail.ts";
import { classWords, indicesByClass, type LabelPool } from "../label_pool.ts";
import { type SplitOptions, SplitRefused } from "../split.ts";

/**
 * What a split is like if the user does not say.
 *
 * N1 is a tenth and M1 four fifths of the smallest class, which for CIFAR-10 and CIFAR-100 are
 * the published 500 / 4000 and 50 / 400, or M1 is what a larger N1 leaves; with a separate unlabeled
 * part (STL-10) N1 is nine tenths and that part is taken as it is. γ is 100, or less if the last
 * class would come down to one or two labeled images; the unlabeled γ follows the labeled one.
 *
 * Data with a natural tail are not cut to another one, unless N1 or γ is given: of
 * Small-ImageNet-127 a tenth of each class is labeled, as everybody does; of Semi-Aves all images
 * that have a label are, and of a user's folder too, or a tenth where no others are unlabeled.
 *
 * @param given What the user did say; the rest is fitted to it.
 */
export function defaultSplitOptions(
  pool: LabelPool,
  given: Partial<SplitOptions> = {},
): SplitOptions {
  const sizes = indicesByClass(pool.labels, pool.classes).map((list) => list.length);
  const smallest = sizes.length === 0 ? 0 : Math.min(...sizes);
  const separate = sizes.reduce((a, b) => a + b, 0) < pool.labels.length;
  const askedTail = given.labeledMax !== undefined || given.gammaLabeled !== undefined;
  const labeledMax = given.labeledMax ??
    Math.max(1, Math.floor(smallest * (separate ? 0.9 : 0.1)));
  const left = smallest - labeledMax - Math.floor((given.valid ?? 0) / pool.classes);
  const gamma = given.gammaLabeled ?? Math.min(100, Math.max(1, labeledMax / 2.5));
  return {
    seed: 0,
    labeledMax,
    unlabeledMax: Math.max(0, Math.min(Math.floor(smallest * 0.8), left)),
    gammaLabeled: gamma,
    gammaUnlabeled: gamma,
    unlabeled: separate ? "unknown" : "consistent",
    unlabeledCounts: null,
    labeledShare: !pool.naturalTail || askedTail ? null : separate ? 1 : 0.1,
    includeLabeled: false,
    holdout: 0,
    valid: 0,
    ...given,
  };
}

/**
 * Refuses split options that mean nothing, whatever the protocol.
 *
 * @throws {BadInput} Naming the option, what was given and what is possible.
 */
export function checkSplitOptions(options: SplitOptions, pool: LabelPool): void {
  const whole = (name: keyof SplitOptions, value: number, least: number, most: number) => {
    if (Number.isSafeInteger(value) && value >= least && value <= most) return;
    const reason = `is not possible: give a whole number from ${least} to ${most}`;
    throw new SplitRefused(name, value, reason);
  };
  if (!Number.isInteger(pool.classes) || pool.classes < 1) {
    throw new BadInput(`Cannot split ${pool.name}: it has ${pool.classes} classes, not 1 or more`);
  }
  if (!Number.isSafeInteger(options.seed) || options.seed < 0) {
    throw new BadInput(`seed is ${options.seed}: give a whole number from 0 to ${MAX_SEED}`);
  }
  const images = pool.labels.length;
  if (images === 0) throw new BadInput(`Cannot split ${pool.name}: it has no training image`);
  whole("labeledMax", options.labeledMax, 1, images);
  whole("unlabeledMax", options.unlabeledMax, 0, images);
  whole("valid", options.valid, 0, images);
  for (const name of ["gammaLabeled", "gammaUnlabeled"] as const) {
    if (Number.isFinite(options[name]) && options[name] >= 1) continue;
    throw new BadInput(
      `split.${name} is ${options[name]}, which is not possible: give a number of at least 1` +
        ` (for more images in the last classes set split.unlabeled=reversed)`,
    );
  }
  if (!UNLABELED_SHAPES.includes(options.unlabeled)) {
    throw new BadInput(
      `split.unlabeled is '${options.unlabeled}': give one of ${UNLABELED_SHAPES.join(", ")}`,
    );
  }
  checkUnlabeledCounts(options, pool);
  const { holdout, labeledShare } = options;
  if (!(holdout >= 0 && (holdout < 1 || Number.isSafeInteger(holdout)))) {
    throw new BadInput(
      `split.holdout is ${holdout}: give a share below 1 or a whole number of images a class`,
    );
  }
  if (labeledShare !== null && !(labeledShare > 0 && labeledShare <= 1)) {
    throw new BadInput(`split.labeledShare is ${labeledShare}: give more than 0 and at most 1`);
  }
}

/**
 * Refuses labeled counts that the data set cannot give, or that leave a class without an image.
 *
 * @param counts Labeled images of each class, as the options ask for them.
 * @param sizes Images there are of each class.
 * @throws {SplitRefused} Naming the option, what was given and what is possible.
 */
export function checkLabeledCounts(
  counts: readonly number[],
  { pool, sizes, options: { labeledMax, gammaLabeled } }: {
    readonly pool: LabelPool;
    readonly sizes: readonly number[];
    readonly options: SplitOptions;
  },
): void {
  counts.forEach((n, c) => {
    const size = sizes[c] ?? 0, who = classWords(pool, c);
    if (n > size) {
      const asked = `asks for ${n} labeled images of ${who}: there are ${size} to label`;
      throw new SplitRefused("labeledMax", labeledMax, asked);
    }
    if (n === 0) {
      const left =
        `leaves ${who} without a labeled image: with split.labeledMax ${labeledMax} at ` +
        `most ${labeledMax} is possible`;
      throw new SplitRefused("gammaLabeled", gammaLabeled, left);
    }
  });
}

function checkUnlabeledCounts({ unlabeled, unlabeledCounts }: SplitOptions, pool: LabelPool): void {
  if (unlabeled !== "counts") {
    if (unlabeledCounts === null) return;
    throw new BadInput(
      `split.unlabeledCounts is given but split.unlabeled is '${unlabeled}': set it to counts`,
    );
  }
  if (unlabeledCounts?.length !== pool.classes) {
    throw new BadInput(
      `split.unlabeledCounts has ${unlabeledCounts?.length ?? 0} entries:` +
        ` split.unlabeled=counts needs one for each of the ${pool.classes} classes`,
    );
  }
  const bad = unlabeledCounts.find((n) => !Number.isSafeInteger(n) || n < 0);
  if (bad !== undefined) {
    throw new BadInput(`split.unlabeledCounts holds ${bad}: give whole numbers from 0 up`);
  }
}
