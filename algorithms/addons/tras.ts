import {
  add,
  type Algorithm,
  argmax,
  atLeast,
  crossEntropy,
  defineAlgorithm,
  detach,
  gather,
  max,
  mul,
  reshape,
  softmax,
  type Step,
  sub,
  type Tensor,
} from "../../core/mod.ts";
import { negative, noneOf, notPositive, outsideUnit } from "../shared/option_checks.ts";
import { usbMethod } from "../recipes/usb.ts";

/** Options of {@linkcode tras}. */
export interface TrasOptions {
  /** How much stronger pseudo-labels of frequent classes are enhanced: A in the code. */
  scale: number;
  /** How strongly all are enhanced: B in the code. */
  offset: number;
  /** Power of the class frequencies. */
  power: number;
  /** Divides the enhanced logits of the teacher. */
  temperature: number;
  /** Confidence from which a pseudo-label of the head counts: τ in the paper. */
  threshold: number;
  /** Weight of both terms. */
  lambda: number;
  /** Share of the run before the head learns, in which the base's own is evaluated. */
  warmup: number;
  /** Prior π: labeled class frequencies, or their `inverse`, as released. */
  prior: "frequency" | "inverse";
  /** Whether the base's pseudo-labels are adjusted by the prior as well, as released, or `plain`. */
  guesses: "plain" | "adjusted";
}

const DEFAULTS: TrasOptions = {
  scale: 2,
  offset: 2,
  power: 1,
  temperature: 2,
  threshold: 0.95,
  lambda: 1,
  warmup: 10 / 256,
  prior: "frequency",
  guesses: "plain",
};

/**
 * TRAS (Wei et al., "Transfer and share: Semi-supervised learning from long-tailed data", Machine
 * Learning 2022), as USB has it: a second head on the base's features learns labels on a + log π and
 * the strong view's pseudo-labels from softmax((a − T_k log π) / 2) of the weak view, where k is the
 * class predicted there and T_k = A π_k + B: enhanced for rare classes, the more the more frequent the
 * predicted class. The head is evaluated.
 *
 * Follows the paper where USB's code slips: that has inverse frequencies for π (`prior`: `inverse`), so
 * that the head's labels are adjusted the wrong way, and adjusts the base's pseudo-labels too, from the
 * first step on (`guesses`: `adjusted`). As there, the student has no temperature. On ReMixMatch, whose
 * passes see mixed images, the head takes a pass of its own.
 *
 * @example As released
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, tras } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(fixmatch(), tras({ prior: "inverse", guesses: "adjusted" }));
 * assert.equal(name, "fixmatch+tras");
 * ```
 */
