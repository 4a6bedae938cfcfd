import {
  type Algorithm,
  argmax,
  concat,
  crossEntropy,
  defineAlgorithm,
  mul,
  ownRecipe,
  sub,
  type Tensor,
} from "../../../core/mod.ts";
import { acrBeliefs, confidentLabels, eitherConfident } from "./beliefs.ts";
import { confidentClasses, moveEstimate, strengthFrom } from "./class_anchors.ts";
import { logPrior } from "../../shared/log_prior.ts";
import { ACR_DEFAULTS, ACR_DOCS, type AcrOptions, checkAcr } from "./options.ts";
import { acr as published } from "../../recipes/acr.ts";
import { repeatRows } from "../../shared/batch_rows.ts";

export type { AcrOptions };

/**
 * ACR (Wei and Gan, "Towards realistic long-tailed semi-supervised learning: Consistency is all you
 * need", CVPR 2023; github.com/Gank0078/ACR): FixMatch with a standard and a balanced head on one
 * body. Both are taught by the standard head's weak view, the more adjusted the less the unlabeled
 * classes look like the labeled ones; the balanced head is what is evaluated.
 *
 * The standard head's own strong views learn softmax(z − τ log p), the balanced head's softmax(z − τ₁₂
 * log p); the balanced head learns labels with logit adjustment τ₂. τ goes from 0, where the unlabeled
 * classes look like the labeled prior p, to 2, where they look unlike it: an estimate of theirs is
 * compared with p, with uniform and with reversed classes, which takes classes sorted by frequency.
 *
 * As in the released code, a pseudo-label also counts where another prediction than its own is
 * confident, the estimate notes the presence of classes instead of counting them (`estimator`), and
 * τ is 2 ÷ 3 in the first epoch that has an estimate. Unlike there, p is counted exactly and a
 * resumed run keeps its distances. A class not seen for thousands of steps makes the distances
 * infinite; the last τ then stays.
 *
 * ACR† of SimPro's repository (`dynamic: false`) keeps τ at 2. Its recipe gives it that repository's
 * split of small ImageNet-127; there the released code takes the prior in another order of classes
 * than the labels, which is not reproduced.
 *
 * @example ACR†
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { acr } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(acr({ dynamic: false }));
 * assert.equal(base.config["strength"], 2);
 * ```
 */
export const acr: Algorithm<AcrOptions> = defineAlgorithm({
  name: "acr",
  kind: "base",
  paper: "Wei and Gan, CVPR 2023",
  provides: ["labeled-weights"],
  defaults: ACR_DEFAULTS,
  docs: ACR_DOCS,
  formulas: {
    adjust: "z(α(u)) ← z − τ log π, τ = strength until epoch moves it",
    mask: "m ← m · 1[max q ≥ threshold or max p⁰(α(u)) ≥ threshold]",
    loss:
      "labeled = mean w · H(y, z(α(x))); labeledBalanced = mean w · H(y, z_b(α(x)) + balancedStrength · log π); unlabeled = mean m · H(q̂, z(A(u))) over both strong views; unlabeledBalanced = mean m_b · H(r̂, z_b(A(u))) over both; where r = softmax(z⁰(α(u)) − targetStrength · log π), r̂ = argmax r; where m_b = 1[max p_b(α(u)) ≥ threshold or max r ≥ threshold]",
    priorUpdate:
      "e > estimateAfter: d_k ∝ 1[the last u with argmax p_b(α(u)) = k has max p_b ≥ threshold and no label]; v ← ema(v, d); K_a ← K_a + ½ KL(v ‖ a) + ½ KL(a ‖ v), a = π, uniform, π reversed; both stay where d = 0",
    epoch:
      "τ ← strength · exp K_π ÷ Σ_a exp K_a, K the means of its steps, once there are any; K ← 0",
  },
  starts: ({ estimateAfter }, { epochSteps }) => [{
    does: "estimates the class distribution",
    after: (estimateAfter + 1) * epochSteps,
    by: "acr.estimateAfter",
  }],
  smoke: { epochSteps: 5, "batch.ratio": 2, "acr.threshold": 0.2, "acr.estimateAfter": 1 },
  check: checkAcr,
  needs: (_, { classes }) => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "strong", "strong"] },
    heads: { balanced: { classes, parameterName: "fc1" } },
    evalHead: "balanced",
  }),
  recipe: ownRecipe(published, "acr"),
  state: ({ strength }, { classes }) => ({
    strength: { shape: [1], init: strength },
    estimate: { shape: [classes], init: "uniform", estimates: "unlabeled" },
    distance: { shape: [3] },
  }),
  adjust: (s, z, where) => where === "weak" ? sub(z, logPrior(s.prior, s.state.strength)) : z,
  mask(s, t, m) {
    const { raw } = acrBeliefs(s.student.weak[0]!, s); // needs ask for it
    return mul(m, eitherConfident(t.probs, raw, s.config.threshold));
  },
  loss(s, t, m) {
    const { config, student: { labeled, weak, strong } } = s;
    const y = s.batch.labeled.y, weights = s.weights("labeled"), [x] = labeled;
    const { target, balanced } = acrBeliefs(weak[0]!, s); // needs ask for it
    const kept = eitherConfident(balanced, target, config.threshold);
    s.logLabels("balanced", target, kept);
    const consistency = (logits: readonly Tensor[], label: Tensor<"i32">, mask: Tensor) =>
      crossEntropy(concat(logits), repeatRows(label, logits.length), {
        weights: repeatRows(mask, logits.length),
      });
    return {
      labeled: crossEntropy(x!.logits(), y, { weights }), // asked for in needs, as above
      labeledBalanced: crossEntropy(x!.logits("balanced"), y, {
        weights,
        offsets: logPrior(s.prior, config.balancedStrength),
      }),
      unlabeled: consistency(strong.map((v) => v.logits()), argmax(t.probs, 1), m),
      unlabeledBalanced: consistency(
        strong.map((v) => v.logits("balanced")),
        argmax(target, 1),
        kept,
      ),
    };
  },
  priorUpdate(s) {
    const { config, state, data, progress } = s;
    s.log("strength", state.strength);
    if (progress.epoch <= config.estimateAfter) return;
    const { balanced } = acrBeliefs(s.student.weak[0]!, s); // needs ask for it
    const { isLabeled } = s.batch.unlabeled;
    const seen = confidentLabels(balanced, { isLabeled, threshold: config.threshold });
    const classes = confidentClasses(seen, data.classes, config.estimator);
    const moved = moveEstimate(state, classes, { counts: data.counts, momentum: config.momentum });
    state.estimate = moved.estimate;
    state.distance = moved.distance;
  },
  async epoch({ config, state, progress, read, write, scope }) {
    if (config.dynamic && progress.epoch > config.estimateAfter) {
      const sums = await read(state.distance);
      const means = sums.map((k) => k / progress.epochSteps);
      const strength = strengthFrom(means, config.strength);
      if (!Number.isNaN(strength)) state.strength = write([strength], [1]);
    }
    scope(() => {
      state.distance = mul(state.distance, 0);
    });
  },
});
