import {
  type Algorithm,
  defineAlgorithm,
  div,
  effectiveNumberWeights,
  gather,
  mean,
  mul,
  oneHot,
  sub,
} from "../../core/mod.ts";
import { negative, noneOf } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode ldam}. */
export interface LdamOptions {
  /** Margin of the rarest class: C in the paper, scaled. */
  margin: number;
  /** What logits are multiplied by: s in the code. */
  scale: number;
  /** β of the class weights. */
  beta: number;
  /** Share of the run before the class weights. */
  from: number;
  /** Labeled loss until then: with margins as in the paper, or plain as in DASO's code. */
  before: "ldam" | "plain";
}

/**
 * LDAM with deferred re-weighting (Cao et al., "Learning imbalanced datasets with label-distribution-
 * aware margin loss", NeurIPS 2019): the logit of the true class k is lowered by a margin that goes
 * with N_k^(−1/4) (equations 12 and 13); late in the run, class weights by the effective number of
 * samples join (algorithm 1), the loss then being their weighted mean.
 *
 * Follows the paper. DASO's code takes plain cross entropy until the class weights join (`before`:
 * `plain`).
 *
 * @example As DASO trains it
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { ldam, supervised } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(supervised(), ldam({ before: "plain" }));
 * assert.equal(addon?.config.scale, 30);
 * ```
 */
export const ldam: Algorithm<LdamOptions> = defineAlgorithm({
  name: "ldam",
  kind: "addon",
  paper: "Cao et al., NeurIPS 2019",
  requires: ["labeled-logits", "labeled-weights"],
  defaults: { margin: 0.5, scale: 30, beta: 0.999, from: 0.8, before: "ldam" } as LdamOptions,
  docs: {
    margin: "Margin of the rarest class: C in the paper, scaled.",
    scale: "What logits are multiplied by: s in the code.",
    beta: "β of the class weights.",
    from: "Share of the run before the class weights.",
    before: "Labeled loss until then: with margins as in the paper, or plain as in DASO's code.",
  },
  formulas: {
    adjust: "z(α(x)) ← scale · (z − Δ_y · one-hot y), Δ_k = margin · N_k^(−1/4) ÷ max N^(−1/4)",
    weights: "t ≥ from · S: w ← w · v_y ÷ mean v_y, v_k = (1 − β) ÷ (1 − β^N_k)",
  },
  starts: ({ from }, { steps }) => [
    { does: "weighs classes", after: Math.ceil(from * steps), by: "ldam.from" },
  ],
  smoke: { "ldam.from": 0.5 },
  check: ({ beta, before }) => noneOf("before", before, ["ldam", "plain"]) ?? negative({ beta }),
  recipe: dasoAddon("ldam"),
  adjust(s, logits, where) {
    const { from, before, margin, scale } = s.config, { y } = s.batch.labeled;
    const late = s.progress.step >= from * s.progress.steps;
    if (where !== "labeled" || (before === "plain" && !late)) return logits;
    const margins = logits.device.tensor(ldamMargins(s.data.counts, margin), [s.data.classes]);
    return mul(sub(logits, mul(oneHot(y, s.data.classes), margins)), scale);
  },
  weights(s, where, w) {
    const { beta, from } = s.config, { counts, classes } = s.data;
    if (where !== "labeled" || s.progress.step < from * s.progress.steps) return w;
    const weights = w.device.tensor(effectiveNumberWeights(counts, beta), [classes]);
    const own = gather(weights, s.batch.labeled.y);
    return mul(w, div(own, mean(own)));
  },
});

/** Δ_k = margin · N_k^(−1/4) / max_j N_j^(−1/4) (LDAM, equation 13). */
export function ldamMargins(counts: readonly number[], margin: number): number[] {
  const roots = counts.map((n) => n ** -0.25), largest = Math.max(...roots);
  return roots.map((root) => margin * root / largest);
}
