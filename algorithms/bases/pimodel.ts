import { type Algorithm, defineAlgorithm } from "../../core/mod.ts";
import { squareLosses } from "../shared/consistency.ts";
import { checkRamp, RAMP_DOCS, type RampOptions } from "../shared/ramp.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode pimodel}. */
export interface PiModelOptions extends RampOptions {
  /** Weight of the consistency loss: w(t) in the paper at its highest. */
  lambda: number;
}

/**
 * Π-model (Laine and Aila, "Temporal ensembling for semi-supervised learning", ICLR 2017): the
 * prediction of one weak view is pulled to that of another, by the mean square over samples and classes.
 *
 * Follows USB's code: the first view's prediction is a constant, and both have batch statistics of their
 * own that leave the running ones alone.
 *
 * @example Less consistency
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { pimodel } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(pimodel({ lambda: 1 }));
 * assert.deepEqual(base.config, { lambda: 1, ramp: "linear", rampShare: 0.4 });
 * ```
 */
export const pimodel: Algorithm<PiModelOptions> = defineAlgorithm({
  name: "pimodel",
  kind: "base",
  paper: "Laine and Aila, ICLR 2017",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: { lambda: 10, ramp: "linear", rampShare: 0.4 } as PiModelOptions,
  docs: {
    lambda: "Weight of the consistency loss: w(t) in the paper at its highest.",
    ...RAMP_DOCS,
  },
  formulas: {
    pseudoLabel: "q ← p(α₁(u)), soft",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = ramp · λ · mean m · mean_k (p⁰(α₂(u)) − q)²",
  },
  check: (config) => checkRamp(config),
  needs: () => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "weak"] },
    passes: [
      { net: "student", inputs: ["labeled"] },
      { net: "student", inputs: ["weak/0"], norm: "frozen", grad: false },
      { net: "student", inputs: ["weak/1"], norm: "frozen" },
    ],
  }),
  recipe: classicBase("pimodel"),
  pseudoLabel: (_, t) => ({ ...t, form: "soft" }),
  loss: (s, t, mask) => squareLosses(s, { view: s.student.weak[1]!, target: t.probs, mask }), // needs ask for it
});
