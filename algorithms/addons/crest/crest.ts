import {
  type Algorithm,
  defineAlgorithm,
  log,
  mul,
  type Schedule,
  softmax,
} from "../../../core/mod.ts";
import {
  alignDistribution,
  bankMean,
  moveMean,
  type RunningMean,
  runningState,
} from "../../shared/distribution_alignment.ts";
import { noneOf, notPositive, notWhole, outsideUnit } from "../../shared/option_checks.ts";
import { keptShares, selectRarest, type ShareForm } from "./select_rarest.ts";
import { crestMethod } from "../../recipes/daso_methods.ts";

/** Options of {@linkcode crest}. */
export interface CrestOptions {
  /** Generations of the run, the first one on the labeled images alone. */
  generations: number;
  /** How evenly predicted classes are taken in: α in the paper. */
  alpha: number;
  /** How shares follow from counts: as in the paper, or as in USB's and CoSSL's code. */
  shares: ShareForm;
  /** What puts images of a predicted class in order. */
  by: "confidence" | "logit";
  /** CReST+: align pseudo-labels with the labeled class distribution. */
  plus: boolean;
  /** CReST+: flatten the alignment's target from generation to generation. */
  progressive: boolean;
  /** Power of the target in the last generation: t_min in the paper. */
  minimum: number;
  /** CReST+: how the mean prediction is taken; `moving` as in USB's code. */
  average: Exclude<RunningMean, "ring">;
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Share of the old mean that a step keeps, if it is moving. */
  momentum: number;
}

const DEFAULTS: CrestOptions = {
  generations: 5,
  alpha: 3,
  shares: "counts",
  by: "confidence",
  plus: false,
  progressive: true,
  minimum: 0.5,
  average: "bank",
  batches: 128,
  momentum: 0.999,
};

/**
 * CReST and CReST+ (Wei et al., "CReST: A class-rebalancing self-training framework for imbalanced
 * semi-supervised learning", CVPR 2021). After each generation the averaged network labels the
 * unlabeled images; the most confident ones of each class, the more the rarer the class, join the
 * initial labeled set, and a new network learns from them (section 3.2). CReST+ aligns
 * pseudo-labels with π^t, t falling from 1 to t_min over the generations (section 3.4).
 *
 * Follows DASO's code: selections do not add up, the bank of predictions goes on over generations,
 * and the alignment's target stays the initial labeled distribution. CReST+ is the default on CIFAR,
 * as the configurations have it. On ReMixMatch it aligns the sharpened labels, where the code aligns
 * before; ReMixMatch's own alignment is off then. CoSSL's and USB's code has other `shares`,
 * `geometric` ones by class number, and orders images `by` their largest logit; USB's aligns by a moving
 * mean (`average`).
 *
 * @example CReST+ with six generations
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { crest, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(fixmatch(), crest({ plus: true, generations: 6 }));
 * assert.equal(addon?.config.minimum, 0.5);
 * ```
 */
export const crest: Algorithm<CrestOptions> = defineAlgorithm({
  name: "crest",
  kind: "addon",
  paper: "Wei et al., CVPR 2021",
  requires: ["pseudo-labels"],
  defaults: DEFAULTS,
  docs: {
    generations: "Generations of the run, the first one on the labeled images alone.",
    alpha: "How evenly predicted classes are taken in: α in the paper.",
    shares: "How shares follow from counts: as in the paper, or as in USB's and CoSSL's code.",
    by: "What puts images of a predicted class in order.",
    plus: "CReST+: align pseudo-labels with the labeled class distribution.",
    progressive: "CReST+: flatten the alignment's target from generation to generation.",
    minimum: "Power of the target in the last generation: t_min in the paper.",
    batches: "Batches whose mean prediction is aligned.",
    average: "CReST+: how the mean prediction is taken; `moving` as in USB's code.",
    momentum: "Share of the old mean that a step keeps, if it is moving.",
  },
  formulas: {
    pseudoLabel:
      "q ← q; with plus: align(q, π_g, q̄), π_g ∝ π^g, g = 1 − (1 − minimum) i ÷ (generations − 1)",
    phase:
      "generation i > 0: a new network; of the n_k images that the last average predicts as k the ⌊n_k μ_k⌋ surest are labeled k; where μ_k = (N_j ÷ max N)^(1/alpha), j the class whose rank mirrors that of k",
  },
  starts: ({ generations }, { steps }) => [{
    does: "takes in pseudo-labels",
    after: Math.ceil(steps / generations),
    by: "crest.generations",
  }],
  smoke: { "crest.generations": 3, "crest.plus": true },
  check: ({ generations, alpha, batches, shares, by, average, momentum }) =>
    noneOf("shares", shares, ["counts", "geometric"]) ??
      noneOf("by", by, ["confidence", "logit"]) ??
      noneOf("average", average, ["bank", "moving"]) ?? outsideUnit({ momentum }) ??
      notWhole({ generations, batches }) ?? notPositive({ alpha }),
  recipe: crestMethod,
  state: (config, { classes }) => ({
    ...runningState(config, classes),
    exponent: { shape: [1], init: 1 },
    target: { shape: [classes], init: "prior" },
  }),
  pseudoLabel(s, t) {
    if (!s.config.plus) return t;
    const { bank, held } = moveMean(s.state, t.probs, s.config);
    s.state.bank = bank;
    s.state.held = held;
    // π^t / Σ π^t is the softmax of t log π.
    const target = softmax(mul(log(s.state.target), s.state.exponent));
    const probs = alignDistribution(t.probs, { target, average: bankMean({ bank, held }) });
    return { ...t, probs };
  },
  async phase(h, index) {
    const { generations, alpha, progressive, minimum, by } = h.config;
    if (index >= generations) return null;
    const exponent = progressive ? crestAlignmentExponent({ generations, minimum })(index) : 1;
    h.state.exponent = h.write([exponent], [1]);
    const steps = Math.ceil(h.horizon / generations);
    if (index === 0) return { steps };
    const shares = keptShares(h.data.counts, { alpha, form: h.config.shares });
    const labels = selectRarest(await h.predict("unlabeled"), { shares, by });
    return { steps, model: "reset", labels };
  },
});

/** Settings of {@linkcode crestAlignmentExponent}. */
export interface CrestAlignmentExponentOptions {
  /** Generations G of the run. */
  readonly generations: number;
  /** Exponent of the last generation, t_min; 0.5 as published. */
  readonly minimum?: number;
}

/**
 * Exponent of CReST+'s progressive distribution alignment, of the 0-based generation g:
 * 1 - (1 - t_min) g / (G - 1), and 1 if there is only one.
 *
 * The alignment target is the labeled prior to this power, normalised.
 *
 * @see Wei et al., "CReST: A Class-Rebalancing Self-Training Framework for Imbalanced
 * Semi-Supervised Learning", CVPR 2021, section 3.4.
 */
export function crestAlignmentExponent(
  { generations, minimum = 0.5 }: CrestAlignmentExponentOptions,
): Schedule {
  return (generation) => 1 - (1 - minimum) * generation / Math.max(1, generations - 1);
}
