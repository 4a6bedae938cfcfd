import {
  argmax,
  atLeast,
  detach,
  max,
  maximum,
  mul,
  type Output,
  softmax,
  sub,
  type Tensor,
} from "../../../core/mod.ts";
import type { ConfidentLabels } from "./class_anchors.ts";
import { logPrior } from "../../shared/log_prior.ts";

/** What ACR's heads make of the weak view beside the standard head's own targets. */
export interface AcrBeliefs {
  /** Standard head, adjusted for the balanced one: softmax(z − τ₁₂ log p). */
  readonly target: Tensor;
  /** Standard head as it is. */
  readonly raw: Tensor;
  /** Balanced head. */
  readonly balanced: Tensor;
}

/** Predictions that masks, targets of the balanced head and the estimate are made of, detached. */
export function acrBeliefs(
  weak: Output,
  { prior, config }: {
    readonly prior: Tensor;
    readonly config: { readonly targetStrength: number };
  },
): AcrBeliefs {
  const z = detach(weak.rawLogits()), b = detach(weak.logits("balanced"));
  return {
    target: softmax(sub(z, logPrior(prior, config.targetStrength))),
    raw: softmax(z),
    balanced: softmax(b),
  };
}

/** 1 for each row in which one or the other prediction reaches the threshold, else 0 [batch]. */
export function eitherConfident(a: Tensor, b: Tensor, threshold: number): Tensor {
  return maximum(atLeast(max(a, 1), threshold), atLeast(max(b, 1), threshold));
}

/** The predicted classes, counted where confident and not of a labeled image. */
export function confidentLabels(
  probs: Tensor,
  { isLabeled, threshold }: { readonly isLabeled: Tensor; readonly threshold: number },
): ConfidentLabels {
  const counted = mul(atLeast(max(probs, 1), threshold), sub(1, isLabeled));
  return { labels: argmax(probs, 1), counted };
}
