import { add, type Algorithm, defineAlgorithm } from "../../core/mod.ts";
import {
  type AlignmentTarget,
  alignmentTarget,
  classBias,
  movePrior,
  smoothedPrior,
  SMOOTHING_DOCS,
  smoothingAt,
  type SmoothingOptions,
  unknownTruth,
} from "../shared/flexible_alignment.ts";
import { negative, noneOf, outsideUnit } from "../shared/option_checks.ts";
import { adelloMethod } from "../recipes/adello.ts";

/** Options of {@linkcode udal}. */
export interface UdalOptions extends SmoothingOptions {
  /**
   * Prior that the unlabeled images are aligned to: the labeled one, the hidden `true` one
   * (`udal_gt`) or the running estimate (`udal_dynamic`).
   */
  target: AlignmentTarget;
  /** Share of the old estimate that a step keeps. */
  momentum: number;
}

const DEFAULTS: UdalOptions = {
  target: "labeled",
  minimum: 0.1,
  power: 2,
  byEpoch: true,
  momentum: 0.999,
};

/**
 * UDAL (Lazarow et al., "Unifying distribution alignment as a loss for imbalanced semi-supervised
 * learning", WACV 2023): labels are learned on z + log P_L ÷ P_L,α, pseudo-labels on z + log Q ÷ P_α, so
 * that the loss itself aligns predictions. P is the labeled prior P_L or what `target` says, Q the
 * running mean of the weak predictions, P_α ∝ P^α with an α that falls from 1.
 *
 * Follows ADELLO's repository (github.com/emasa/ADELLO-LTSSL): on FixMatch, α falls by epochs, so that it
 * ends a little above its minimum, and inference takes the raw logits.
 *
 * @example Aligned to the estimate
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, udal } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const stack = compose(fixmatch(), udal({ target: "estimated" }));
 * assert.equal(stack.name, "fixmatch+udal");
 * ```
 */
export const udal: Algorithm<UdalOptions> = defineAlgorithm({
  name: "udal",
  kind: "addon",
  paper: "Lazarow et al., WACV 2023",
  requires: ["strong-view", "labeled-logits", "pseudo-labels", "guesses-apart", "mask"],
  defaults: DEFAULTS,
  docs: {
    ...SMOOTHING_DOCS,
    target:
      "Prior that the unlabeled images are aligned to: the labeled one, the hidden `true` one (`udal_gt`) or the running estimate (`udal_dynamic`).",
    momentum: "Share of the old estimate that a step keeps.",
  },
  formulas: {
    adjust:
      "z(α(x)) ← z + log(π ÷ π_a); z(A(u)) ← z + log(Q ÷ π_a); where π_a ∝ π^a, a = 1 − (1 − minimum)(e ÷ E)^power",
    priorUpdate: "Q ← ema(Q, mean p⁰(α(u)))",
  },
  smoke: { epochSteps: 10 },
  check: ({ target, minimum, momentum, power }) =>
    noneOf("target", target, ["labeled", "estimated", "true"]) ??
      outsideUnit({ minimum, momentum }) ?? negative({ power }),
  fits: ({ target }, data) => unknownTruth(target, data),
  recipe: adelloMethod("udal"),
  state: (_, { classes }) => ({
    estimate: { shape: [classes], init: "uniform", estimates: "unlabeled" },
  }),
  adjust(s, z, where) {
    const { prior, state: { estimate }, config } = s;
    const alpha = smoothingAt(config, s.progress);
    if (where === "labeled") return add(z, classBias(prior, smoothedPrior(prior, alpha)));
    if (where !== "strong") return z;
    return add(z, classBias(estimate, smoothedPrior(alignmentTarget(config.target, s), alpha)));
  },
  priorUpdate({ state, student: { weak: [weak] }, config: { momentum } }) {
    state.estimate = movePrior(state.estimate, weak!, { momentum }); // FixMatch asks for a weak view
  },
});
