import {
  add,
  atLeast,
  detach,
  div,
  lerp,
  logSumExp,
  mul,
  reshape,
  softmax,
  type Step,
  sub,
  sum,
  type Tensor,
} from "../../../core/mod.ts";
import { logPrior } from "../../shared/log_prior.ts";
import type { CclOptions } from "./options.ts";

/** What both heads together make of the weak view. */
export interface CclBeliefs {
  /** Averaged, adjusted logits divided by T [batch, classes]. */
  readonly logits: Tensor;
  /** Their softmax. */
  readonly probs: Tensor;
  /** 1 where the energy −log Σ exp of the logits is low enough, else 0 [batch]. */
  readonly reliable: Tensor;
}

/** Estimated class shares that beliefs are adjusted by. */
export interface ClassShares {
  /** Of the unlabeled images [classes]. */
  readonly unlabeledShares: Tensor;
  /** Of all images [classes]. */
  readonly allShares: Tensor;
}

/**
 * ½ (z − log((1 − ρ) p_l + ρ p_a) + (1 + τ/2) log p_u) + ½ b, divided by T, of the standard head's z and the
 * balanced one's b, where ρ is the unlabeled share of a batch; detached.
 */
export function cclBeliefs(
  { student: { weak: [weak] }, prior, batch, config }: Step<CclOptions>,
  { unlabeledShares, allShares }: ClassShares,
): CclBeliefs {
  const z = detach(weak!.logits()), b = detach(weak!.logits("balanced")); // needs ask for it
  const unlabeled = batch.unlabeled.index.size,
    share = unlabeled / (unlabeled + batch.labeled.y.size);
  const mixed = lerp(prior, allShares, share);
  const moved = add(
    sub(z, logPrior(mixed, 1)),
    logPrior(unlabeledShares, 1 + config.strength / 2),
  );
  const logits = mul(add(moved, b), 1 / (2 * config.temperature));
  return {
    logits,
    probs: softmax(logits),
    reliable: atLeast(logSumExp(logits, 1), -config.energy),
  };
}

/** Counts of a class by pseudo-labels: `counts` and Σ_i weight_i q_i [classes]. */
export function addGuesses(counts: Tensor, probs: Tensor, weights: Tensor): Tensor {
  return add(counts, sum(mul(probs, reshape(weights, [weights.size, 1])), 0));
}

/** Class shares after a refresh: momentum · old + (1 − momentum) · counts / Σ counts. */
export function refreshed(shares: Tensor, counts: Tensor, momentum: number): Tensor {
  return lerp(div(counts, sum(counts)), shares, momentum);
}
