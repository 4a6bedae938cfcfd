import {
  add,
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  mse,
  mul,
  oneHot,
  slice,
  softmax,
} from "../../core/mod.ts";
import { deinterleave, interleave, uncut } from "../shared/batch_rows.ts";
import { drawMixing, mixRows, sharpen } from "../shared/mixing.ts";
import { notPositive } from "../shared/option_checks.ts";
import { checkRamp, RAMP_DOCS, type RampOptions, rampWeight } from "../shared/ramp.ts";
import { dasoBase } from "../recipes/daso_methods.ts";

/** Options of {@linkcode mixmatch}. */
export interface MixMatchOptions extends RampOptions {
  /** Both parameters of the Beta distribution of shares: α in the paper. */
  alpha: number;
  /** Sharpening: T in the paper. */
  temperature: number;
  /** Weight of the unlabeled loss: λ_U in the paper. */
  lambda: number;
}

/**
 * MixMatch (Berthelot et al., "MixMatch: A holistic approach to semi-supervised learning", NeurIPS
 * 2019): the sharpened mean prediction of two weak views is the target of both (equations 6 and 7);
 * all images and targets are mixed (equations 8 to 11); soft cross entropy on the mixed labeled
 * batch, mean square on the rest (equations 3 to 5, over samples and classes).
 *
 * Follows DASO's code: one share a step, both views guessed in forward passes of their own that move
 * the running statistics, mixed batches interleaved, λ_U 100 and α 0.5.
 *
 * @example The settings of CoSSL
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { mixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(mixmatch({ alpha: 0.75, lambda: 75, rampShare: 1 }));
 * assert.equal(base.config.temperature, 0.5);
 * ```
 */
export const mixmatch: Algorithm<MixMatchOptions> = defineAlgorithm({
  name: "mixmatch",
  kind: "base",
  paper: "Berthelot et al., NeurIPS 2019",
  provides: ["pseudo-labels", "guesses-apart"],
  defaults: {
    alpha: 0.5,
    temperature: 0.5,
    lambda: 100,
    ramp: "linear",
    rampShare: 0.016,
  } as MixMatchOptions,
  docs: {
    ...RAMP_DOCS,
    alpha: "Both parameters of the Beta distribution of shares: α in the paper.",
    temperature: "Sharpening: T in the paper.",
    lambda: "Weight of the unlabeled loss: λ_U in the paper.",
  },
  formulas: {
    pseudoLabel: "q ← sharpen(½ p(α₁(u)) + ½ p(α₂(u)), T), soft",
    inputs:
      "mixed_i = s v_i + (1 − s) v_σ(i) over the rows v of α(x), α₁(u), α₂(u); where s = max(b, 1 − b), b ~ Beta(alpha, alpha), σ a random order of the rows",
    loss:
      "labeled = mean H(r, z(mixed)) of the rows of x; unlabeled = ramp · λ · mean (p(mixed) − r)² of the rows of u, over classes too; where r is mixed in the same way of y, q, q",
  },
  smoke: { "batch.ratio": 1 },
  check: ({ alpha, temperature, ...ramp }) =>
    notPositive({ alpha, temperature }) ?? checkRamp(ramp),
  fits: (_, __, batch) => uncut(2, batch),
  needs: () => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "weak"] },
    passes: [
      { net: "student", inputs: ["weak/0"], grad: false },
      { net: "student", inputs: ["weak/1"], grad: false },
    ],
  }),
  recipe: dasoBase("mixmatch"),
  pseudoLabel(s) {
    const guesses = s.student.weak.map((view) => softmax(view.logits()));
    const mean = mul(guesses.reduce(add), 1 / guesses.length);
    return { probs: sharpen(mean, s.config.temperature), form: "soft" };
  },
  inputs(s) {
    const { labeled: { x: [x], y }, unlabeled: { weak } } = s.batch, parts = [x, ...weak];
    const rows = parts.reduce((n, part) => n + part.shape[0]!, 0); // images have a batch axis
    const mixed = mixRows(parts, drawMixing(s, s.config.alpha, rows));
    return Object.fromEntries(interleave(mixed, y.size).map((x, i) => [`mixed${i}`, { x }]));
  },
  loss(s, t) {
    const { labeled: { y }, unlabeled: { weak } } = s.batch;
    const known = oneHot(y, s.data.classes), parts = [known, ...weak.map(() => t.probs)];
    const rows = parts.reduce((n, part) => n + part.shape[0]!, 0); // targets have a batch axis
    const targets = mixRows(parts, drawMixing(s, s.config.alpha, rows));
    const logits = deinterleave(
      Array.from({ length: rows / y.size }, (_, i) => s.late(`mixed${i}`).logits()),
    );
    const first = { end: y.size }, rest = { start: y.size };
    return {
      labeled: crossEntropy(slice(logits, first), slice(targets, first)),
      unlabeled: mul(
        mse(softmax(slice(logits, rest)), slice(targets, rest)),
        s.ramp(rampWeight(s.config, s.progress), s.config.lambda),
      ),
    };
  },
});
