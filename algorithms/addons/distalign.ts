import {
  type Algorithm,
  defineAlgorithm,
  softmax,
  type StateSpec,
  type Step,
  type Tensor,
} from "../../core/mod.ts";
import {
  alignDistribution,
  bankMean,
  moveMean,
  RUNNING_MEANS,
  type RunningMean,
  runningState,
  temperedPrior,
} from "../shared/distribution_alignment.ts";
import { smoothedPrior, smoothingAt, type SmoothingOptions } from "../shared/flexible_alignment.ts";
import { negative, noneOf, notWhole, outsideUnit } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode distalign}. */
export interface DistAlignOptions extends SmoothingOptions {
  /** How the mean prediction is taken: as in DASO's code, or as one of USB's hooks does. */
  average: RunningMean;
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Share of the old mean that a step keeps, if it is moving. */
  momentum: number;
  /** What predictions are to meet: class frequencies of the `labels`, or labeled `predictions`. */
  target: "labels" | "predictions";
  /** Power of the labels' frequencies: 1 is their distribution, 0 the uniform one. */
  exponent: number;
  /** What is flattened by ADELLO's α as training goes on; its repository has it for all hooks. */
  smooth: "none" | "target" | "average" | "both";
}

const DEFAULTS: DistAlignOptions = {
  average: "bank",
  batches: 128,
  momentum: 0.999,
  target: "labels",
  exponent: 1,
  smooth: "none",
  minimum: 0.1,
  power: 2,
  byEpoch: false,
};

/**
 * Distribution alignment of pseudo-labels (Berthelot et al., "ReMixMatch: Semi-supervised learning
 * with distribution alignment and augmentation anchoring", ICLR 2020, section 3.2.1): predictions
 * are scaled so that their running mean meets the labeled class distribution.
 *
 * Follows DASO's code: the running mean is that of the last 128 batches with the current one, and the
 * target stays the initial labeled distribution, whatever labels are added later. USB's hooks are
 * options: other means (`average`), and the mean of the labeled images' predictions as the target,
 * which starts uniform (`moving`) or empty.
 *
 * @example Towards the uniform distribution
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { distalign, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins } = compose(fixmatch(), distalign({ exponent: 0 }));
 * assert.equal(plugins[1]?.config.batches, 128);
 * ```
 */
export const distalign: Algorithm<DistAlignOptions> = defineAlgorithm({
  name: "distalign",
  kind: "addon",
  paper: "Berthelot et al., ICLR 2020",
  requires: ["pseudo-labels", "plain-guesses"],
  defaults: DEFAULTS,
  docs: {
    batches: "Batches whose mean prediction is aligned.",
    exponent: "Power of the labels' frequencies: 1 is their distribution, 0 the uniform one.",
    average: "How the mean prediction is taken: as in DASO's code, or as one of USB's hooks does.",
    momentum: "Share of the old mean that a step keeps, if it is moving.",
    target:
      "What predictions are to meet: class frequencies of the `labels`, or labeled `predictions`.",
    smooth:
      "What is flattened by ADELLO's α as training goes on; its repository has it for all hooks.",
    minimum: "Exponent at the end of training: α_min.",
    power: "How late the exponent falls: k in the code, d in the paper.",
    byEpoch: "Whether it falls between epochs only.",
  },
  formulas: {
    pseudoLabel: "q ← align(q, π, q̄); where q̄ is the mean of q over the last batches, this one too",
  },
  check: ({ batches, exponent, average, momentum, target, smooth, minimum, power }) =>
    notWhole({ batches }) ?? negative({ exponent, power }) ?? outsideUnit({ momentum, minimum }) ??
      noneOf("average", average, RUNNING_MEANS) ??
      noneOf("target", target, ["labels", "predictions"]) ??
      noneOf("smooth", smooth, ["none", "target", "average", "both"]),
  recipe: dasoAddon("distalign"),
  state: (config, { classes }) => {
    const own = runningState(config, classes), moving = config.average === "moving";
    const labeled = config.target === "labels" ? { shape: [1, classes] } : own.bank;
    return {
      ...own,
      labeledBank: { ...labeled, init: moving ? "uniform" : "zeros" },
      labeledHeld: { ...own.held, ...(moving ? { init: 1 } : {}) },
    };
  },
  pseudoLabel(s, t) {
    const moved = moveMean(s.state, t.probs, s.config);
    s.state.bank = moved.bank;
    s.state.held = moved.held;
    const { smooth } = s.config, alpha = smoothingAt(s.config, s.progress);
    const target = targetOf(s), average = bankMean(moved);
    return {
      ...t,
      probs: alignDistribution(t.probs, {
        target: smooth === "target" || smooth === "both" ? smoothedPrior(target, alpha) : target,
        average: smooth === "average" || smooth === "both"
          ? smoothedPrior(average, alpha)
          : average,
      }),
    };
  },
});

type DistAlignStep = Step<
  DistAlignOptions,
  Record<"bank" | "held" | "labeledBank" | "labeledHeld", StateSpec>
>;

/** What predictions are to meet; moves the mean of the labeled ones where it is that. */
function targetOf(s: DistAlignStep): Tensor {
  const { config, data: { counts, classes }, state, prior } = s;
  if (config.target === "labels") {
    return prior.device.tensor(temperedPrior(counts, config.exponent), [classes]);
  }
  const labeled = softmax(s.student.labeled[0]!.rawLogits()); // there is a labeled view
  const before = { bank: state.labeledBank, held: state.labeledHeld };
  const { bank, held } = moveMean(before, labeled, config);
  state.labeledBank = bank;
  state.labeledHeld = held;
  return bankMean({ bank, held });
}
