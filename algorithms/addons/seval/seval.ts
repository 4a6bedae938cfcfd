import {
  type Algorithm,
  argmax,
  defineAlgorithm,
  gather,
  greaterEqual,
  log,
  max,
  maximum,
  mul,
  softmax,
  sub,
  type Tensor,
} from "../../../core/mod.ts";
import { sevalMethod } from "../../recipes/seval.ts";
import { checkSeval, SEVAL_DEFAULTS, SEVAL_DOCS, sevalFits, type SevalOptions } from "./options.ts";
import { checkCurriculum, CURVES, sevalCalibration, sevalState } from "./slots.ts";

export type { SevalOptions };

/**
 * SEVAL (Li et al., "Learning label refinement and threshold adjustment for imbalanced
 * semi-supervised learning", arXiv 2407.05370; github.com/ZerojumpLine/SEVAL): the weak view's logits
 * are refined by an offset of each class before they become pseudo-labels, σ(α (z − log π)) with α 1,
 * which count where they reach the threshold of their class. Both follow a curriculum that is learned
 * on held-out labeled images and averaged.
 *
 * The curriculum is learned in mode `estimate` on half of the labeled images, then followed in mode
 * `load` with all of them. On CIFAR the runs beside another add-on or on another base than FixMatch
 * were published with calibration on validation images (`direct`), the default there.
 *
 * Follows the released code: thresholds are searched by Nelder–Mead, where the paper has the best one
 * (`search`: `exact`); averages of π are linear, class thresholds stand in for the base's mask, rare
 * classes take the least offset; the main head's optimum moves the thresholds of ABC's head
 * (`abcThresholds`: `own`); what is evaluated is refined (`evaluate`). With Mean Teacher, MixMatch and
 * ReMixMatch the guesses are refined and thresholds have no use. With ABC its head has curves of its
 * own; with DASO labels are not blended, and its alignment takes the features of the one student pass,
 * where the code runs another. Unlike in the code, curves go on over CReST's generations; files have
 * classes in the order of the data set (the code's of Semi-Aves in that of the run), and ABC's head
 * has its own; every calibration leaves a line in `seval_report.jsonl`, and a resumed run goes on with
 * the same curves.
 *
 * @example Twice: to estimate the curriculum, and to follow it with all labels
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, seval } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const first = compose(fixmatch(), seval({ target: 0.75, thresholdGroups: 5 }));
 * const second = compose(fixmatch(), seval({ mode: "load", curriculum: "runs/first" }));
 * assert.equal(first.name, second.name);
 * ```
 */
export const seval: Algorithm<SevalOptions> = defineAlgorithm({
  name: "seval",
  kind: "addon",
  paper: "Li et al., arXiv 2407.05370",
  requires: ["pseudo-labels", "guesses-apart"],
  defaults: SEVAL_DEFAULTS,
  docs: SEVAL_DOCS,
  formulas: {
    adjust: "z(α(u)) ← a (z − log π̃)",
    mask: "m ← 1[max q ≥ τ_k], k = argmax q; soft targets: m ← m",
    refine: "q ← softmax(a (log q − log π̃)), of ABC's head with a π̃ of its own",
    refineMask: "m ← 1[max q ≥ τ_k], k = argmax q",
    every:
      "a* = 1, π̃* = argmin class-balanced −log softmax(z − log π̃)_y, held-out images; π̃ ← η_π π̃ + (1 − η_π) π̃*; rare classes: the least π̃ of all; τ*_k = what brings the precision of labels k above it nearest to target, 0 where all of them reach it or k is rare; τ ← η_τ τ + (1 − η_τ) τ*",
    adjustEvaluation: "z ← a (z − log π̃)",
  },
  starts: ({ period: after }) => [
    { does: "calibrates offsets and thresholds", after, by: "seval.period" },
  ],
  smoke: {
    "seval.period": 10,
    "seval.piDecay": 0.5,
    "seval.thresholdDecay": 0.5,
    "split.labeledMax": 40,
    "split.holdout": 0.5,
  },
  check: checkSeval,
  fits: sevalFits,
  recipe: sevalMethod,
  state: (options, { classes }) => sevalState(options, classes),
  adjust: ({ state }, z, where) => where === "weak" ? refined(z, state, "main") : z,
  refine: ({ state }, t, head) =>
    // The logarithm of a softmax is its logits but for a constant, which refinement leaves one.
    hasCurves(head)
      ? { ...t, probs: softmax(refined(log(maximum(t.probs, 1e-37)), state, head)) }
      : t,
  mask: ({ state }, t, m) => t.form === "hard" ? reaches(t.probs, state.tau) : m,
  refineMask: ({ state }, t, m, head) =>
    hasCurves(head) ? reaches(t.probs, state[CURVES[head].tau]) : m,
  setup: checkCurriculum,
  every: { steps: ({ period }) => period, run: sevalCalibration },
  adjustEvaluation({ config: { evaluate }, state }, logits, head) {
    if (evaluate === "raw" || !hasCurves(head)) return logits;
    return refined(logits, state, head, evaluate === "last");
  },
});

type Offsets = Readonly<
  Record<typeof CURVES[keyof typeof CURVES]["alpha" | "pi" | "lastAlpha" | "lastPi"], Tensor>
>;

function hasCurves(head: string): head is keyof typeof CURVES {
  return Object.hasOwn(CURVES, head);
}

/** α (z − log π) with a head's offsets, averaged or last. */
function refined(z: Tensor, state: Offsets, head: keyof typeof CURVES, last = false): Tensor {
  const { alpha, pi, lastAlpha, lastPi } = CURVES[head];
  return mul(sub(z, log(state[last ? lastPi : pi])), state[last ? lastAlpha : alpha]);
}

/** 1 where the most probable class is as probable as its threshold asks. */
function reaches(probs: Tensor, tau: Tensor): Tensor {
  return greaterEqual(max(probs, 1), gather(tau, argmax(probs, 1)));
}
