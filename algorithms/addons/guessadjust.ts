import { type Algorithm, defineAlgorithm, log, mul, sub } from "../../core/mod.ts";
import { negative } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode guessadjust}. */
export interface GuessAdjustOptions {
  /** How strongly the prior counts: τ in the paper. */
  tau: number;
}

/**
 * Logit adjustment of pseudo-labels (Menon et al., "Long-tail learning via logit adjustment", ICLR
 * 2021, equation 9): they are guessed from z − τ log π with the labeled class frequencies π, and so is
 * how sure they are; all losses take the logits as they are.
 *
 * Follows SEVAL's code (Li et al., arXiv 2407.05370), where it is called FixMatchLA.
 *
 * @example On FixMatch
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, guessadjust } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(fixmatch(), guessadjust());
 * assert.equal(name, "fixmatch+guessadjust");
 * ```
 */
export const guessadjust: Algorithm<GuessAdjustOptions> = defineAlgorithm({
  name: "guessadjust",
  kind: "addon",
  paper: "Li et al., arXiv 2407.05370",
  requires: ["pseudo-labels", "guesses-apart"],
  defaults: { tau: 1 },
  docs: {
    tau: "How strongly the prior counts: τ in the paper.",
  },
  formulas: {
    adjust: "z(α(u)) ← z − τ log π",
  },
  check: ({ tau }) => negative({ tau }),
  recipe: dasoAddon("guessadjust"),
  adjust: (s, logits, where) =>
    where === "weak" ? sub(logits, mul(log(s.prior), s.config.tau)) : logits,
});