export const tras: Algorithm<TrasOptions> = defineAlgorithm({
  name: "tras",
  kind: "addon",
  paper: "Wei et al., Machine Learning 2022",
  requires: ["weak-view", "strong-view", "main-head", "pseudo-labels", "guesses-apart"],
  defaults: DEFAULTS,
  docs: {
    scale: "How much stronger pseudo-labels of frequent classes are enhanced: A in the code.",
    offset: "How strongly all are enhanced: B in the code.",
    power: "Power of the class frequencies.",
    temperature: "Divides the enhanced logits of the teacher.",
    threshold: "Confidence from which a pseudo-label of the head counts: τ in the paper.",
    lambda: "Weight of both terms.",
    warmup: "Share of the run before the head learns, in which the base's own is evaluated.",
    prior: "Prior π: labeled class frequencies, or their `inverse`, as released.",
    guesses:
      "Whether the base's pseudo-labels are adjusted by the prior as well, as released, or `plain`.",
  },
  formulas: {
    adjust: "z ← z; with guesses=adjusted: z(α(u)) ← z − log π̃",
    loss:
      "t ≥ warmup · S: tras labeled = λ · mean H(y, z_t(α(x)) + log π̃), π̃ = π ÷ max π; t ≥ warmup · S: tras transfer = λ · mean 1[max p_t(α(u)) ≥ τ] · H(r, z_t(A(u))); where r = softmax((z_t(α(u)) − T_k log π̃) ÷ temperature); where T_k = scale · π_k + offset, k = argmax z_t(α(u))",
  },
  starts: ({ warmup }, { steps }) => [
    { does: "trains its head", after: Math.round(warmup * steps), by: "tras.warmup" },
  ],
  smoke: { "tras.warmup": 0.3, "tras.threshold": 0.2 },
  check: ({ temperature, threshold, warmup, lambda, prior, guesses }) =>
    notPositive({ temperature }) ?? outsideUnit({ threshold, warmup }) ?? negative({ lambda }) ??
      noneOf("prior", prior, ["frequency", "inverse"]) ??
      noneOf("guesses", guesses, ["plain", "adjusted"]),
  recipe: usbMethod("tras"),
  needs: ({ warmup }, { classes }) => ({
    passes: [{
      name: "tras",
      net: "student",
      inputs: ["labeled", "weak", "strong"],
      norm: "frozen",
    }],
    heads: { tras: { classes } },
    evalHead: "tras",
    evalHeadFrom: warmup,
  }),
  adjust: (s, z, where) =>
    where === "weak" && s.config.guesses === "adjusted" ? sub(z, logPriorOf(s, s.config)) : z,
  loss(s): Record<string, Tensor> {
    const { labeled, strong } = s.pass("tras"), { lambda, warmup } = s.config;
    if (s.progress.step < Math.round(warmup * s.progress.steps)) return {};
    const { probs, sure } = transferLabels(s, s.config);
    const transfer = strong.map((view) =>
      crossEntropy(view.logits("tras"), probs, { weights: sure })
    ).reduce(add);
    const known = labeled[0]!.logits("tras"); // there is a labeled view
    return {
      "tras labeled": mul(
        crossEntropy(known, s.batch.labeled.y, { offsets: logPriorOf(s, s.config) }),
        lambda,
      ),
      "tras transfer": mul(transfer, lambda / strong.length),
    };
  },
});

/** Pseudo-labels of the head, softmax((a − T_k log π) / temperature), and where it is sure. */
export function transferLabels(
  s: Step,
  { scale, offset, power, prior, temperature, threshold }: TrasOptions,
): { readonly probs: Tensor; readonly sure: Tensor } {
  const guess = detach(s.pass("tras").weak[0]!.logits("tras")); // the base has a weak view
  const strengths = enhancements(s.data.counts, { scale, offset, power });
  const own = gather(guess.device.tensor(strengths, [s.data.classes]), argmax(guess, 1));
  const enhanced = sub(guess, mul(reshape(own, [own.size, 1]), logPriorOf(s, { power, prior })));
  return {
    probs: softmax(mul(enhanced, 1 / temperature)),
    sure: atLeast(max(softmax(guess), 1), threshold),
  };
}

/** T_k = A π_k + B of each class, π by the power of its labeled images. */
export function enhancements(
  counts: readonly number[],
  { scale, offset, power }: Pick<TrasOptions, "scale" | "offset" | "power">,
): number[] {
  const powers = counts.map((n) => n ** power), total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => scale * p / total + offset);
}

/** log π of each class, 0 for the most frequent one or, of inverse frequencies, for the rarest. */
export function trasLogPrior(
  counts: readonly number[],
  { power, prior }: Pick<TrasOptions, "power" | "prior">,
): number[] {
  const most = Math.max(...counts), least = Math.min(...counts);
  return counts.map((n) =>
    Math.log((prior === "frequency" ? n / most : least / n) ** power + 1e-12)
  );
}

function logPriorOf(
  { data: { counts, classes }, prior: { device } }: Pick<Step, "data" | "prior">,
  config: Pick<TrasOptions, "power" | "prior">,
): Tensor {
  return device.tensor(trasLogPrior(counts, config), [classes]);
}
