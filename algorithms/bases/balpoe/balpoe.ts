import {
  add,
  type Algorithm,
  argmax,
  defineAlgorithm,
  gather,
  mean,
  mul,
  oneHot,
  ownRecipe,
  slice,
  sum,
  type Tensor,
} from "../../../core/mod.ts";
import { balpoe as published } from "../../recipes/balpoe.ts";
import { mixImages, mixKind, mixOf, partners } from "./batch_mix.ts";
import { expertBias, expertLosses } from "./expert_loss.ts";
import {
  BALPOE_DEFAULTS,
  BALPOE_DOCS,
  balpoeFits,
  type BalpoeOptions,
  checkBalpoe,
  tauList,
} from "./options.ts";

export type { BalpoeOptions };

/**
 * BalPoE (Sanchez Aimar et al., "Balanced product of calibrated experts for long-tailed recognition",
 * CVPR 2023): experts with a logit-adjusted cross entropy of their own strength τ (equations 6 and 7),
 * trained on mixed images (section 3.4), and classified by the mean of their logits (equation 5).
 * It learns from labeled images alone.
 *
 * Follows the released code: one mixing weight a batch, not folded to at least ½; CutMix, which no
 * published run uses, corrects its weight to the pixels pasted. A known test prior is added to the
 * logits in evaluations. On a network without experts they are linear layers on its features. A
 * second way of mixing can take over (`later`), as in the code; mixing logits of a target model, which
 * no published run does either, is left out.
 */
export const balpoe: Algorithm<BalpoeOptions> = defineAlgorithm({
  name: "balpoe",
  kind: "base",
  paper: "Sanchez Aimar et al., CVPR 2023",
  provides: ["labeled-weights"],
  defaults: BALPOE_DEFAULTS,
  docs: BALPOE_DOCS,
  formulas: {
    inputs: "mixed = s α(x) + (1 − s) α(x'), s ~ Beta(alpha, alpha), x' the batch in random order",
    loss:
      "labeled = mean over e of s · mean w · H(y, v_e) + (1 − s) · mean w' · H(y', v_e); where v_e = z_e(mixed) + τ_e log π, of expert e",
    adjustEvaluation: "z ← z, the mean of the experts' logits; with testPrior z + log testPrior",
  },
  starts: ({ later, laterFrom }, { epochSteps }) =>
    laterFrom === 0 ? [] : [{
      does: `mixes by ${later}`,
      after: laterFrom * epochSteps,
      by: "balpoe.laterFrom",
    }],
  smoke: { "balpoe.mix": "mixup_cutmix", "balpoe.laterFrom": 2, epochSteps: 10 },
  check: checkBalpoe,
  fits: balpoeFits,
  recipe: ownRecipe(published, "balpoe"),
  needs: (config, { classes }) => ({
    views: { labeled: ["weak"] },
    student: "late",
    heads: { experts: { classes, experts: tauList(config).length } },
    evalHead: "experts",
    evalNetwork: "student",
  }),
  adjustEvaluation({ config: { testPrior } }, logits, head) {
    if (testPrior.length === 0 || head !== "main" && head !== "experts") return logits;
    return add(logits, logits.device.tensor(testPrior.map(Math.log), [testPrior.length]));
  },
  inputs: (s) => ({ mixed: { x: mixImages(s) } }),
  loss(s) {
    const { y } = s.batch.labeled, { lambda } = mixOf(s);
    const logits = s.late("mixed").logits("experts");
    const bias = expertBias(s.prior, tauList(s.config)), weights = s.weights("labeled");
    const right = (y: Tensor<"i32">) =>
      mean(sum(mul(oneHot(y, s.data.classes), oneHot(argmax(mean(logits, 1)), s.data.classes)), 1));
    let losses = expertLosses(logits, y, { bias, weights }), accuracy = right(y);
    if (mixKind(s) !== "none") {
      const index = partners(s), partner = gather(y, index);
      const other = expertLosses(logits, partner, { bias, weights: gather(weights, index) });
      losses = add(mul(losses, lambda), mul(other, 1 - lambda));
      accuracy = add(mul(accuracy, lambda), mul(right(partner), 1 - lambda));
    }
    for (let e = 0; e < losses.size; e++) {
      s.log(`expert${e}`, slice(losses, { start: e, end: e + 1 }));
    }
    s.log("accuracy", accuracy);
    return { labeled: mean(losses) };
  },
});
