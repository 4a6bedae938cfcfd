import {
  add,
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  klDivergence,
  l2Normalize,
  mean,
  mul,
  reshape,
  softmax,
  type Tensor,
} from "../../core/mod.ts";
import { negative, notPositive, notWhole } from "../shared/option_checks.ts";
import { checkRamp, RAMP_DOCS, type RampOptions, rampWeight } from "../shared/ramp.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode vat}. */
export interface VatOptions extends RampOptions {
  /** Weight of the adversarial loss; 1 in USB's code. */
  lambda: number;
  /** Weight of the entropy of predictions. */
  entropy: number;
  /** Length of the perturbation, over all pixels of a normalised image: ε in the paper. */
  epsilon: number;
  /** Length of the first guess, with which the gradient is taken: ξ in the paper. */
  xi: number;
  /** Power iterations: K in the paper. */
  rounds: number;
}

/**
 * VAT (Miyato et al., "Virtual adversarial training: A regularization method for supervised and
 * semi-supervised learning", TPAMI 2018): the prediction must not change along the direction in which
 * it changes most, which is found by power iteration from a random one (section 3.3); predictions are to
 * be sure of themselves, too (section 4.3).
 *
 * Follows TorchSSL's code: all passes over unlabeled images have batch statistics of their own that
 * leave the running ones alone. The first guess has a length `xi` of 0.1, not 1e-6: over the pixels of
 * an image in float32 that is less than what they are rounded by, and the direction would be mostly
 * noise. USB's recipe has it, and a `lambda` of 1.
 *
 * @example A better direction
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { vat } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(vat({ rounds: 2 }));
 * assert.equal(base.config.epsilon, 6);
 * ```
 */
export const vat: Algorithm<VatOptions> = defineAlgorithm({
  name: "vat",
  kind: "base",
  paper: "Miyato et al., TPAMI 2018",
  provides: ["labeled-logits", "labeled-weights", "pseudo-labels", "plain-guesses", "mask"],
  defaults: {
    lambda: 0.3,
    entropy: 0.06,
    epsilon: 6,
    xi: 0.1,
    rounds: 1,
    ramp: "linear",
    rampShare: 0.4,
  } as VatOptions,
  docs: {
    lambda: "Weight of the adversarial loss; 1 in USB's code.",
    entropy: "Weight of the entropy of predictions.",
    epsilon: "Length of the perturbation, over all pixels of a normalised image: ε in the paper.",
    xi: "Length of the first guess, with which the gradient is taken: ξ in the paper.",
    rounds: "Power iterations: K in the paper.",
    ...RAMP_DOCS,
  },
  formulas: {
    pseudoLabel: "q ← q, soft",
    inputs:
      "d ~ N(0, 1); rounds times: d ← ∇_v Σ KL(q ‖ p(v)) at v = α(u) + ξ d ÷ ‖d‖; adversarial = α(u) + ε d ÷ ‖d‖",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = ramp · λ · mean m · KL(q ‖ p(adversarial)); entropy = entropy · mean H(p⁰(α(u)), z⁰(α(u)))",
  },
  check: ({ entropy, epsilon, xi, rounds, ...ramp }) =>
    negative({ entropy, epsilon }) ?? notPositive({ xi }) ?? notWhole({ rounds }) ??
      checkRamp(ramp),
  needs: () => ({
    views: { labeled: ["weak"], unlabeled: ["weak"] },
    passes: [
      { net: "student", inputs: ["labeled"] },
      { net: "student", inputs: ["weak"], norm: "frozen" },
    ],
  }),
  recipe: classicBase("vat"),
  pseudoLabel: (_, t) => ({ ...t, form: "soft" }),
  inputs(s, t) {
    const { epsilon, xi, rounds } = s.config, x = s.batch.unlabeled.weak[0]!; // needs ask for it
    let direction = s.random("direction").normal(x.shape);
    for (let round = 0; round < rounds; round++) {
      const moved = add(x, mul(unit(direction), xi));
      direction = s.imageGradient(
        moved,
        (out) => klDivergence(t.probs, out.logits(), { reduction: "sum" }),
      );
    }
    return { adversarial: { x: add(x, mul(unit(direction), epsilon)), norm: "frozen" } };
  },
  loss(s, t, m) {
    const { labeled: [labeled], weak: [weak] } = s.student;
    const changes = klDivergence(t.probs, s.late("adversarial").logits(), { reduction: "none" });
    const own = weak!.rawLogits(); // needs ask for it, as for the labeled view
    return {
      labeled: crossEntropy(labeled!.logits(), s.batch.labeled.y, {
        weights: s.weights("labeled"),
      }),
      unlabeled: mul(
        mean(mul(changes, m)),
        s.ramp(rampWeight(s.config, s.progress), s.config.lambda),
      ),
      entropy: mul(crossEntropy(own, softmax(own)), s.config.entropy),
    };
  },
});

/** Images scaled to length 1 each. */
function unit(x: Tensor): Tensor {
  const rows = x.shape[0]!; // images have a batch axis
  return reshape(l2Normalize(reshape(x, [rows, x.size / rows])), x.shape);
}
