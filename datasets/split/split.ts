import { BadInput } from "../../core/bad_input.ts";
import { classWords, type LabelPool } from "./label_pool.ts";
import type { UnlabeledTail } from "./selection/published_counts.ts";
import { groupByClass, holdOut } from "./selection/hold_out.ts";

/** What a user can ask of a split; names as in the configuration under `split.`. */
export interface SplitOptions extends UnlabeledTail {
  /** Same seed, same split. */
  readonly seed: number;
  /** N1: labeled images of class 0. */
  readonly labeledMax: number;
  /** Imbalance of the labeled set, largest class over smallest; at least 1. */
  readonly gammaLabeled: number;
  /**
   * This share of each class is labeled and the rest is unlabeled, for data that has a long tail
   * by nature; N1, M1, both γ and the shape then mean nothing. Null for constructed tails.
   */
  readonly labeledShare: number | null;
  /** Whether labeled images are in the unlabeled list too. */
  readonly includeLabeled: boolean;
  /** Labeled images kept back for calibration: below 1 a share of each class, else a number. */
  readonly holdout: number;
  /**
   * Images set aside for validation, equally many of each class. With none they are the data
   * set's own validation part, if it has one.
   */
  readonly valid: number;
}

/**
 * Which image goes where. Indices count training images, then those of the data set's `unlabeled` and
 * `valid` parts; in `test` those of the part that `testFrom` names.
 */
export interface Split {
  /** Name of the data set. */
  readonly dataset: string;
  /** SHA-256 of what the data set holds. */
  readonly fingerprint: string;
  /** Who decided. */
  readonly protocol: string;
  /** Seed of the choice. */
  readonly seed: number;
  /** Images that methods may see with their labels. */
  readonly labeled: Int32Array;
  /** May hold labeled images too, where a protocol has it so. */
  readonly unlabeled: Int32Array;
  /** Labeled images kept back for calibration. */
  readonly holdout: Int32Array;
  /** Set aside for validation, in protocols that do so; or the data set's own. */
  readonly valid: Int32Array;
  /** Images to evaluate on. */
  readonly test: Int32Array;
  /** Images of each class; `unlabeled` is null where the labels are not known. */
  readonly counts: {
    readonly labeled: readonly number[];
    readonly unlabeled: readonly number[] | null;
    readonly test: readonly number[];
  };
  /** New class of each class, where a protocol ranks classes by size; else null. */
  readonly relabel: readonly number[] | null;
  /**
   * `train` where the test images were training images that were set aside, `none` where there are to
   * be none; left out where they are the data set's own.
   */
  readonly testFrom?: "train" | "none";
}

/** Says that the data set has too few images for what an option of the split asks for. */
export class SplitRefused extends BadInput {
  /** Which option. */
  readonly option: keyof SplitOptions;
  /** What it is. */
  readonly value: number;
  /** What is asked for, and what there is, as the end of a sentence. */
  readonly reason: string;

  /** Says which option asks for what, and what there is. */
  constructor(option: keyof SplitOptions, value: number, reason: string) {
    super(`split.${option} is ${value}, which ${reason}`);
    this.option = option;
    this.value = value;
    this.reason = reason;
  }
}

/** A published way (or our own) to deal the images of a data set out. */
export interface Protocol {
  /** Name as in `split.protocol`. */
  readonly name: string;
  /** Where it was published; null for our own. */
  readonly paper: string | null;
  /**
   * Options that this protocol's papers use where they differ from the general ones, beside those that
   * were given.
   */
  defaults?(pool: LabelPool, given: Partial<SplitOptions>): Partial<SplitOptions>;
  /** Options that a split by these depends on; all if left out. */
  uses?(options: SplitOptions): readonly (keyof SplitOptions)[];
  /** Deals the images out; `options` were checked. Throws BadInput if they cannot be met. */
  split(pool: LabelPool, options: SplitOptions): Split;
}

/** What a protocol decides; the rest of a {@linkcode Split} follows from the pool. */
export interface Chosen {
  /** Name of the protocol. */
  readonly protocol: string;
  /** What was asked for. */
  readonly options: SplitOptions;
  /** With those that are going to be held out. */
  readonly labeled: ArrayLike<number>;
  /** Images whose labels are hidden. */
  readonly unlabeled: ArrayLike<number>;
  /** Images set aside for validation; none if left out. */
  readonly valid?: ArrayLike<number>;
  /** All test images if left out. */
  readonly test?: ArrayLike<number>;
  /** New class of each class; the same classes if left out. */
  readonly relabel?: readonly number[] | null;
}

/**
 * Completes what a protocol chose: holds labeled images out, also of the unlabeled list, counts
 * each class, adds where the images come from.
 *
 * @throws {RangeError} If an index is not an image of the pool, or a labeled one has no label.
 * @throws {BadInput} If a class would have no labeled image left.
 */
export function completeSplit(pool: LabelPool, chosen: Chosen): Split {
  const { protocol, options, relabel = null } = chosen;
  const { holdout: held, labeled, unlabeled } = withoutHoldout(pool, chosen);
  const test = chosen.test ?? pool.testLabels;
  const valid = Int32Array.from(chosen.valid ?? []);
  const tally = (list: Int32Array, labels: ArrayLike<number>) =>
    countClasses(list, { labels, classes: pool.classes, relabel });
  const known = tally(labeled, pool.labels), hidden = tally(unlabeled, pool.labels);
  const tested = chosen.test
    ? Int32Array.from(test)
    : Int32Array.from({ length: test.length }, (_, i) => i);
  if (
    known.unknown + tally(held, pool.labels).unknown + tally(valid, pool.labels).unknown > 0
  ) {
    throw new RangeError("Cannot train or validate on images that have no label");
  }
  return {
    dataset: pool.name,
    fingerprint: pool.fingerprint,
    protocol,
    seed: options.seed,
    labeled,
    unlabeled,
    holdout: held,
    valid,
    test: tested,
    counts: {
      labeled: known.counts,
      unlabeled: hidden.unknown > 0 ? null : hidden.counts,
      test: tally(tested, pool.testLabels).counts,
    },
    relabel,
  };
}

