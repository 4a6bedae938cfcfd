import {
  add,
  type Algorithm,
  argmax,
  argmin,
  atLeast,
  cosineLogits,
  crossEntropy,
  defineAlgorithm,
  div,
  enqueue,
  log,
  matmul,
  max,
  maximum,
  mul,
  neg,
  oneHot,
  queueMeans,
  softmax,
  sqrt,
  square,
  type StateSpec,
  type Step,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../../core/mod.ts";
import { dasoBase } from "../recipes/daso_methods.ts";
import { notWhole } from "../shared/option_checks.ts";

/** Options of {@linkcode usadtm}. */
export interface UsadtmOptions {
  /** Feature vectors kept of a class, for each of its labeled images. */
  queue: number;
  /** Steps before the first pseudo-label. */
  warmup: number;
  /** Cosine from which a pseudo-label counts. */
  threshold: number;
  /** Weight of the pseudo-label loss. */
  lambda: number;
  /** Weight of the clustering loss. */
  clustering: number;
}

/**
 * USADTM (Han et al., "Unsupervised semantic aggregation and deformable template matching for
 * semi-supervised learning", NeurIPS 2020): the mutual information of the predictions of three views
 * is raised for each pair of them; an unlabeled image gets the class whose template, the mean of
 * labeled features, is the nearest by cosine and by Euclidean distance.
 *
 * Follows DASO's code, which keeps 5 N_k features of class k and compares USADTM with itself only in
 * the paper: as released it does not start. The clustering term counts from the first step.
 *
 * @example A looser match of templates
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { usadtm } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(usadtm({ threshold: 0.7 }));
 * assert.equal(base.config.warmup, 500);
 * ```
 */
export const usadtm: Algorithm<UsadtmOptions> = defineAlgorithm({
  name: "usadtm",
  kind: "base",
  paper: "Han et al., NeurIPS 2020",
  provides: ["labeled-logits", "labeled-weights", "mask"],
  defaults: { queue: 5, warmup: 500, threshold: 0.85, lambda: 1, clustering: 0.1 },
  docs: {
    queue: "Feature vectors kept of a class, for each of its labeled images.",
    warmup: "Steps before the first pseudo-label.",
    threshold: "Cosine from which a pseudo-label counts.",
    lambda: "Weight of the pseudo-label loss.",
    clustering: "Weight of the clustering loss.",
  },
  formulas: {
    pseudoLabel:
      "q ← one-hot argmax_k cos(f(α(u)), c_k); where c_k is the mean of the last queue · N_k features f(α(x)) of class k",
    mask:
      "m ← m · 1[max_k cos(f(α(u)), c_k) ≥ threshold] · 1[argmin_k ‖f(α(u)) − c_k‖ = q̂]; t < warmup: m ← 0",
    loss:
      "labeled = mean w · H(y, z(α(x))); clustering = clustering · mean −I(p(v), p(v')) over the pairs of u, α(u), A(u); unlabeled = λ · mean m · H(q̂, z(A(u))); where I = Σ J_kl log(J_kl ÷ (J_k· J_·l)), J ∝ p(v)ᵀ p(v') + p(v')ᵀ p(v)",
  },
  starts: ({ warmup: after }) => [{ does: "learns pseudo-labels", after, by: "usadtm.warmup" }],
  smoke: { "usadtm.warmup": 8, "usadtm.threshold": -1 },
  check: ({ queue }) => notWhole({ queue }),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["identity", "weak", "strong"] } }),
  recipe: dasoBase("usadtm"),
  state: ({ queue }, { classes, counts, features }) => ({
    queue: { shape: [classes, queue * Math.max(...counts), features] },
    held: { shape: [classes] },
  }),
  pseudoLabel(s) {
    const { counts, classes } = s.data, { y } = s.batch.labeled;
    const limits = s.prior.device.tensor(counts.map((n) => s.config.queue * n), [classes]);
    const own = { vectors: s.state.queue, held: s.state.held };
    const queue = enqueue(own, s.student.labeled[0]!.features, { y, limits }); // needs ask for it
    s.state.queue = queue.vectors;
    s.state.held = queue.held;
    return { probs: oneHot(argmax(cosines(s), 1), classes), form: "hard" };
  },
  mask(s, t, m) {
    if (s.progress.step < s.config.warmup) return mul(m, 0);
    const features = s.student.weak[0]!.features, templates = templatesOf(s); // needs ask for it
    const distances = euclideanDistances(features, templates);
    const nearest = oneHot(argmin(distances, 1), s.data.classes);
    const sure = atLeast(max(cosines(s), 1), s.config.threshold);
    return mul(mul(m, sure), sum(mul(nearest, t.probs), 1));
  },
  loss(s, t, m) {
    const { labeled, identity, weak, strong } = s.student;
    const views = [identity, weak, strong].map(([view]) => softmax(view!.logits())); // needs ask for it
    const pairs = [[0, 1], [0, 2], [1, 2]] as const;
    const information = pairs.map(([a, b]) => negativeInformation(views[a]!, views[b]!)); // of three
    return {
      labeled: crossEntropy(labeled[0]!.logits(), s.batch.labeled.y, {
        weights: s.weights("labeled"),
      }),
      clustering: mul(information.reduce(add), s.config.clustering / pairs.length),
      unlabeled: mul(
        crossEntropy(strong[0]!.logits(), argmax(t.probs, 1), { weights: m }),
        s.config.lambda,
      ),
    };
  },
});

type UsadtmStep = Step<UsadtmOptions, Record<"queue" | "held", StateSpec>>;

function templatesOf({ state: { queue, held } }: UsadtmStep): Tensor {
  return queueMeans({ vectors: queue, held });
}

function cosines(s: UsadtmStep): Tensor {
  return cosineLogits(s.student.weak[0]!.features, templatesOf(s)); // needs ask for it
}

/** ‖f − c‖ of features [batch, features] and templates [classes, features]: [batch, classes]. */
export function euclideanDistances(features: Tensor, templates: Tensor): Tensor {
  const products = matmul(features, templates, { transposeB: true });
  const own = sum(square(features), 1, { keepAxes: true });
  const squares = sub(add(own, sum(square(templates), 1)), mul(products, 2));
  return sqrt(maximum(squares, 0)); // rounding may leave less than nothing
}

/**
 * −I of the classes of two views: with J = (SᵀS' + S'ᵀS) scaled to sum 1,
 * −Σ J (log J − log Σ_col J − log Σ_row J) (Ji et al., "Invariant information clustering", ICCV 2019).
 */
export function negativeInformation(a: Tensor, b: Tensor): Tensor {
  const one = matmul(a, b, { transposeA: true });
  const both = add(one, transpose(one));
  const joint = maximum(div(both, sum(both)), 2.22e-16);
  const rows = log(sum(joint, 1, { keepAxes: true }));
  const columns = log(sum(joint, 0, { keepAxes: true }));
  return neg(sum(mul(joint, sub(sub(log(joint), rows), columns))));
}
