import {
  type Algorithm,
  defineAlgorithm,
  effectiveNumberWeights,
  gather,
  mul,
  scaleWeights,
} from "../../core/mod.ts";
import { negative } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode reweight}. */
export interface ReweightOptions {
  /** 0 weighs all classes alike, 1 by the inverse of their labeled images: β in the paper. */
  beta: number;
  /** Share of the run before the first weighted step: 0 from the start on, 0.8 deferred. */
  from: number;
}

/**
 * Class-balanced loss (Cui et al., "Class-balanced loss based on effective number of samples", CVPR
 * 2019): the labeled loss weighs a sample of class k by (1 − β) / (1 − β^N_k) (equation 10), weights
 * scaled to sum to the number of classes.
 *
 * Follows DASO's code: the weighted loss is divided by the number of samples, not by their weights.
 *
 * @example Deferred weights
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { reweight, supervised } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(supervised(), reweight({ from: 0.8 }));
 * assert.deepEqual(addon?.config, { beta: 0.999, from: 0.8 });
 * ```
 */
export const reweight: Algorithm<ReweightOptions> = defineAlgorithm({
  name: "reweight",
  kind: "addon",
  paper: "Cui et al., CVPR 2019",
  requires: ["labeled-weights"],
  defaults: { beta: 0.999, from: 0 },
  docs: {
    beta: "0 weighs all classes alike, 1 by the inverse of their labeled images: β in the paper.",
    from: "Share of the run before the first weighted step: 0 from the start on, 0.8 deferred.",
  },
  formulas: {
    weights: "t ≥ from · S: w ← w · v_y, v_k ∝ (1 − β) ÷ (1 − β^N_k), Σ v = C",
  },
  starts: ({ from }, { steps }) => [
    { does: "weighs classes", after: Math.ceil(from * steps), by: "reweight.from" },
  ],
  check: ({ beta }) => negative({ beta }),
  recipe: dasoAddon("reweight"),
  weights(s, where, w) {
    const { beta, from } = s.config, { counts, classes } = s.data;
    if (where !== "labeled" || s.progress.step < from * s.progress.steps) return w;
    const weights = scaleWeights(effectiveNumberWeights(counts, beta));
    return mul(w, gather(w.device.tensor(weights, [classes]), s.batch.labeled.y));
  },
});
