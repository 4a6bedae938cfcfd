import {
  add,
  type Algorithm,
  atLeast,
  crossEntropy,
  defineAlgorithm,
  detach,
  div,
  gather,
  l2Normalize,
  lerp,
  matmul,
  max,
  mul,
  type NetworkName,
  oneHot,
  scatterRows,
  softmax,
  type StateSpec,
  type Step,
  sum,
  type Tensor,
  transpose,
} from "../../core/mod.ts";
import { consistencyLosses } from "../shared/consistency.ts";
import { alignUniform, pushMean, uniformState } from "../shared/distribution_alignment.ts";
import {
  MOST_COPIES,
  negative,
  noneOf,
  notPositive,
  notWhole,
  outsideUnit,
} from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode simmatch}. */
export interface SimMatchOptions {
  /** Confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ_u in the paper. */
  lambda: number;
  /** Weight of the loss of similarities to labeled images: λ_in in the paper. */
  instance: number;
  /** Divides similarities of embeddings: t in the paper. */
  temperature: number;
  /** Share of the prediction itself in a pseudo-label: α in the paper. */
  alpha: number;
  /** Share of the old embedding of a labeled image that a step keeps; 0 on large sets in USB's code. */
  momentum: number;
  /** Whose embeddings of labeled images are kept; the average's on large sets in USB's code. */
  network: NetworkName;
  /**
   * What is scaled to length 1 where an embedding moves: `each` embedding, or each coordinate over the
   * `batch`, a slip of USB's code.
   */
  scale: "each" | "batch";
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Length of an embedding. */
  width: number;
  /** Projectors whose mean is the embedding; 3 in USB's configurations (`use_epass`). */
  projectors: number;
}

/**
 * SimMatch (Zheng et al., "SimMatch: Semi-supervised learning with similarity matching", CVPR 2022): an
 * unlabeled image's similarities to all labeled images are pulled together between its views, weighed by
 * how probable each one's class is; summed up by class they take part in the pseudo-label.
 *
 * Follows USB's code: predictions are aligned to the uniform distribution first, by the student, and
 * similarities count from the second epoch on. Its bank starts with random vectors of class 0; here a
 * labeled image that was not drawn yet has no class and is as near as a vector at right angles. Images
 * that a later phase labels have no place in the bank. USB's code scales each coordinate over the batch
 * to length 1, which is a slip (`scale`: `batch`); here each embedding is.
 *
 * @example The bank of large data sets
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { simmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(simmatch({ network: "average", momentum: 0 }));
 * assert.equal(base.config.temperature, 0.1);
 * ```
 */
