import {
  add,
  type Algorithm,
  argmax,
  atLeast,
  concat,
  crossEntropy,
  defineAlgorithm,
  detach,
  max,
  mul,
  oneHot,
  ownRecipe,
  reshape,
  type StateSpec,
  type Step,
  sub,
  type Targets,
  type Tensor,
} from "../../../core/mod.ts";
import { ccl as published } from "../../recipes/ccl.ts";
import { repeatRows } from "../../shared/batch_rows.ts";
import { logPrior } from "../../shared/log_prior.ts";
import { sharpen } from "../../shared/mixing.ts";
import { addGuesses, cclBeliefs, refreshed } from "./beliefs.ts";
import {
  centreLabels,
  labelEntropy,
  smoothedLabels,
  softContrastiveLoss,
  type Support,
} from "./contrastive.ts";
import { CCL_DEFAULTS, type CclOptions, checkCcl } from "./options.ts";

export type { CclOptions };

/** What CCL keeps: shares, and pseudo-labels by class since they were refreshed. */
type CclState = Record<
  "unlabeledShares" | "allShares" | "unlabeledCounts" | "allCounts",
  StateSpec
>;
type CclStep = Step<CclOptions, CclState>;

/**
 * CCL (Zhou et al., "Continuous contrastive learning for long-tailed semi-supervised recognition",
 * NeurIPS 2024; github.com/zhouzihao11/CCL): ACR's standard and balanced head, taught by one pseudo-label
 * that both make together, the standard head's logits moved from the prior of all images to that of the
 * unlabeled ones; both are estimated. Two contrastive losses join them on projected features:
 *
 * - a reliable one, supervised with soft labels, on two contrast views of labeled images, class centres and
 *   both strong views of unlabeled images of low energy;
 * - a smoothed one, in which labels that spread from labeled images and among unlabeled ones are to agree
 *   between the weak view and both strong ones.
 *
 * Centres are projections of the balanced head's weights. The balanced head is evaluated as it is.
 *
 * As in the released code and unlike the paper: logits are averaged, not probabilities; the balanced
 * head's are not adjusted for pseudo-labels; estimates move once an epoch; contrastive labels are
 * sharpened; centres belong to all classes; labels that spread are not adjusted by the estimated shares
 * (`propagationAdjust`). Unlike there, a resumed run keeps its estimates and counts.
 * Targets are CCL's own, whatever an add-on makes of those of the weak view.
 *
 * @example Labels adjusted while they spread, as in the paper
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { ccl } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(ccl({ propagationAdjust: true }));
 * assert.equal(base.config["energy"], -8.75);
 * ```
 */
