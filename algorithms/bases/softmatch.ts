import {
  type Algorithm,
  defineAlgorithm,
  div,
  exp,
  lerp,
  max,
  mean,
  minimum,
  mul,
  softmax,
  square,
  type StateSpec,
  type Step,
  sub,
  type Targets,
  type Tensor,
  variance,
} from "../../core/mod.ts";
import {
  checkTargets,
  consistencyLosses,
  learnedTarget,
  TARGET_DOCS,
  type TargetOptions,
} from "../shared/consistency.ts";
import { alignDistribution, movingMean } from "../shared/distribution_alignment.ts";
import { negative, noneOf, notPositive, outsideUnit } from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode softmatch}. */
export interface SoftMatchOptions extends TargetOptions {
  /** Weight of the unlabeled loss. */
  lambda: number;
  /** Share of the old means and variance that a step keeps: m in the paper. */
  momentum: number;
  /** The Gaussian's deviation is σ over this number. */
  sharpness: number;
  /** What predictions are aligned to before they are weighed: classes alike, or the labeled batches' mean prediction. */
  target: "uniform" | "labeled";
  /** Whether they are `aligned` when they are weighed, or a softmax of that, as in ADELLO's fork of USB. */
  confidence: "aligned" | "softmax";
}

/**
 * SoftMatch (Chen et al., "SoftMatch: Addressing the quantity-quality trade-off in semi-supervised
 * learning", ICLR 2023): FixMatch without a threshold. An image weighs 1 from the running mean μ of
 * confidences on, below it exp(−(p − μ)² n² / 2σ²). Confidences are those of predictions that are
 * aligned to the uniform distribution; labels are those of the predictions themselves.
 *
 * Follows USB's code: μ and σ² move before they are used, σ² is the unbiased variance of a batch. Its
 * means and variances of each class do not run there and are left out. ADELLO's fork weighs by a softmax
 * of the aligned probabilities, at most e ÷ (e + C − 1) (`confidence`: `softmax`).
 *
 * @example A steeper Gaussian
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { softmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(softmatch({ sharpness: 3 }));
 * assert.equal(base.config.target, "uniform");
 * ```
 */
export const softmatch: Algorithm<SoftMatchOptions> = defineAlgorithm({
  name: "softmatch",
  kind: "base",
  paper: "Chen et al., ICLR 2023",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: {
    lambda: 1,
    momentum: 0.999,
    sharpness: 2,
    target: "uniform",
    confidence: "aligned",
    targets: "hard",
    temperature: 0.5,
  } as SoftMatchOptions,
  docs: {
    lambda: "Weight of the unlabeled loss.",
    momentum: "Share of the old means and variance that a step keeps: m in the paper.",
    sharpness: "The Gaussian's deviation is σ over this number.",
    target:
      "What predictions are aligned to before they are weighed: classes alike, or the labeled batches' mean prediction.",
    confidence:
      "Whether they are `aligned` when they are weighed, or a softmax of that, as in ADELLO's fork of USB.",
    ...TARGET_DOCS,
  },
  formulas: {
    mask:
      "q̄ ← ema(q̄, mean q), at first mean q; c = max align(q, 1/C, q̄); μ ← ema(μ, mean c), σ² ← ema(σ², variance of c); m ← m · exp(−sharpness² · min(c − μ, 0)² ÷ 2σ²)",
    loss: "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q̂, z(A(u)))",
  },
  check: ({ lambda, momentum, sharpness, target, confidence, ...targets }) =>
    negative({ lambda }) ?? outsideUnit({ momentum }) ?? notPositive({ sharpness }) ??
      noneOf("target", target, ["uniform", "labeled"]) ??
      noneOf("confidence", confidence, ["aligned", "softmax"]) ?? checkTargets(targets),
  fits: (_, __, { unlabeled }) =>
    unlabeled > 1
      ? null
      : `a variance needs more unlabeled images than the ${unlabeled} of a step: give a larger ` +
        "batch.labeled or batch.ratio",
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: classicBase("softmatch"),
  state: (_, { classes }) => ({
    mean: { shape: [1], init: "uniform", logged: true },
    variance: { shape: [1], init: 1, logged: true },
    average: { shape: [classes], estimates: "unlabeled" },
    target: { shape: [classes], init: "uniform" },
  }),
  mask(s, t, m) {
    const { momentum, sharpness, confidence } = s.config, { state } = s, axis = { keepAxes: true };
    const probs = aligned(s, t), sure = max(confidence === "aligned" ? probs : softmax(probs), 1);
    state.mean = lerp(mean(sure, 0, axis), state.mean, momentum);
    state.variance = lerp(variance(sure, 0, { ...axis, correction: 1 }), state.variance, momentum);
    const missing = minimum(sub(sure, state.mean), 0);
    const width = mul(state.variance, 2 / sharpness ** 2);
    return mul(m, exp(mul(div(square(missing), width), -1)));
  },
  loss: (s, t, m) =>
    consistencyLosses(s, {
      target: learnedTarget(t, s.config),
      mask: m,
      lambda: s.config.lambda,
    }),
});

type SoftMatchStep = Step<SoftMatchOptions, Record<"average" | "target", StateSpec>>;

/** Predictions whose running mean meets the target, both moved before [batch, classes]. */
function aligned(s: SoftMatchStep, { probs }: Targets): Tensor {
  const { momentum, target } = s.config, { state } = s;
  if (target === "labeled") {
    const own = softmax(s.student.labeled[0]!.rawLogits()); // needs ask for it
    state.target = lerp(mean(own, 0), state.target, momentum);
  }
  state.average = movingMean(state.average, probs, momentum);
  return alignDistribution(probs, state);
}
