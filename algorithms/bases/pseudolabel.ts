import {
  type Algorithm,
  argmax,
  atLeast,
  crossEntropy,
  defineAlgorithm,
  max,
  mul,
} from "../../core/mod.ts";
import { outsideUnit } from "../shared/option_checks.ts";
import { checkRamp, RAMP_DOCS, type RampOptions, rampWeight } from "../shared/ramp.ts";
import { dasoBase } from "../recipes/daso_methods.ts";

/** Options of {@linkcode pseudolabel}. */
export interface PseudoLabelOptions extends RampOptions {
  /** Confidence from which a pseudo-label counts. */
  threshold: number;
  /** Weight of the unlabeled loss: α in the paper. */
  lambda: number;
}

/**
 * Pseudo-Label (Lee, "Pseudo-label: The simple and efficient semi-supervised learning method for deep
 * neural networks", ICML workshops 2013): a confident prediction is the label of the same view
 * (equations 14 and 15, with a ramp for α(t)).
 *
 * Follows DASO's code, which adds the threshold of 0.95 that the paper does not have.
 *
 * @example With an exponential ramp
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { pseudolabel } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(pseudolabel({ ramp: "exponential" }));
 * assert.equal(base.config.threshold, 0.95);
 * ```
 */
export const pseudolabel: Algorithm<PseudoLabelOptions> = defineAlgorithm({
  name: "pseudolabel",
  kind: "base",
  paper: "Lee, ICML workshops 2013",
  provides: ["labeled-logits", "labeled-weights", "pseudo-labels", "plain-guesses", "mask"],
  defaults: {
    threshold: 0.95,
    lambda: 1,
    ramp: "linear",
    rampShare: 0.4,
  } as PseudoLabelOptions,
  docs: {
    ...RAMP_DOCS,
    threshold: "Confidence from which a pseudo-label counts.",
    lambda: "Weight of the unlabeled loss: α in the paper.",
  },
  formulas: {
    mask: "m ← m · 1[max q ≥ threshold]",
    loss: "labeled = mean w · H(y, z(α(x))); unlabeled = ramp · λ · mean m · H(q̂, z(α(u)))",
  },
  smoke: { "pseudolabel.threshold": 0.2 },
  check: ({ threshold, ...ramp }) => outsideUnit({ threshold }) ?? checkRamp(ramp),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak"] } }),
  recipe: dasoBase("pseudolabel"),
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const [labeled] = s.student.labeled, [weak] = s.student.weak;
    const target = t.form === "hard" ? argmax(t.probs, 1) : t.probs;
    return {
      labeled: crossEntropy(labeled!.logits(), s.batch.labeled.y, { // needs ask for both views
        weights: s.weights("labeled"),
      }),
      unlabeled: mul(
        crossEntropy(weak!.logits(), target, { weights: m }),
        s.ramp(rampWeight(s.config, s.progress), s.config.lambda),
      ),
    };
  },
});