export const ccl: Algorithm<CclOptions> = defineAlgorithm({
  name: "ccl",
  kind: "base",
  paper: "Zhou et al., NeurIPS 2024",
  provides: ["labeled-weights"],
  defaults: CCL_DEFAULTS,
  docs: {
    threshold: "Confidence from which a pseudo-label counts.",
    strength: "Strength of the logit adjustment of the balanced head: τ.",
    temperature: "What the logits of pseudo-labels are divided by: T.",
    energy: "Energy up to which a pseudo-label is reliable, whatever the number of classes.",
    classification:
      "Share of the classification losses, which the reliable contrastive loss lacks: λ₁.",
    smooth: "Weight of the smoothed contrastive loss: λ₂.",
    lambda:
      "Least weight of the unlabeled classification losses; with more unlabeled images their ratio μ.",
    contrastTemperature: "What products of embeddings are divided by.",
    spread: "Share of a label that comes from the neighbours among unlabeled images.",
    sharpness: "Power that pseudo-labels of both contrastive losses are sharpened by.",
    propagationAdjust:
      "Whether smoothed labels are adjusted by the estimated unlabeled shares, as in the paper's equation 17.",
    momentum: "Share of the old estimate for unlabeled images that a refresh keeps: α.",
    allMomentum: "The same of the estimate for all images: β.",
    estimateAfter: "Last epoch without an estimate.",
    refresh:
      "Steps from one refresh of the estimates to the next, counted within an epoch; 0 for its end.",
  },
  formulas: {
    pseudoLabel:
      "q ← softmax ℓ, ℓ = ½ (z(α(u)) − log((1 − ρ) π + ρ π_all) + (1 + τ/2) log π_u + z_b(α(u))) ÷ T; where ρ = unlabeled share of the batch",
    mask: "m ← m · 1[max q ≥ threshold]",
    loss:
      "labeled = λ₁ · mean w · H(y, z(α(x))); labeledBalanced = λ₁ · mean w · H(y, z_b(α(x)) + τ log π); unlabeled = λ₁ · max(λ, μ) · mean m · H(q̂, z(A(u))) over both strong views; unlabeledBalanced = λ₁ · max(λ, μ) · mean m · H(q̂, z_b(A(u)) + τ log π_all); smooth = λ₂ · ⅓ · mean (H(R₀^sharpness, log R₁) + H(R₀^sharpness, log R₂) + H(R̄, log R̄)); where R₀, R₁, R₂ are R of α(u), A₁(u), A₂(u), R̄ = ½ (R₁ + R₂); reliable = (1 − λ₁) · mean H(V_i, l_i) over the rows i of contrast views and of reliable A(u); where R = (1 − spread)(I − spread · S)⁻¹ P of a view of u with projected embeddings g; where S = softmax(g gᵀ), P ∝ exp(g Gᵀ ÷ contrastTemperature) Y ÷ Σ Y, G, Y = rows of centres and contrast views; where l_ik = log(Σ_j≠i exp(g_i · g_j ÷ contrastTemperature) V_jk ÷ Σ_j≠i V_jk), V = y, q^sharpness, ones for centres; where powers of labels are scaled to sum 1, u is reliable where log Σ exp ℓ ≥ −energy",
    priorUpdate:
      "n_u ← n_u + Σ q over reliable u that are not labeled too; n_all ← n_all + Σ m · q; at the end of each epoch n_u, n_all ← 1, if e > estimateAfter first: π_u ← α π_u + (1 − α) n_u ÷ Σ n_u, π_all ← β π_all + (1 − β) n_all ÷ Σ n_all",
  },
  starts: ({ estimateAfter }, { epochSteps }) => [{
    does: "estimates the unlabeled class shares",
    after: (estimateAfter + 1) * epochSteps,
    by: "ccl.estimateAfter",
  }],
  smoke: {
    epochSteps: 5,
    "batch.ratio": 2,
    "ccl.threshold": 0.2,
    "ccl.energy": -1,
    "ccl.estimateAfter": 1,
  },
  check: checkCcl,
  needs: (_, { classes, features }) => {
    const projector = { classes: 2 * features, projector: { hidden: features, norm: true } };
    return {
      views: {
        labeled: ["weak", "contrast", "contrast"],
        unlabeled: ["weak", "strong", "strong"],
      },
      heads: {
        balanced: { classes, parameterName: "fc1" },
        projection: { ...projector, parameterName: "head" },
        centres: { ...projector, parameterName: "head_fc" },
      },
      evalHead: "balanced",
    };
  },
  recipe: ownRecipe(published, "ccl"),
  state: (_, { classes }): CclState => ({
    unlabeledShares: { shape: [classes], init: "uniform", estimates: "unlabeled" },
    allShares: { shape: [classes], init: "prior", estimates: "all" },
    unlabeledCounts: { shape: [classes], init: 1 },
    allCounts: { shape: [classes], init: 1 },
  }),
  pseudoLabel: (s) => ({ probs: cclBeliefs(s, s.state).probs, form: "hard" }),
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const { smooth, reliable } = contrastiveLosses(s, t), { config } = s;
    return {
      ...classificationLosses(s, t, m),
      smooth: mul(smooth, config.smooth),
      reliable: mul(reliable, 1 - config.classification),
    };
  },
  priorUpdate(s, t, m) {
    const { state, progress: { step, epoch, epochSteps }, config } = s;
    const { reliable } = cclBeliefs(s, state);
    const unseen = mul(reliable, sub(1, s.batch.unlabeled.isLabeled));
    const unlabeled = addGuesses(state.unlabeledCounts, t.probs, unseen);
    const all = addGuesses(state.allCounts, t.probs, m);
    const place = step % epochSteps + 1, last = place === epochSteps;
    const due = place % (config.refresh || epochSteps) === 0 && epoch > config.estimateAfter;
    if (due) {
      state.unlabeledShares = refreshed(state.unlabeledShares, unlabeled, config.momentum);
      state.allShares = refreshed(state.allShares, all, config.allMomentum);
    }
    // Each epoch counts anew, from one a class.
    const start = due || last ? add(mul(unlabeled, 0), 1) : null;
    state.unlabeledCounts = start ?? unlabeled;
    state.allCounts = start ?? all;
  },
});

