import { reorder, shapeOrder } from "../long_tail.ts";
import type { SplitOptions } from "../split.ts";
import type { CountOptions } from "./published_counts.ts";

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
  { unlabeled: shape, unlabeledMax: max, gammaUnlabeled, unlabeledCounts: given }: SplitOptions,
  protocol: ShapeOptions,
): readonly number[] | null {
  if (shape === "unknown") return null;
  if (shape === "counts") return given;
  const counts = protocol.counts({ max, gamma: shape === "uniform" ? 1 : gammaUnlabeled });
  if (shape === "uniform") return counts;
  if (shape === "random") return reorder(counts, protocol.randomOrder(counts.length));
  return reorder(counts, shapeOrder(shape, counts.length));
}
