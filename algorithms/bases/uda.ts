import {
  above,
  type Algorithm,
  atLeast,
  defineAlgorithm,
  detach,
  max,
  mul,
  type Schedule,
  softmax,
  sub,
} from "../../core/mod.ts";
import { consistencyLosses, learnedTarget } from "../shared/consistency.ts";
import { negative, noneOf, notPositive, outsideUnit } from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** How fast UDA lets sure labeled images in. */
export type SignalAnnealing = "none" | "linear" | "exponential" | "logarithmic";

/** Options of {@linkcode uda}. */
export interface UdaOptions {
  /** Confidence from which a pseudo-label counts. */
  threshold: number;
  /** Weight of the unlabeled loss: λ in the paper. */
  lambda: number;
  /** Sharpens targets, p^(1/T): τ in the paper. USB's code leaves it out, which is 1. */
  temperature: number;
  /** How the confidence rises above which labeled images are left out: training signal annealing. */
  annealing: SignalAnnealing;
}

/**
 * UDA (Xie et al., "Unsupervised data augmentation for consistency training", NeurIPS 2020): the strong
 * view learns the sharpened prediction of the weak one where that is confident; labeled images that are
 * predicted too surely too early are left out (training signal annealing).
 *
 * Follows TorchSSL's code. In USB's targets are not sharpened, a `temperature` of 1, which its recipe has.
 *
 * @example Labeled images are let in as the run goes on
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { uda } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(uda({ annealing: "linear" }));
 * assert.equal(base.config.temperature, 0.4);
 * ```
 */
export const uda: Algorithm<UdaOptions> = defineAlgorithm({
  name: "uda",
  kind: "base",
  paper: "Xie et al., NeurIPS 2020",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: { threshold: 0.8, lambda: 1, temperature: 0.4, annealing: "none" } as UdaOptions,
  docs: {
    threshold: "Confidence from which a pseudo-label counts.",
    lambda: "Weight of the unlabeled loss: λ in the paper.",
    temperature: "Sharpens targets, p^(1/T): τ in the paper. USB's code leaves it out, which is 1.",
    annealing:
      "How the confidence rises above which labeled images are left out: training signal annealing.",
  },
  formulas: {
    mask: "m ← m · 1[max q ≥ threshold]",
    loss:
      "labeled = mean w · 1[max p⁰(α(x)) ≤ η] · H(y, z(α(x))); unlabeled = λ · mean m · H(sharpen(q, temperature), z(A(u))); where η = 1, with annealing 1/C + (1 − 1/C) g(t ÷ S)",
  },
  smoke: { "uda.threshold": 0.4, "uda.annealing": "logarithmic" },
  check: ({ threshold, lambda, temperature, annealing }) =>
    outsideUnit({ threshold }) ?? negative({ lambda }) ?? notPositive({ temperature }) ??
      noneOf("annealing", annealing, ["none", "linear", "exponential", "logarithmic"]),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: classicBase("uda"),
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const { lambda, temperature, annealing: shape } = s.config, { step, steps } = s.progress;
    const limit = signalAnnealing({ classes: s.data.classes, steps, shape })(step);
    const known = softmax(detach(s.student.labeled[0]!.rawLogits())); // needs ask for it
    return consistencyLosses(s, {
      target: learnedTarget(t, { targets: "soft", temperature }),
      mask: m,
      lambda,
      weights: mul(s.weights("labeled"), sub(1, above(max(known, 1), limit))),
    });
  },
});

/** Settings of {@linkcode signalAnnealing}. */
export interface SignalAnnealingOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Length of the run in steps. */
  readonly steps: number;
  /** How the threshold rises. */
  readonly shape: SignalAnnealing;
}

/**
 * UDA's training signal annealing: labeled images surer than this are left out of the loss.
 *
 * η = f (1 − 1/C) + 1/C with f = t/T (linear), e^(5 (t/T − 1)) (exponential) or 1 − e^(−5 t/T)
 * (logarithmic); η = 1 if there is none, as in USB by default.
 */
export function signalAnnealing({ classes, steps, shape }: SignalAnnealingOptions): Schedule {
  return (step) => released(shape, Math.min(step / steps, 1)) * (1 - 1 / classes) + 1 / classes;
}

function released(shape: SignalAnnealing, progress: number): number {
  switch (shape) {
    case "none":
      return 1;
    case "linear":
      return progress;
    case "exponential":
      return Math.exp(5 * (progress - 1));
    case "logarithmic":
      return 1 - Math.exp(-5 * progress);
  }
}
