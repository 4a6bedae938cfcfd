import {
  type Algorithm,
  atLeast,
  crossEntropy,
  defineAlgorithm,
  log,
  max,
  mul,
  ownRecipe,
} from "../../../core/mod.ts";
import { cpe as published } from "../../recipes/cpe.ts";
import { expertGuesses, expertLoss, EXPERTS, moveShares, NORMS } from "./expert_guesses.ts";
import { checkCpe, CPE_DEFAULTS, type CpeOptions } from "./options.ts";

export type { CpeOptions };

/**
 * CPE (Ma et al., "Three heads are better than one: Complementary experts for long-tailed
 * semi-supervised learning", AAAI 2024; github.com/machengcheng2016/CPE-LTSSL): FixMatch with three
 * linear heads on one body. Labels teach head k by cross entropy on z + τ_k log p, which makes it the
 * expert for unlabeled images like the labeled ones (τ 0), uniform ones (2) and reversed ones (4); its own
 * pseudo-labels, unadjusted, teach it from the strong view.
 *
 * The body's last map goes through three batch
 * norms that every head sees; labels and guesses take the mean of a head's logits over them, pseudo-labels
 * teach it through the first norm, those of the less frequent classes through the second and those of rare
 * ones through the third as well. The second head is evaluated.
 *
 * As in the released code, the norms take the statistics of all rows and differ in scale and shift
 * alone, and a loss is divided by the pseudo-labels that count (`normalize`). Unlike there, no step
 * sees the true classes of unlabeled images, which were read for logs, and classes count by their labeled
 * images, whatever order they are in.
 *
 * @example As many images as there are in the batch divide the unlabeled loss
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { cpe } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(cpe({ normalize: "batch" }));
 * assert.deepEqual(base.config["strengths"], [0, 2, 4]);
 * ```
 */
export const cpe: Algorithm<CpeOptions> = defineAlgorithm({
  name: "cpe",
  kind: "base",
  paper: "Ma et al., AAAI 2024",
  provides: ["labeled-weights"],
  defaults: CPE_DEFAULTS,
  docs: {
    strengths:
      "Strength of each expert's logit adjustment on labeled images: τ₁, τ₂, τ₃ in the paper.",
    threshold: "Confidence from which a pseudo-label counts: `p_cutoff`.",
    lambda: "Weight of the unlabeled losses: `lambda_u`.",
    cuts:
      "Shares of the classes, the most frequent first, whose pseudo-labels do not reach the second and the third batch norm: the code's cut1 and cut2, of 10 classes 2 and 4.",
    normalize:
      "Whether an unlabeled loss is divided by the pseudo-labels that count, in all batch norms, or by the unlabeled images of the batch.",
    momentum:
      "Share of the old class shares that a step keeps: `ema_u`. They are logged and change nothing.",
    estimateAfter: "Last epoch without an estimate of the class shares: `est_epoch`.",
  },
  formulas: {
    mask: "m ← m · 1[max q ≥ threshold]",
    loss:
      "labeled k = mean w · H(y, z_k(α(x)) + τ_k log π), of head k; unlabeled k = λ · Σ_n Σ_u m_kn · H(q̂_k, z_kn(A(u))) ÷ Σ_n Σ_u m_kn, batch norm n; where q_k = p_k(α(u)), z_k the mean of z_kn over the norms; where m_kn = 1[max q_k ≥ threshold] · 1[class q̂_k is behind the first cut_n · C classes by N], cut = 0, cuts",
    priorUpdate:
      "e > estimateAfter: shares of the q̂_k ← ema(shares, those of the batch); logged alone",
  },
  starts: ({ estimateAfter }, { epochSteps }) => [{
    does: "estimates the unlabeled class shares",
    after: (estimateAfter + 1) * epochSteps,
    by: "cpe.estimateAfter",
  }],
  smoke: { epochSteps: 5, "batch.ratio": 2, "cpe.threshold": 0.2 },
  check: checkCpe,
  fits: (_, { counts }) => {
    const empty = counts.indexOf(0);
    return empty < 0
      ? null
      : `class ${empty} has no labeled image, but all are adjusted by their share`;
  },
  needs: (_, { classes }) => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "strong"] },
    heads: {
      second: { classes, parameterName: "classifier2" },
      third: { classes, parameterName: "classifier3" },
    },
    classwiseNorms: NORMS,
    evalHead: "second",
  }),
  recipe: ownRecipe(published, "cpe"),
  state: (_, { classes }) => ({
    keptShares: { shape: [EXPERTS.length, classes], init: "uniform", logged: true },
    guessedShares: { shape: [EXPERTS.length, classes], init: "uniform", logged: true },
  }),
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const { config: { strengths, lambda }, student: { labeled: [x] }, batch, prior } = s;
    const guesses = expertGuesses(s, t, m);
    const weights = s.weights("labeled"), share = log(prior);
    const terms = EXPERTS.flatMap((head, k) => {
      const guess = guesses[k]!; // one an expert
      if (head !== "main") s.logLabels(head, guess.probs, guess.weights[0]!); // there are norms
      return [
        [
          `labeled ${k + 1}`,
          crossEntropy(x!.logits(head), batch.labeled.y, { // needs ask for it
            weights,
            offsets: mul(share, strengths[k]!), // checked
          }),
        ],
        [`unlabeled ${k + 1}`, mul(expertLoss(s, head, guess), lambda)],
      ] as const;
    });
    return Object.fromEntries(terms);
  },
  priorUpdate(s, t, m) {
    const { state, config: { momentum, estimateAfter }, progress } = s;
    if (progress.epoch <= estimateAfter) return;
    const guesses = expertGuesses(s, t, m);
    const kept = guesses.map(({ labels, weights: [all] }) => ({ labels, weights: all! }));
    state.keptShares = moveShares(state.keptShares, kept, momentum);
    state.guessedShares = moveShares(
      state.guessedShares,
      guesses.map(({ labels }) => ({ labels })),
      momentum,
    );
  },
});