export const simmatch: Algorithm<SimMatchOptions> = defineAlgorithm({
  name: "simmatch",
  kind: "base",
  paper: "Zheng et al., CVPR 2022",
  provides: ["labeled-logits", "labeled-weights", "pseudo-labels", "guesses-apart", "mask"],
  defaults: {
    threshold: 0.95,
    lambda: 1,
    instance: 1,
    temperature: 0.1,
    alpha: 0.9,
    momentum: 0.7,
    network: "student",
    scale: "each",
    batches: 32,
    width: 128,
    projectors: 3,
  } as SimMatchOptions,
  docs: {
    threshold: "Confidence from which a pseudo-label counts: τ in the paper.",
    lambda: "Weight of the unlabeled loss: λ_u in the paper.",
    instance: "Weight of the loss of similarities to labeled images: λ_in in the paper.",
    temperature: "Divides similarities of embeddings: t in the paper.",
    alpha: "Share of the prediction itself in a pseudo-label: α in the paper.",
    momentum:
      "Share of the old embedding of a labeled image that a step keeps; 0 on large sets in USB's code.",
    network:
      "Whose embeddings of labeled images are kept; the average's on large sets in USB's code.",
    scale:
      "What is scaled to length 1 where an embedding moves: `each` embedding, or each coordinate over the `batch`, a slip of USB's code.",
    batches: "Batches whose mean prediction is aligned.",
    width: "Length of an embedding.",
    projectors: "Projectors whose mean is the embedding; 3 in USB's configurations (`use_epass`).",
  },
  formulas: {
    pseudoLabel:
      "q ← align(q, 1/C, q̄), soft; e > 0: q ← alpha · q + (1 − alpha) · softmax(g(α(u)) Gᵀ ÷ temperature) L; where g is the projected embedding, q̄ the mean of q over the last batches, this one too",
    mask: "m ← m · 1[max q ≥ τ]",
    loss:
      "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q, z(A(u))); e > 0: instance = λ_in · mean H(r, g(A(u)) Gᵀ ÷ temperature); where r_i ∝ softmax(g(α(u)) Gᵀ ÷ temperature)_i · align(p(α(u)), 1/C, q̄)_yᵢ",
    priorUpdate:
      "G_i ← ema(G_i, g(α(x_i))), scaled to length 1; L_i ← y_i, of the labeled images i of the batch",
  },
  starts: (
    _,
    { epochSteps: after },
  ) => [{ does: "compares images with labeled ones", after, by: "epochSteps" }],
  smoke: { epochSteps: 10, "simmatch.threshold": 0.2 },
  check: ({ threshold, alpha, momentum, lambda, instance, temperature, ...rest }) =>
    outsideUnit({ threshold, alpha, momentum }) ?? negative({ lambda, instance }) ??
      notPositive({ temperature }) ?? noneOf("network", rest.network, ["student", "average"]) ??
      noneOf("scale", rest.scale, ["each", "batch"]) ??
      notWhole({ projectors: rest.projectors }, 1, MOST_COPIES) ??
      notWhole({ batches: rest.batches, width: rest.width }),
  needs: ({ width, projectors, network }, { features }) => ({
    views: { labeled: ["weak"], unlabeled: ["weak", "strong"] },
    ...(network === "average" ? { passes: [{ net: "average", inputs: ["labeled"] }] } : {}),
    heads: {
      projector: {
        classes: width,
        parameterName: "mlp_proj",
        projector: { hidden: features, norm: false, copies: projectors },
      },
    },
  }),
  recipe: classicBase("simmatch"),
  state: ({ batches, width }, { classes, labeled }) => ({
    ...uniformState(batches, classes),
    embeddings: { shape: [labeled, width] },
    labels: { shape: [labeled, classes] },
  }),
  pseudoLabel(s, t) {
    const { bank, held } = pushMean(s.state, t.probs);
    s.state.bank = bank;
    s.state.held = held;
    labeledEmbeddings(s); // made now, before the update changes the projector, and kept
    const probs = alignUniform({ bank, held }, t.probs);
    if (s.progress.epoch === 0) return { probs, form: "soft" };
    const byClass = matmul(softmax(similarities(s, "weak")), s.state.labels);
    return { probs: lerp(byClass, probs, s.config.alpha), form: "soft" };
  },
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m): Record<string, Tensor> {
    const { lambda, instance } = s.config;
    const learned = consistencyLosses(s, { target: t.probs, mask: m, lambda });
    if (s.progress.epoch === 0) return learned;
    const own = crossEntropy(similarities(s, "strong"), unfolded(s));
    return { ...learned, instance: mul(own, instance) };
  },
  priorUpdate(s) {
    const { index, y } = s.batch.labeled, { momentum, scale } = s.config;
    const before = gather(s.state.embeddings, index);
    const moved = lerp(labeledEmbeddings(s), before, momentum);
    const rows = scale === "each" ? l2Normalize(moved) : transpose(l2Normalize(transpose(moved)));
    s.state.embeddings = scatterRows(s.state.embeddings, index, rows);
    s.state.labels = scatterRows(s.state.labels, index, oneHot(y, s.data.classes));
  },
});

type SimMatchStep = Step<
  SimMatchOptions,
  Record<"bank" | "held" | "embeddings" | "labels", StateSpec>
>;

/** Embeddings of the labeled images that the bank takes in [batch, width]. */
function labeledEmbeddings(s: SimMatchStep): Tensor {
  const { labeled: [view] } = s.config.network === "average" ? s.average : s.student;
  return view!.logits("projector"); // needs ask for it
}

/** Cosines with the bank over the temperature [batch, labeled]. */
function similarities(s: SimMatchStep, view: "weak" | "strong"): Tensor {
  const own = s.student[view][0]!.logits("projector"); // needs ask for it
  const cosines = matmul(own, s.state.embeddings, { transposeB: true });
  return mul(cosines, 1 / s.config.temperature);
}

/**
 * Similarities of the weak view, each multiplied by the probability of the labeled image's class, rows
 * scaled to sum 1 (unfolding) [batch, labeled]; without gradient.
 */
function unfolded(s: SimMatchStep): Tensor {
  const probs = alignUniform(s.state, softmax(detach(s.student.weak[0]!.logits()))); // needs ask for it
  const near = softmax(detach(similarities(s, "weak")));
  const weighed = mul(near, matmul(probs, s.state.labels, { transposeB: true }));
  return div(weighed, add(sum(weighed, 1, { keepAxes: true }), 1e-30)); // none where no class is known
}
