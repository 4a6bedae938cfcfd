import {
  add,
  type Algorithm,
  atLeast,
  concat,
  defineAlgorithm,
  div,
  lerp,
  log,
  matmul,
  max,
  maximum,
  mean,
  mul,
  neg,
  oneHot,
  slice,
  softmax,
  type StateSpec,
  type Step,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { consistencyLosses } from "../shared/consistency.ts";
import { alignUniform, pushMean, uniformState } from "../shared/distribution_alignment.ts";
import {
  MOST_COPIES,
  negative,
  notPositive,
  notWhole,
  outsideUnit,
} from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode comatch}. */
export interface CoMatchOptions {
  /** Confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ_cls in the paper. */
  lambda: number;
  /** Weight of the contrastive loss: λ_ctr in the paper. */
  contrast: number;
  /** How alike two pseudo-labels are that the graph joins, from 0 to 1: T in the paper. */
  cutoff: number;
  /** Divides similarities of embeddings: t in the paper. */
  temperature: number;
  /** Share of the prediction itself in a smoothed pseudo-label: α in the paper. */
  alpha: number;
  /** Images that are remembered, labeled and unlabeled ones; 5 batches in USB's configurations. */
  queue: number;
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Length of an embedding. */
  width: number;
  /** Projectors whose mean is the embedding; 3 in USB's configurations (`use_epass`). */
  projectors: number;
}

/**
 * CoMatch (Li, Xiong and Hoi, "CoMatch: Semi-supervised learning with contrastive graph
 * regularization", ICCV 2021): pseudo-labels are smoothed by those of the remembered images with the
 * nearest embeddings, and the embeddings of two strong views learn the graph that the pseudo-labels make.
 *
 * Follows USB's code: predictions are aligned to the uniform distribution first; memory holds them before
 * they are smoothed, beside the labels; it is used from the second epoch on, once it is full.
 *
 * @example Smaller embeddings
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { comatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(comatch({ width: 32 }));
 * assert.equal(base.config.alpha, 0.9);
 * ```
 */
