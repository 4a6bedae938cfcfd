import { type Algorithm, defineAlgorithm, softmax } from "../../core/mod.ts";
import { squareLosses } from "../shared/consistency.ts";
import { checkRamp, RAMP_DOCS, type RampOptions } from "../shared/ramp.ts";
import { dasoBase } from "../recipes/daso_methods.ts";

/** Options of {@linkcode meanteacher}. */
export interface MeanTeacherOptions extends RampOptions {
  /** Weight of the consistency loss. */
  lambda: number;
}

/**
 * Mean Teacher (Tarvainen and Valpola, "Mean teachers are better role models", NeurIPS 2017): the
 * student's prediction of one weak view is pulled to the averaged network's of another, by the mean
 * square over samples and classes (equation 1 with the paper's ramp).
 *
 * Follows DASO's and TorchSSL's code. In USB's the student's output is the teacher's, so that its
 * consistency is always 0; that is not reproduced.
 *
 * @example Less consistency
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { meanteacher } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(meanteacher({ lambda: 10 }));
 * assert.deepEqual(base.config, { lambda: 10, ramp: "linear", rampShare: 0.4 });
 * ```
 */
export const meanteacher: Algorithm<MeanTeacherOptions> = defineAlgorithm({
  name: "meanteacher",
  kind: "base",
  paper: "Tarvainen and Valpola, NeurIPS 2017",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: { lambda: 50, ramp: "linear", rampShare: 0.4 } as MeanTeacherOptions,
  docs: {
    ...RAMP_DOCS,
    lambda: "Weight of the consistency loss.",
  },
  formulas: {
    pseudoLabel: "q ← p_avg(α₁(u)), soft",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = ramp · λ · mean m · mean_k (p⁰(α₂(u)) − q)²",
  },
  check: (config) => checkRamp(config),
  needs: () => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "weak"] },
    passes: [
      { net: "student", inputs: ["labeled", "weak/1"] },
      { net: "average", inputs: ["weak/0"] },
    ],
  }),
  recipe: dasoBase("meanteacher"),
  pseudoLabel: (s) => ({ probs: softmax(s.average.weak[0]!.logits()), form: "soft" }), // needs ask for it
  loss: (s, t, mask) => squareLosses(s, { view: s.student.weak[0]!, target: t.probs, mask }), // needs ask for it
});
