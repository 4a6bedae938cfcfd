import { reorder, shapeOrder, type UnlabeledShape } from "../long_tail.ts";

/** A long tail in the usual terms. */
export interface CountOptions {
  /** Images of the head class; may be a fraction where a system computes it so. */
  readonly max: number;
  /** Head over tail. */
  readonly gamma: number;
}

/**
 * Class counts as SimPro, ACR, USB, ADELLO and CoSSL round them: `⌊max · μ^c⌋` with
 * `μ = (1/γ)^(1/(C−1))` in float64, the last class `⌊max / γ⌋` on its own.
 *
 * The two powers are not interchangeable with one: for γ = 512 and 100 classes they differ.
 *
 * @returns Descending counts, class 0 first.
 */
export function twoStepCounts(classes: number, { max, gamma }: CountOptions): number[] {
  const mu = (1 / gamma) ** (1 / (classes - 1));
  return Array.from(
    { length: classes },
    (_, c) => Math.trunc(c === 0 ? max : c === classes - 1 ? max / gamma : max * mu ** c),
  );
}

/**
 * Class counts as DASO, SEVAL and BalPoE round them: `⌊max · ratio^(c/(C−1))⌋`, the last class
 * too.
 *
 * @param options `ratio`: tail over head, 1/γ. BalPoE is given it as a number of its own.
 * @returns Descending counts, class 0 first.
 */
export function oneStepCounts(
  classes: number,
  { max, ratio }: { readonly max: number; readonly ratio: number },
): number[] {
  return Array.from(
    { length: classes },
    (_, c) => Math.trunc(c === 0 ? max : max * ratio ** (c / (classes - 1))),
  );
}

/** What is asked of the unlabeled class counts. */
export interface UnlabeledTail {
  /** Shape of the unlabeled class counts. */
  readonly unlabeled: UnlabeledShape;
  /** M1: unlabeled images of the largest class. */
  readonly unlabeledMax: number;
  /** Imbalance of the unlabeled set; at least 1. */
  readonly gammaUnlabeled: number;
  /** Unlabeled images of each class, for the shape `counts`. */
  readonly unlabeledCounts: readonly number[] | null;
}

/** The options that the shape of an unlabeled tail depends on. */
export function tailOptions({ unlabeled }: UnlabeledTail): readonly (keyof UnlabeledTail)[] {
  if (unlabeled === "unknown") return ["unlabeled"];
  if (unlabeled === "counts") return ["unlabeled", "unlabeledCounts"];
  if (unlabeled === "uniform") return ["unlabeled", "unlabeledMax"];
  return ["unlabeled", "unlabeledMax", "gammaUnlabeled"];
}

/** What a protocol brings to {@linkcode unlabeledCounts}. */
export interface ShapeOptions {
  /** Descending counts in the protocol's rounding. */
  counts(options: CountOptions): readonly number[];
  /** The order of the shape `random`: a permutation of 0 … `classes` − 1. */
  randomOrder(classes: number): ArrayLike<number>;
}

/**
 * Unlabeled images that the options ask of each class.
 *
 * @returns Null for the shape `unknown`, which takes what there is.
 */
export function unlabeledCounts(
  { unlabeled: shape, unlabeledMax: max, gammaUnlabeled, unlabeledCounts: given }: UnlabeledTail,
  protocol: ShapeOptions,
): readonly number[] | null {
  if (shape === "unknown") return null;
  if (shape === "counts") return given;
  const counts = protocol.counts({ max, gamma: shape === "uniform" ? 1 : gammaUnlabeled });
  if (shape === "uniform") return counts;
  if (shape === "random") return reorder(counts, protocol.randomOrder(counts.length));
  return reorder(counts, shapeOrder(shape, counts.length));
}