export const comatch: Algorithm<CoMatchOptions> = defineAlgorithm({
  name: "comatch",
  kind: "base",
  paper: "Li et al., ICCV 2021",
  provides: ["labeled-logits", "labeled-weights", "pseudo-labels", "guesses-apart", "mask"],
  defaults: {
    threshold: 0.95,
    lambda: 1,
    contrast: 1,
    cutoff: 0.8,
    temperature: 0.2,
    alpha: 0.9,
    queue: 2560,
    batches: 32,
    width: 64,
    projectors: 3,
  },
  docs: {
    threshold: "Confidence from which a pseudo-label counts: τ in the paper.",
    lambda: "Weight of the unlabeled loss: λ_cls in the paper.",
    contrast: "Weight of the contrastive loss: λ_ctr in the paper.",
    cutoff: "How alike two pseudo-labels are that the graph joins, from 0 to 1: T in the paper.",
    temperature: "Divides similarities of embeddings: t in the paper.",
    alpha: "Share of the prediction itself in a smoothed pseudo-label: α in the paper.",
    queue:
      "Images that are remembered, labeled and unlabeled ones; 5 batches in USB's configurations.",
    batches: "Batches whose mean prediction is aligned.",
    width: "Length of an embedding.",
    projectors: "Projectors whose mean is the embedding; 3 in USB's configurations (`use_epass`).",
  },
  formulas: {
    pseudoLabel:
      "q ← align(q, 1/C, q̄), soft; e > 0, once the memory is full: q' ← alpha · q + (1 − alpha) · softmax(g(α(u)) Gᵀ ÷ temperature) L; the oldest rows of G, L ← g(α(u)), q and g(α(x)), y; q ← q'; where g is the projected embedding, q̄ the mean of q over the last batches, this one too",
    mask: "m ← m · 1[max q ≥ τ]",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q, z(A₁(u))); contrast = λ_ctr · mean_i −Σ_j W_ij log(B_ij + 1e-7); where W_ij ∝ q_i · q_j, 1 for i = j, 0 below cutoff; where B = softmax(g(A₁(u)) g(A₂(u))ᵀ ÷ temperature)",
  },
  smoke: { epochSteps: 10, "comatch.queue": 32, "comatch.threshold": 0.2 },
  check: ({ threshold, cutoff, alpha, lambda, contrast, temperature, projectors, ...sizes }) =>
    outsideUnit({ threshold, cutoff, alpha }) ?? negative({ lambda, contrast }) ??
      notPositive({ temperature }) ?? notWhole({ projectors }, 1, MOST_COPIES) ??
      notWhole({ ...sizes }),
  needs: ({ width, projectors }, { features }) => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "strong", "strong"] },
    heads: {
      projector: {
        classes: width,
        parameterName: "mlp_proj",
        projector: { hidden: features, norm: false, copies: projectors },
      },
    },
  }),
  recipe: classicBase("comatch"),
  state: ({ queue, batches, width }, { classes }) => ({
    ...uniformState(batches, classes),
    embeddings: { shape: [queue, width] },
    labels: { shape: [queue, classes] },
  }),
  pseudoLabel(s, t) {
    const { bank, held } = pushMean(s.state, t.probs), { y } = s.batch.labeled;
    s.state.bank = bank;
    s.state.held = held;
    const own = s.student.weak[0]!.logits("projector"); // needs ask for it, as for the labeled view
    const known = s.student.labeled[0]!.logits("projector");
    const aligned = alignUniform({ bank, held }, t.probs);
    const probs = smoothed(s, aligned, own);
    s.state.embeddings = appended(s.state.embeddings, [own, known]);
    s.state.labels = appended(s.state.labels, [aligned, oneHot(y, s.data.classes)]);
    return { probs, form: "soft" };
  },
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const { lambda, contrast, cutoff, temperature } = s.config;
    const [first, second] = s.student.strong.map((view) => view.logits("projector"));
    const alike = softmax(similarities(first!, second!, temperature)); // needs ask for both
    const graph = labelGraph(t.probs, cutoff);
    const each = sum(mul(graph, log(add(alike, 1e-7))), 1);
    return {
      ...consistencyLosses(s, { target: t.probs, mask: m, lambda, views: 1 }),
      contrast: mul(neg(mean(each)), contrast),
    };
  },
});

type CoMatchStep = Step<CoMatchOptions, Record<"embeddings" | "labels", StateSpec>>;

/** Pseudo-labels blended with those of the nearest remembered images, once there are enough. */
function smoothed({ config, state, progress, batch }: CoMatchStep, p: Tensor, own: Tensor): Tensor {
  const images = batch.labeled.y.size + batch.unlabeled.index.size;
  if (progress.epoch === 0 || progress.step <= config.queue / images) return p;
  const near = softmax(similarities(own, state.embeddings, config.temperature));
  return lerp(matmul(near, state.labels), p, config.alpha);
}

/** A queue with rows behind it, from which as many of the oldest have fallen out. */
function appended(queue: Tensor, rows: readonly Tensor[]): Tensor {
  const all = concat([queue, ...rows], 0);
  return slice(all, { start: all.shape[0]! - queue.shape[0]! }); // both have rows
}

/** Cosines of unit vectors over the temperature. */
function similarities(a: Tensor, b: Tensor, temperature: number): Tensor {
  return mul(matmul(a, b, { transposeB: true }), 1 / temperature);
}

/**
 * The graph of pseudo-labels: p · p' of two images, 1 of an image with itself, 0 below the cut-off; rows
 * are scaled to sum 1 [batch, batch].
 */
export function labelGraph(probs: Tensor, cutoff: number): Tensor {
  const rows = probs.shape[0]!; // probabilities have a batch axis
  const places = Int32Array.from({ length: rows }, (_, i) => i);
  const self = oneHot(probs.device.tensor(places, [rows], "i32"), rows);
  const products = maximum(matmul(probs, probs, { transposeB: true }), self);
  const joined = mul(products, atLeast(products, cutoff));
  return div(joined, sum(joined, 1, { keepAxes: true }));
}