/** Cross entropy of both heads, of labels and of the pseudo-labels that they share. */
function classificationLosses(s: CclStep, t: Targets, m: Tensor): Record<string, Tensor> {
  const { config: { strength, classification, lambda }, student: { labeled: [x], strong } } = s;
  const y = s.batch.labeled.y, weights = s.weights("labeled"), views = strong.length;
  const target = repeatRows(argmax(t.probs, 1), views), kept = repeatRows(m, views);
  const most = Math.max(lambda, s.batch.unlabeled.index.size / y.size);
  return {
    labeled: mul(crossEntropy(x!.logits(), y, { weights }), classification), // asked for, as below
    labeledBalanced: mul(
      crossEntropy(x!.logits("balanced"), y, { weights, offsets: logPrior(s.prior, strength) }),
      classification,
    ),
    unlabeled: mul(
      crossEntropy(concat(strong.map((v) => v.logits())), target, { weights: kept }),
      most * classification,
    ),
    unlabeledBalanced: mul(
      crossEntropy(concat(strong.map((v) => v.logits("balanced"))), target, {
        weights: kept,
        offsets: logPrior(s.state.allShares, strength),
      }),
      most * classification,
    ),
  };
}

/** What contrastive losses of a step are made of: smoothed labels of each view, and what they are to be. */
export interface SmoothedViews {
  /** Label rows of the weak view, sharpened; no gradient [batch, classes]. */
  readonly aim: Tensor;
  /** Of the weak view, no gradient. */
  readonly weak: Tensor;
  /** Of both strong views. */
  readonly strong: readonly [Tensor, Tensor];
}

/** Labels that spread from labeled images and centres to the views of unlabeled images. */
export function smoothedViews(s: CclStep, support: Support): SmoothedViews {
  const { config, student: { weak: [w], strong: [first, second] } } = s;
  const { contrastTemperature: temperature, spread, sharpness } = config;
  const offsets = config.propagationAdjust ? { offsets: logPrior(s.state.unlabeledShares, 1) } : {};
  const settings = { temperature, spread, ...offsets };
  const constant = { ...support, embeddings: detach(support.embeddings) };
  const weak = smoothedLabels(detach(w!.logits("projection")), constant, settings); // needs ask for it
  return {
    weak,
    aim: sharpen(weak, 1 / sharpness),
    strong: [
      smoothedLabels(first!.logits("projection"), support, settings), // as above
      smoothedLabels(second!.logits("projection"), support, settings),
    ],
  };
}

/** Class centres, then both contrast views of the labeled images. */
export function supportOf(s: CclStep): Support {
  const { student: { labeled: [, one, two] }, data: { classes }, batch: { labeled: { y } } } = s;
  const centres = s.head("centres", s.headWeight("balanced"));
  const known = oneHot(y, classes);
  return {
    embeddings: concat([centres, one!.logits("projection"), two!.logits("projection")]), // asked for
    labels: concat([centreLabels(y.device, classes), known, known]),
  };
}

function contrastiveLosses(
  s: CclStep,
  { probs }: Targets,
): { readonly smooth: Tensor; readonly reliable: Tensor } {
  const support = supportOf(s), { embeddings, labels } = support;
  const { aim, strong: [first, second] } = smoothedViews(s, support);
  const both = mul(add(first, second), 0.5);
  const smooth = [labelEntropy(aim, first), labelEntropy(aim, second), labelEntropy(both, both)]
    .reduce(add);
  const { reliable } = cclBeliefs(s, s.state);
  const kept = mul(sharpen(probs, 1 / s.config.sharpness), reshape(reliable, [reliable.size, 1]));
  const known = 2 * s.batch.labeled.y.size; // two contrast views
  const ones = probs.device.tensor(new Float32Array(known).fill(1), [known]);
  return {
    smooth: mul(smooth, 1 / 3),
    reliable: softContrastiveLoss(
      concat([embeddings, ...s.student.strong.map((v) => v.logits("projection"))]),
      concat([labels, kept, kept]),
      {
        centres: s.data.classes,
        temperature: s.config.contrastTemperature,
        weights: concat([ones, reliable, reliable]),
      },
    ),
  };
}
