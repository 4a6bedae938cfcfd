import {
  add,
  type Algorithm,
  argmax,
  atLeast,
  crossEntropy,
  defineAlgorithm,
  detach,
  gather,
  max,
  maximum,
  mul,
  type Schedule,
  softmax,
  type Step,
  sub,
  type Targets,
  type Tensor,
} from "../../core/mod.ts";
import { logPrior } from "../shared/log_prior.ts";
import { negative, noneOf, outsideUnit } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode abc}. */
export interface AbcOptions {
  /** Confidence from which a pseudo-label of the balanced head counts: τ in the paper. */
  threshold: number;
  /** Weight of both terms. */
  lambda: number;
  /** Whether add-ons that change pseudo-labels and masks, as DASO and SEVAL, change the head's too. */
  refine: boolean;
  /** What the head learns pseudo-labels as: all probabilities, or the class, as in USB's code. */
  targets: "soft" | "hard";
  /**
   * What balances the head: a class-balanced `sample`, or logit adjustment, as in ABCLA of SEVAL's
   * code: labels are learned on logits + τ log π, pseudo-labels are the base's own head's with
   * − τ log π and count where that or the balanced head is sure.
   */
  balance: "sample" | "logits";
  /** Strength of the logit adjustment: τ. */
  tau: number;
}

const DEFAULTS: AbcOptions = {
  threshold: 0.95,
  lambda: 1,
  refine: true,
  targets: "soft",
  balance: "sample",
  tau: 2,
};

/**
 * ABC (Lee, Shin and Kim, "ABC: Auxiliary balanced classifier for class-imbalanced semi-supervised
 * learning", NeurIPS 2021): a second head on the base's features, trained on a class-balanced share
 * of the samples. Bernoulli masks keep a labeled image of class k with probability N_min / N_k
 * (equations 1 and 2), an unlabeled one with a probability that falls from 1 to that (equations 3
 * and 4); its unlabeled targets are soft. The balanced head is evaluated.
 *
 * Follows DASO's code. USB's learns the class of its pseudo-labels (`targets`: `hard`). SEVAL's ABCLA
 * is ACR with one strong view; here it is an option of the head (`balance`: `logits`), and the base's own
 * head keeps its pseudo-labels.
 *
 * On ReMixMatch, whose passes see mixed images, it takes a pass of its own over the views as they
 * are, which leaves the running statistics alone. Deviation of DASO's code, kept: one strong view,
 * not two, as its base has; of several the mean counts. Not kept: its hard-coded 500 epochs of 500
 * steps, which are the run's own here.
 *
 * @example A balanced head beside DASO
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { abc, daso, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(fixmatch(), daso(), abc());
 * assert.equal(name, "fixmatch+daso+abc");
 * ```
 */
export const abc: Algorithm<AbcOptions> = defineAlgorithm({
  name: "abc",
  kind: "addon",
  paper: "Lee et al., NeurIPS 2021",
  requires: ["weak-view", "strong-view", "main-head"],
  defaults: DEFAULTS,
  docs: {
    threshold: "Confidence from which a pseudo-label of the balanced head counts: τ in the paper.",
    lambda: "Weight of both terms.",
    refine:
      "Whether add-ons that change pseudo-labels and masks, as DASO and SEVAL, change the head's too.",
    targets:
      "What the head learns pseudo-labels as: all probabilities, or the class, as in USB's code.",
    balance:
      "What balances the head: a class-balanced `sample`, or logit adjustment, as in ABCLA of SEVAL's code: labels are learned on logits + τ log π, pseudo-labels are the base's own head's with − τ log π and count where that or the balanced head is sure.",
    tau: "Strength of the logit adjustment: τ.",
  },
  formulas: {
    loss:
      "abc labeled = λ · mean b_y · H(y, z_a(α(x))); abc unlabeled = λ · mean b_k · 1[max q_a ≥ threshold] · H(q_a, z_a(A(u))), k = argmax q_a; where q_a = p_a(α(u)), refined by other add-ons; where b_y = 1 with probability min N ÷ N_y, else 0; where b_k = 1 with probability 1 − (e ÷ E)(1 − min N ÷ N_k), else 0",
  },
  smoke: { "abc.threshold": 0.2, epochSteps: 10 },
  check: ({ threshold, tau, targets, balance }) =>
    outsideUnit({ threshold }) ?? negative({ tau }) ??
      noneOf("targets", targets, ["soft", "hard"]) ??
      noneOf("balance", balance, ["sample", "logits"]),
  recipe: dasoAddon("abc"),
  needs: (_, { classes }) => ({
    passes: [{
      name: "abc",
      net: "student",
      inputs: ["labeled", "weak", "strong"],
      norm: "frozen",
    }],
    heads: { abc: { classes } },
    evalHead: "abc",
  }),
  loss(s) {
    const { labeled, strong } = s.pass("abc"), { lambda, targets, balance, tau } = s.config;
    const masks = balance === "sample" ? balancedMasks(s, s.config) : adjustedMasks(s, s.config);
    const target = targets === "soft" ? masks.probs : argmax(masks.probs, 1);
    const consistency = strong.map((view) =>
      crossEntropy(view.logits("abc"), target, { weights: masks.unlabeled })
    ).reduce(add);
    const own = labeled[0]!.logits("abc"); // there is a labeled view
    return {
      "abc labeled": mul(
        crossEntropy(own, s.batch.labeled.y, {
          weights: masks.labeled,
          ...(balance === "logits" ? { offsets: logPrior(s.prior, tau) } : {}),
        }),
        lambda,
      ),
      "abc unlabeled": mul(consistency, lambda / strong.length),
    };
  },
});

