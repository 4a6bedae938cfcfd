import {
  above,
  add,
  type Algorithm,
  argmax,
  concat,
  defineAlgorithm,
  div,
  gather,
  greaterEqual,
  histogram,
  lerp,
  log,
  max,
  maximum,
  mean,
  minimum,
  mul,
  reciprocal,
  reshape,
  slice,
  softmax,
  sum,
  type Tensor,
  topK,
  where,
} from "../../core/mod.ts";
import { repeatRows } from "../shared/batch_rows.ts";
import { consistencyLosses } from "../shared/consistency.ts";
import { negative, noneOf, outsideUnit } from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode freematch}. */
export interface FreeMatchOptions {
  /** Weight of the unlabeled loss: w_u in the paper. */
  lambda: number;
  /** Weight of the fairness term: w_f in the paper. */
  fairness: number;
  /** Share of the old threshold, class shares and histogram that a step keeps. */
  momentum: number;
  /** The batch's confidence that the threshold moves to: its mean for 0, else this quantile. */
  quantile: number;
  /** Most that the global threshold may be; 0.95 on SVHN in USB's code. */
  ceiling: number;
  /** What threshold, shares and histogram are at first: 1 / classes, or 1, as in ADELLO's fork of USB. */
  start: "uniform" | "ones";
}

const DEFAULTS: FreeMatchOptions = {
  lambda: 1,
  fairness: 0.001,
  momentum: 0.999,
  quantile: 0,
  ceiling: 1,
  start: "uniform",
};

/**
 * FreeMatch (Wang et al., "FreeMatch: Self-adaptive thresholding for semi-supervised learning", ICLR
 * 2023): FixMatch with a threshold that follows the batch's mean confidence, scaled for each class by
 * its running share of predictions, and a fairness term that keeps the predictions of strong views from
 * gathering in few classes.
 *
 * Follows USB's code: threshold and shares move before they are used, and there is no fairness term
 * where no image counts. That term is added with a positive weight, a cross entropy being its negative,
 * so that it grows in training, as in the paper. Classes that nothing is predicted as have no part in it.
 * In ADELLO's fork thresholds begin at 1 (`start`: `ones`).
 *
 * @example Without the fairness term
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { freematch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(freematch({ fairness: 0 }));
 * assert.equal(base.config.momentum, 0.999);
 * ```
 */
export const freematch: Algorithm<FreeMatchOptions> = defineAlgorithm({
  name: "freematch",
  kind: "base",
  paper: "Wang et al., ICLR 2023",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: DEFAULTS,
  docs: {
    lambda: "Weight of the unlabeled loss: w_u in the paper.",
    fairness: "Weight of the fairness term: w_f in the paper.",
    momentum: "Share of the old threshold, class shares and histogram that a step keeps.",
    quantile:
      "The batch's confidence that the threshold moves to: its mean for 0, else this quantile.",
    ceiling: "Most that the global threshold may be; 0.95 on SVHN in USB's code.",
    start:
      "What threshold, shares and histogram are at first: 1 / classes, or 1, as in ADELLO's fork of USB.",
  },
  formulas: {
    mask:
      "θ ← min(ema(θ, mean max q), ceiling); p̃ ← ema(p̃, mean q); h̃ ← ema(h̃, shares of argmax q); m ← m · 1[max q ≥ θ p̃_k ÷ max p̃], k = argmax q",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(argmax q, z(A(u))); fairness = w_f · Σ_k a_k log(b_k + 1e-12), 0 where all m are 0; where w_f = fairness, a ∝ p̃ ÷ h̃; where b ∝ Σ p⁰(A(u)) ÷ counts of argmax p⁰(A(u)), of the u with m > 0",
  },
  check: ({ lambda, fairness, start, ...shares }) =>
    negative({ lambda, fairness }) ?? noneOf("start", start, ["uniform", "ones"]) ??
      outsideUnit({ ...shares }),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: classicBase("freematch"),
  state: ({ start }, { classes }) => {
    const init = start === "ones" ? 1 : "uniform";
    return {
      threshold: { shape: [1], init, logged: true },
      shares: { shape: [classes], init, estimates: "unlabeled" },
      histogram: { shape: [classes], init },
    };
  },
  mask(s, { probs }, m) {
    const { momentum, quantile, ceiling } = s.config, { state } = s;
    const sure = max(probs, 1), labels = argmax(probs, 1), fresh = 1 - momentum;
    const typical = quantile > 0 ? quantileOf(sure, quantile) : mean(sure, 0, { keepAxes: true });
    const seen = mul(histogram(labels, s.data.classes), 1 / sure.size);
    state.threshold = minimum(lerp(state.threshold, typical, fresh), ceiling);
    state.shares = lerp(state.shares, mean(probs, 0), fresh);
    state.histogram = lerp(state.histogram, seen, fresh);
    const thresholds = adaptiveThresholds(state.threshold, state.shares);
    return mul(m, greaterEqual(sure, gather(thresholds, labels)));
  },
  loss(s, t, m): Record<string, Tensor> {
    const { lambda, fairness } = s.config, { shares, histogram: seen } = s.state;
    const { strong } = s.student;
    const learned = consistencyLosses(s, { target: argmax(t.probs, 1), mask: m, lambda });
    if (fairness === 0) return learned;
    const predicted = softmax(concat(strong.map((view) => view.rawLogits()), 0));
    const wanted = scaled(mul(shares, inverse(seen)));
    const term = fairnessTerm(predicted, { wanted, mask: repeatRows(m, strong.length) });
    return { ...learned, fairness: mul(term, fairness) };
  },
});

/** τ p̃ / max p̃, the threshold of each class [classes]. */
export function adaptiveThresholds(threshold: Tensor, shares: Tensor): Tensor {
  return mul(threshold, div(shares, max(shares)));
}

/**
 * Σ a log(b + 1e-12): a is `wanted`, b the mean prediction of the rows that count over the histogram of
 * their classes, scaled to sum 1; 0 where no row counts.
 */
function fairnessTerm(
  predicted: Tensor,
  { wanted, mask }: { readonly wanted: Tensor; readonly mask: Tensor },
): Tensor {
  const counted = above(mask, 0), [rows = 0, classes = 0] = predicted.shape;
  const total = sum(mul(predicted, reshape(counted, [rows, 1])), 0);
  const seen = histogram(argmax(predicted, 1), classes, { weights: counted });
  const spread = scaled(mul(total, inverse(seen)));
  return mul(sum(mul(wanted, log(add(spread, 1e-12)))), minimum(sum(counted), 1));
}

/** 1 / x, 0 where x is 0. */
function inverse(x: Tensor): Tensor {
  return where(x, reciprocal(x), 0);
}

/** Numbers scaled to sum 1; zeros stay. */
function scaled(x: Tensor): Tensor {
  return div(x, maximum(sum(x), 1e-12));
}

/** The number below which a share of numbers lies, between the two nearest ones as PyTorch has it [1]. */
function quantileOf(x: Tensor, share: number): Tensor {
  const place = share * (x.size - 1), below = Math.floor(place);
  const order = topK(x, x.size - below); // from the largest down to the one at `below`
  const at = (rank: number) => {
    const from = x.size - 1 - Math.min(rank, x.size - 1);
    return gather(x, slice(order, { start: from, end: from + 1 }));
  };
  return lerp(at(below), at(below + 1), place - below);
}