/**
 * Refuses a split that leaves empty what no training or evaluation can do without: a class without a
 * labeled image, a test set without images unless it is to have none.
 *
 * @param classNames In the order of the data set.
 * @throws {BadInput} Naming what is empty.
 */
export function requireComplete(split: Split, classNames: readonly string[]): void {
  const { dataset, protocol, counts } = split;
  const names = rankedClassNames(classNames, split);
  const empty = names.filter((_, c) => !counts.labeled[c]).map((name) => `'${name}'`);
  if (empty.length > 0) {
    const [first, ...others] = empty;
    const more = others.length > 2 ? `${others.length} others` : others.join(", ");
    throw new BadInput(
      `No image of class ${first}${
        more && ` (nor of ${more})`
      } of ${dataset} is labeled in a split of protocol ${protocol}: give each class more training ` +
        "images, label more of them (split.labeledShare, split.holdout, split.valid), or leave the class out",
    );
  }
  if (split.test.length === 0 && split.testFrom !== "none") {
    throw new BadInput(
      `The data set ${dataset} has no test image to evaluate on: set a share of its training images` +
        " aside (split.testShare, --test-share 0.2), or train without evaluation (--test-share 0)",
    );
  }
}

/**
 * Which images of the unlabeled list are labeled ones: 1 where they are, 0 elsewhere.
 *
 * ACR leaves them out of its estimate of the class distribution.
 */
export function labeledInUnlabeled(split: Pick<Split, "labeled" | "unlabeled">): Uint8Array {
  const labeled = new Set(split.labeled);
  return Uint8Array.from(split.unlabeled, (image) => labeled.has(image) ? 1 : 0);
}

/**
 * What to tell somebody whose split has fewer unlabeled images than was asked for: the published
 * protocols take what a class has left, as the original code does.
 *
 * @param options What made the split.
 * @returns A sentence, or null where even the largest class has what was asked.
 */
export function splitShortage(
  { protocol, counts, unlabeled }: Split,
  { labeledShare, unlabeled: shape, unlabeledMax }: SplitOptions,
): string | null {
  if (labeledShare !== null || shape === "counts" || shape === "unknown") return null;
  if (unlabeled.length === 0 || counts.unlabeled === null) return null;
  const most = Math.max(...counts.unlabeled);
  // Some protocols round the head's count down.
  if (most >= unlabeledMax - 1) return null;
  return `Note: split.unlabeledMax is ${unlabeledMax}, but no class has more than ${most} unlabeled ` +
    `images left; protocol ${protocol} takes what there is, so the head is flatter than asked`;
}

/**
 * The data set's own number of each class of a split that ranks them.
 *
 * @param relabel Rank of each class of the data set.
 */
export function sourceClasses(relabel: readonly number[]): number[] {
  const source = relabel.slice();
  relabel.forEach((rank, c) => source[rank] = c);
  return source;
}

/**
 * Names of the classes in the order of a split, which some protocols rank by size.
 *
 * @param classNames In the order of the data set.
 */
export function rankedClassNames(
  classNames: readonly string[],
  { relabel }: Pick<Split, "relabel">,
): readonly string[] {
  return relabel ? sourceClasses(relabel).map((c) => classNames[c]!) : classNames; // all have names
}

function withoutHoldout(
  { labels, classes, ...pool }: LabelPool,
  { labeled, unlabeled, options: { holdout } }: Chosen,
): Pick<Split, "labeled" | "unlabeled" | "holdout"> {
  if (holdout === 0) {
    return {
      labeled: Int32Array.from(labeled),
      unlabeled: Int32Array.from(unlabeled),
      holdout: new Int32Array(),
    };
  }
  const { kept, held } = holdOut(labeled, { labels, classes, holdout });
  const counts = groupByClass(kept, { labels, classes }).map((group) => group.length);
  const before = groupByClass(labeled, { labels, classes }).map((group) => group.length);
  const empty = counts.findIndex((n, c) => n === 0 && before[c] !== 0);
  if (empty >= 0) {
    throw new BadInput(
      `split.holdout is ${holdout}, which leaves ${
        classWords(pool, empty)
      } without a labeled image:` +
        ` it has ${before[empty]}`,
    );
  }
  const out = new Set(held);
  return {
    labeled: Int32Array.from(kept),
    unlabeled: Int32Array.from(unlabeled).filter((image) => !out.has(image)),
    holdout: Int32Array.from(held),
  };
}

function countClasses(
  list: Int32Array,
  { labels, classes, relabel }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly relabel: readonly number[] | null;
  },
): { readonly counts: number[]; readonly unknown: number } {
  const counts = new Array<number>(classes).fill(0);
  let unknown = 0;
  for (const image of list) {
    const label = labels[image];
    if (label === undefined) {
      throw new RangeError(`Cannot use image ${image}: there are ${labels.length}`);
    }
    if (label < 0) unknown++;
    else counts[relabel?.[label] ?? label]!++; // indicesByClass() checked them against `classes`
  }
  return { counts, unknown };
}
