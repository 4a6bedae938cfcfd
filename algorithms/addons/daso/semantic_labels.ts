import {
  argmax,
  cosineLogits,
  div,
  gather,
  lerp,
  max,
  maximum,
  pow,
  softmax,
  type Targets,
  type Tensor,
} from "../../../core/mod.ts";

/**
 * Semantic pseudo-labels: softmax over the cosines between features and class prototypes (Oh et al.,
 * "DASO", CVPR 2022, equation 2); a zero prototype has cosine 0 with everything.
 *
 * @param features [batch, features].
 * @param prototypes [classes, features].
 */
export function semanticLabels(features: Tensor, prototypes: Tensor, temperature: number): Tensor {
  return softmax(cosineLogits(features, prototypes, { temperature }));
}

/**
 * How much of the semantic label each class takes: v_k = m_k^(1/T) / max_j m_j^(1/T) for the numbers
 * m_k of pseudo-labels (DASO, equation 4). Of no pseudo-labels at all, none.
 */
export function blendShares(counts: Tensor, temperature: number): Tensor {
  // The scale of counts is free; below 1 no power overflows.
  const powers = pow(div(counts, mostOf(counts)), 1 / temperature);
  return div(powers, mostOf(powers));
}

/**
 * p' = (1 − v_k) p + v_k q with k the most probable class of p (DASO, equation 3).
 *
 * @param shares v [classes].
 */
export function blendLabels(t: Targets, semantic: Tensor, shares: Tensor): Targets {
  const share = gather(shares, argmax(t.probs, 1)).view([t.probs.shape[0]!, 1]); // rows of classes
  return { ...t, probs: lerp(t.probs, semantic, share) };
}

/** The largest number, but never 0, so that nothing divided by it becomes NaN. */
function mostOf(counts: Tensor): Tensor {
  return maximum(max(counts), 1e-30);
}
