import {
  type Algorithm,
  argmax,
  defineAlgorithm,
  greaterEqual,
  lerp,
  max,
  mean,
  mul,
  softmax,
  type Step,
  type Tensor,
} from "../../core/mod.ts";
import { consistencyLosses } from "../shared/consistency.ts";
import { alignDistribution, movingMean } from "../shared/distribution_alignment.ts";
import { negative, outsideUnit } from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode adamatch}. */
export interface AdaMatchOptions {
  /** Share of the labeled images' mean confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: μ in the paper. */
  lambda: number;
  /** Share of the old mean predictions that a step keeps. */
  momentum: number;
}

/**
 * AdaMatch (Berthelot et al., "AdaMatch: A unified approach to semi-supervised learning and domain
 * adaptation", ICLR 2022): FixMatch with predictions aligned to those of the labeled images, and a
 * threshold relative to the labeled images' mean confidence.
 *
 * Follows USB's code for semi-supervised learning: what is aligned are running means, which move before
 * they are used; labels are hard; there is no interpolation of logits between domains and no warm-up of
 * the unlabeled loss.
 *
 * @example Means that move faster
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { adamatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(adamatch({ momentum: 0.99 }));
 * assert.equal(base.config.threshold, 0.95);
 * ```
 */
export const adamatch: Algorithm<AdaMatchOptions> = defineAlgorithm({
  name: "adamatch",
  kind: "base",
  paper: "Berthelot et al., ICLR 2022",
  provides: ["labeled-logits", "labeled-weights", "pseudo-labels", "guesses-apart", "mask"],
  defaults: { threshold: 0.95, lambda: 1, momentum: 0.999 },
  docs: {
    threshold:
      "Share of the labeled images' mean confidence from which a pseudo-label counts: τ in the paper.",
    lambda: "Weight of the unlabeled loss: μ in the paper.",
    momentum: "Share of the old mean predictions that a step keeps.",
  },
  formulas: {
    pseudoLabel:
      "π̃ ← ema(π̃, mean p⁰(α(x))), q̄ ← ema(q̄, mean q), at first mean q; q ← align(q, π̃, q̄)",
    mask: "m ← m · 1[max q ≥ τ · mean max p⁰(α(x))]",
    loss: "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q̂, z(A(u)))",
  },
  smoke: { "adamatch.threshold": 0.5 },
  check: ({ lambda, ...shares }) => negative({ lambda }) ?? outsideUnit({ ...shares }),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: classicBase("adamatch"),
  state: (_, { classes }) => ({
    average: { shape: [classes], estimates: "unlabeled" },
    target: { shape: [classes], init: "uniform" },
  }),
  pseudoLabel(s, t) {
    const { momentum } = s.config, { state } = s;
    state.target = lerp(mean(labeledPredictions(s), 0), state.target, momentum);
    state.average = movingMean(state.average, t.probs, momentum);
    return { ...t, probs: alignDistribution(t.probs, state) };
  },
  mask: (s, t, m) => mul(m, greaterEqual(max(t.probs, 1), relativeThreshold(s))),
  loss: (s, t, m) =>
    consistencyLosses(s, {
      target: t.form === "hard" ? argmax(t.probs, 1) : t.probs,
      mask: m,
      lambda: s.config.lambda,
    }),
});

/** τ times the mean confidence in the labeled images, one number. */
export function relativeThreshold(
  s: Pick<Step<AdaMatchOptions>, "student" | "config">,
): Tensor {
  return mul(mean(max(labeledPredictions(s), 1)), s.config.threshold);
}

/** Predictions of the labeled images [batch, classes], whatever add-ons adjust in their loss. */
function labeledPredictions({ student }: Pick<Step, "student">): Tensor {
  return softmax(student.labeled[0]!.rawLogits()); // needs ask for it
}