/** Targets and masks of the balanced head in a step. */
export interface BalancedMasks {
  /** Soft pseudo-labels [batch, classes]. */
  readonly probs: Tensor;
  /** 1 for labeled images that are kept [batch]. */
  readonly labeled: Tensor;
  /** 1 for unlabeled images that are kept and sure [batch]. */
  readonly unlabeled: Tensor;
}

/** Draws the masks of a step and makes the balanced head's pseudo-labels. */
export function balancedMasks(
  s: Step,
  { threshold, refine }: Pick<AbcOptions, "threshold" | "refine">,
): BalancedMasks {
  const own = softmax(s.pass("abc").weak[0]!.logits("abc")); // the base has a weak view
  const given: Targets = { probs: own, form: "soft" };
  const targets = refine ? s.refine(given, "abc") : given;
  const probs = detach(targets.probs);
  const sure = atLeast(max(probs, 1), threshold);
  const keep = gather(keepProbabilities(s, s.progress.step), argmax(probs, 1));
  const labeled = gather(keepProbabilities(s, s.progress.steps), s.batch.labeled.y);
  return {
    probs,
    labeled: s.random("labeled").bernoulli(labeled),
    unlabeled: mul(
      refine ? s.refineMask(targets, sure, "abc") : sure,
      s.random("unlabeled").bernoulli(keep),
    ),
  };
}

/** Masks and pseudo-labels of the head where logit adjustment balances it; all labels are learned. */
export function adjustedMasks(
  s: Step,
  { threshold, refine, tau }: Pick<AbcOptions, "threshold" | "refine" | "tau">,
): BalancedMasks {
  const weak = s.pass("abc").weak[0]!; // the base has a weak view
  const debiased = softmax(sub(weak.rawLogits(), logPrior(s.prior, tau)));
  const given: Targets = { probs: debiased, form: "soft" };
  const targets = refine ? s.refine(given, "abc") : given;
  const probs = detach(targets.probs), own = softmax(detach(weak.logits("abc")));
  const sure = atLeast(maximum(max(probs, 1), max(own, 1)), threshold);
  return {
    probs,
    labeled: add(mul(gather(s.prior, s.batch.labeled.y), 0), 1),
    unlabeled: refine ? s.refineMask(targets, sure, "abc") : sure,
  };
}

/** Probability with which a sample of each class is kept at a step [classes]; at last N_min / N_k. */
export function keepProbabilities(
  { data, prior, progress }: Pick<Step, "data" | "prior" | "progress">,
  step: number,
): Tensor {
  const { epochSteps: periodSteps, steps } = progress;
  const rarest = Math.min(...data.counts), periods = Math.max(1, Math.floor(steps / periodSteps));
  const values = data.counts.map((n) =>
    abcKeepProbability({ share: rarest / n, periods, periodSteps })(step)
  );
  return prior.device.tensor(values, [data.classes]);
}

/** Settings of {@linkcode abcKeepProbability}. */
export interface AbcKeepProbabilityOptions {
  /** Rarest class's count divided by this class's, N_min / N_k: the probability at the end. */
  readonly share: number;
  /** Periods in the run; 500 in DASO's and SEVAL's code. */
  readonly periods: number;
  /** Steps a period; 500 there. */
  readonly periodSteps: number;
}

/**
 * Probability with which ABC's balanced head keeps an unlabeled sample of a class, falling by
 * periods from 1 to the class's share: 1 - (⌊t / period⌋ / periods) (1 - share).
 *
 * @see Lee et al., "ABC: Auxiliary Balanced Classifier for Class-imbalanced Semi-supervised
 * Learning", NeurIPS 2021, section 3.3.
 */
export function abcKeepProbability(
  { share, periods, periodSteps }: AbcKeepProbabilityOptions,
): Schedule {
  return (step) => 1 - Math.floor(step / periodSteps) / periods * (1 - share);
}
