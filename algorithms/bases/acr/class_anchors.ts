import {
  above,
  add,
  div,
  histogram,
  lerp,
  log,
  maximum,
  mul,
  scatterRows,
  sub,
  sum,
  type Tensor,
  where,
} from "../../../core/mod.ts";

/** ACR's running estimate of the unlabeled classes, and how far it was from the anchors. */
export interface AnchorState {
  /** Estimate u [classes]. */
  readonly estimate: Tensor;
  /** Distances K to the labeled prior, the uniform one and the reversed one, summed [3]. */
  readonly distance: Tensor;
}

/** Confident predictions of a batch. */
export interface ConfidentLabels {
  /** Predicted classes [batch]. */
  readonly labels: Tensor<"i32">;
  /** 1 where the prediction is confident and the image not a labeled one, else 0 [batch]. */
  readonly counted: Tensor;
}

/** How a batch's confident predictions become a distribution; see {@linkcode confidentClasses}. */
export type ClassEstimator = "presence" | "count";

/**
 * Distribution d of the confident predictions over the classes, zeros if there are none [classes].
 * `count` counts them. `presence` is what ACR's released code does: an indexed sum in which repeated
 * classes do not add up, so that of each class only the last prediction in the batch stays.
 */
export function confidentClasses(
  { labels, counted }: ConfidentLabels,
  classes: number,
  estimator: ClassEstimator,
): Tensor {
  const seen = estimator === "count"
    ? histogram(labels, classes, { weights: counted })
    : scatterRows(counted.device.zeros([classes]), labels, counted);
  return div(seen, maximum(sum(seen), 1)); // whole numbers
}

/**
 * Moves ACR's estimate by a batch's classes d: u ← ρ u + (1 − ρ) d, and adds the symmetric distances
 * K ← K + ½ KL(u‖a) + ½ KL(a‖u) to each anchor a. Where d is zeros both stay.
 *
 * @param counts Labeled images of each class.
 * @param momentum ρ.
 */
export function moveEstimate(
  { estimate, distance }: AnchorState,
  classes: Tensor,
  { counts, momentum }: { readonly counts: readonly number[]; readonly momentum: number },
): AnchorState {
  const seen = above(sum(classes), 0);
  const moved = where(seen, lerp(classes, estimate, momentum), estimate);
  const anchors = anchorsOf(estimate, counts);
  // Both directions of the divergence, joined: ½ Σ (u − a)(log u − log a).
  const apart = mul(sub(moved, anchors), sub(log(moved), log(anchors)));
  const added = where(seen, mul(sum(apart, 1), 0.5), 0);
  return { estimate: moved, distance: add(distance, added) };
}

/**
 * Strength of the adjustment for an epoch from the mean distances of the epoch before: the
 * strongest times the share of e^K that the labeled prior has. An estimate like the labeled prior
 * makes it small. NaN where a distance is not finite.
 */
export function strengthFrom(distances: ArrayLike<number>, strongest: number): number {
  const powers = Array.from(distances, (k) => Number.isFinite(k) ? Math.exp(k) : NaN);
  return strongest * powers[0]! / powers.reduce((a, b) => a + b, 0); // three anchors
}

/** The labeled prior, the uniform one and the labeled one with its classes reversed [3, classes]. */
function anchorsOf({ device }: Tensor, counts: readonly number[]): Tensor {
  const total = counts.reduce((a, b) => a + b, 0);
  const prior = counts.map((n) => n / total);
  const uniform = prior.map(() => 1 / prior.length);
  return device.tensor([...prior, ...uniform, ...prior.toReversed()], [3, prior.length]);
}
