import {
  add,
  type Algorithm,
  atLeast,
  concat,
  crossEntropy,
  type DataInfo,
  defineAlgorithm,
  div,
  histogram,
  lerp,
  max,
  mul,
  ownRecipe,
  reshape,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { logPrior } from "../shared/log_prior.ts";
import { negative, outsideUnit } from "../shared/option_checks.ts";
import { simpro as published } from "../recipes/simpro.ts";
import { repeatRows } from "../shared/batch_rows.ts";

/** Options of {@linkcode simpro}. */
export interface SimproOptions {
  /** Strength of the logit adjustment: τ in the paper. */
  strength: number;
  /** Confidence from which a pseudo-label counts. */
  threshold: number;
  /** Share of the old priors that an epoch keeps: `ema_u` in the code. */
  momentum: number;
}

/**
 * SimPro (Du, Han and Huang, "SimPro: A simple probabilistic framework towards realistic long-tailed
 * semi-supervised learning", ICML 2024; github.com/LeapLabTHU/SimPro): expectation maximisation in
 * which the class priors are estimated too.
 *
 * - E step: soft pseudo-labels P = softmax(z + τ log π_u) of the weak view, kept where confident.
 * - M step: cross entropy of z + τ log π, with the labels on weak and strong views (divided by κ, the
 *   ratio of the loaders' lengths) and with P on both strong views. Once an epoch the priors π_u (of
 *   the unlabeled images) and π (of all) move towards the closed-form estimates from the epoch's
 *   labels and kept pseudo-labels.
 *
 * Inference takes the raw logits.
 *
 * As in the released code, κ counts whole batches, and the estimate of π_u divides by one more than
 * what was kept, so that π_u adds up to a little less than 1. Unlike there, a resumed run keeps its
 * priors.
 *
 * @example The settings of CIFAR-100
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { simpro } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(simpro({ strength: 1, threshold: 0.2 }));
 * assert.deepEqual(base.config, { strength: 1, threshold: 0.2, momentum: 0.9 });
 * ```
 */
export const simpro: Algorithm<SimproOptions> = defineAlgorithm({
  name: "simpro",
  kind: "base",
  paper: "Du et al., ICML 2024",
  provides: ["labeled-weights", "mask"],
  defaults: { strength: 2, threshold: 0.95, momentum: 0.9 },
  docs: {
    strength: "Strength of the logit adjustment: τ in the paper.",
    threshold: "Confidence from which a pseudo-label counts.",
    momentum: "Share of the old priors that an epoch keeps: `ema_u` in the code.",
  },
  formulas: {
    adjust: "z(α(u)) ← z + τ log π_u; z(other views) ← z + τ log π_all",
    pseudoLabel: "q ← q, soft",
    mask: "m ← m · 1[max q ≥ threshold]",
    loss:
      "labeled = 1/κ · mean w · H(y, z(v)) over v = α(x), A(x); unlabeled = mean m · H(q, z(A(u))) over both strong views; where κ = unlabeled ÷ labeled batches of the data, whole ones",
    priorUpdate: "n_x ← n_x + counts of y; n_u ← n_u + Σ m · q",
    epoch:
      "π_u ← ema(π_u, n_u ÷ (Σ n_u + 1)); π_all ← ema(π_all, (n_x + n_u) ÷ Σ (n_x + n_u)); n_x, n_u ← 0",
  },
  starts: (_, { epochSteps: after }) => [
    { does: "moves its class priors", after, by: "epochSteps" },
  ],
  smoke: { epochSteps: 10, "batch.ratio": 2, "simpro.threshold": 0.2 },
  check: ({ strength, ...shares }) => negative({ strength }) ?? outsideUnit({ ...shares }),
  needs: () => ({
    views: { labeled: ["weak", "strong"], unlabeled: ["weak", "strong", "strong"] },
  }),
  recipe: ownRecipe(published, "simpro"),
  state: (_, { classes }) => ({
    prior: { shape: [classes], init: "prior", estimates: "all" },
    unlabeledPrior: { shape: [classes], init: "uniform", estimates: "unlabeled" },
    labeledCounts: { shape: [classes] },
    unlabeledCounts: { shape: [classes] },
  }),
  adjust(s, z, where) {
    const prior = where === "weak" ? s.state.unlabeledPrior : s.state.prior;
    return add(z, logPrior(prior, s.config.strength));
  },
  pseudoLabel: (_, t) => ({ ...t, form: "soft" }),
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const { labeled, strong } = s.student;
    const y = s.batch.labeled.y, views = labeled.length;
    const known = crossEntropy(concat(labeled.map((x) => x.logits())), repeatRows(y, views), {
      weights: repeatRows(s.weights("labeled"), views),
    });
    const kappa = loaderRatio(s.data, { labeled: y.size, unlabeled: t.probs.shape[0]! }); // one row an image
    return {
      labeled: mul(known, 1 / kappa),
      unlabeled: crossEntropy(
        concat(strong.map((x) => x.logits())),
        repeatRows(t.probs, strong.length),
        { weights: repeatRows(m, strong.length) },
      ),
    };
  },
  priorUpdate({ state, batch, data }, t, m) {
    const seen = histogram(batch.labeled.y, data.classes);
    const kept = sum(mul(t.probs, reshape(m, [m.size, 1])), 0);
    state.labeledCounts = add(state.labeledCounts, seen);
    state.unlabeledCounts = add(state.unlabeledCounts, kept);
  },
  epoch({ state, config: { momentum }, scope }) {
    scope(() => {
      const { labeledCounts, unlabeledCounts } = state;
      const joint = add(labeledCounts, unlabeledCounts);
      const estimate = unlabeledEstimate(unlabeledCounts);
      state.unlabeledPrior = lerp(estimate, state.unlabeledPrior, momentum);
      state.prior = lerp(div(joint, sum(joint)), state.prior, momentum);
      state.labeledCounts = mul(labeledCounts, 0);
      state.unlabeledCounts = mul(unlabeledCounts, 0);
    });
  },
});

/** Class frequencies of an epoch's kept pseudo-labels: U / (ΣU + 1), zeros if none was kept. */
export function unlabeledEstimate(counts: Tensor): Tensor {
  return div(counts, add(sum(counts), 1));
}

/** κ: whole unlabeled batches of the data for each whole labeled one. */
function loaderRatio(
  data: DataInfo,
  batch: { readonly labeled: number; readonly unlabeled: number },
): number {
  const batches = (images: number, size: number) => Math.max(1, Math.floor(images / size));
  return batches(data.unlabeled, batch.unlabeled) / batches(data.labeled, batch.labeled);
}
