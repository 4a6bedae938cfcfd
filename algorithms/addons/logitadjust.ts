import { add, type Algorithm, defineAlgorithm, log, mul } from "../../core/mod.ts";
import { noneOf } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode logitadjust}. */
export interface LogitAdjustOptions {
  /** How strongly the prior counts: τ in the paper. */
  tau: number;
  /** `train`: add τ log π to the labeled logits; `test`: subtract it in evaluations. */
  when: "train" | "test";
}

/**
 * Logit adjustment (Menon et al., "Long-tail learning via logit adjustment", ICLR 2021): in training
 * the labeled loss takes z + τ log π with the labeled class frequencies π (equation 10), or after it
 * the class is predicted from z − τ log π (equation 9).
 *
 * Follows DASO's code: unlabeled terms and pseudo-labels take the logits as they are. Its test-time
 * metric has τ = 1 whatever its option says; here the option counts.
 *
 * @example After training instead of within
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, logitadjust } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins } = compose(fixmatch(), logitadjust({ when: "test" }));
 * assert.deepEqual(plugins[1]?.config, { tau: 1, when: "test" });
 * ```
 */
export const logitadjust: Algorithm<LogitAdjustOptions> = defineAlgorithm({
  name: "logitadjust",
  kind: "addon",
  paper: "Menon et al., ICLR 2021",
  requires: ["labeled-logits", "main-head"],
  defaults: { tau: 1, when: "train" } as LogitAdjustOptions,
  docs: {
    tau: "How strongly the prior counts: τ in the paper.",
    when: "`train`: add τ log π to the labeled logits; `test`: subtract it in evaluations.",
  },
  formulas: {
    adjust: "z(α(x)) ← z + τ log π",
    adjustEvaluation: "z ← z; with when=test: z − τ log π, and no adjust",
  },
  check: ({ when }) => noneOf("when", when, ["train", "test"]),
  recipe: dasoAddon("logitadjust"),
  adjust: (s, logits, where) =>
    where === "labeled" && s.config.when === "train"
      ? add(logits, mul(log(s.prior), s.config.tau))
      : logits,
  adjustEvaluation({ config: { tau, when }, data: { counts } }, logits, head) {
    if (when !== "test" || head !== "main") return logits;
    const total = counts.reduce((a, b) => a + b, 0);
    const offsets = counts.map((n) => -tau * Math.log(n / total));
    return add(logits, logits.device.tensor(offsets, [counts.length]));
  },
});
