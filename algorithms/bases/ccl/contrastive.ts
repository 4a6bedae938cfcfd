import {
  add,
  crossEntropy,
  type Device,
  div,
  exp,
  log,
  matmul,
  mean,
  mul,
  neg,
  oneHot,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
} from "../../../core/mod.ts";

/** What labels are passed on from: unit vectors and their classes. */
export interface Support {
  /** [rows, length]. */
  readonly embeddings: Tensor;
  /** Class weights of each row [rows, classes]. */
  readonly labels: Tensor;
}

/** Settings of {@linkcode smoothedLabels}. */
export interface SmoothingSettings {
  /** What products are divided by. */
  readonly temperature: number;
  /** Share that comes from the neighbours: a. */
  readonly spread: number;
  /** Added to the logarithm of what the support says of each class [classes]. */
  readonly offsets?: Tensor;
}

/** What the neighbours' sum may lack. */
const REST = 1e-8;

/**
 * Labels of unit vectors u [batch, length] by their likeness to a support and to each other (Zhou et al.,
 * NeurIPS 2024, equations 16 to 18): R = (1 − a)(I − a S)⁻¹ P with S = softmax(u uᵀ) and, for a support
 * of embeddings l and labels Y, P = softmax(log(exp(u lᵀ / T) Y / column sums of Y) + offsets).
 *
 * The inverse is summed up, R ← (1 − a) P + a S R: each turn leaves a times the error of the one before.
 *
 * @returns [batch, classes], rows of sum 1.
 */
export function smoothedLabels(
  u: Tensor,
  { embeddings, labels }: Support,
  { temperature, spread, offsets }: SmoothingSettings,
): Tensor {
  const likeness = exp(mul(matmul(u, embeddings, { transposeB: true }), 1 / temperature));
  const near = div(matmul(likeness, labels), sum(labels, 0, { keepAxes: true }));
  const given = offsets
    ? softmax(add(log(near), offsets))
    : div(near, sum(near, 1, { keepAxes: true }));
  if (spread === 0) return given;
  const neighbours = softmax(matmul(u, u, { transposeB: true }));
  const own = mul(given, 1 - spread), turns = Math.ceil(Math.log(REST) / Math.log(spread));
  let labelsOfU = given;
  for (let i = 0; i < turns; i++) {
    labelsOfU = add(own, mul(matmul(neighbours, labelsOfU), spread));
  }
  return labelsOfU;
}

/** Cross entropy of label rows: −mean_i Σ_c a_ic log b_ic. */
export function labelEntropy(a: Tensor, b: Tensor): Tensor {
  return neg(mean(sum(mul(a, log(b)), 1)));
}

/**
 * Supervised contrastive loss with soft labels (Zhou et al., NeurIPS 2024, equation 12 in the code's form):
 * row i is classified by l_ic = log(Σ_{j≠i} exp(v_i v_j / T) V_jc / (Σ_j V_jc − V_ic)); the loss is the
 * weighted mean cross entropy of softmax(l_i) and V_i over all rows but the first ones, the class centres.
 *
 * @param rows Unit vectors v [rows, length], the centres first.
 * @param labels V [rows, classes]; a row of zeros takes no part.
 * @param options `weights` of the rows behind the centres; ones if not given.
 */
export function softContrastiveLoss(
  rows: Tensor,
  labels: Tensor,
  { centres, temperature, weights }: {
    readonly centres: number;
    readonly temperature: number;
    readonly weights?: Tensor;
  },
): Tensor {
  const { device, shape: [n = 0] } = rows;
  const others = sub(
    1,
    oneHot(device.tensor(Int32Array.from({ length: n }, (_, i) => i), [n], "i32"), n),
  );
  const likeness = mul(
    exp(mul(matmul(rows, rows, { transposeB: true }), 1 / temperature)),
    others,
  );
  const left = sub(sum(labels, 0, { keepAxes: true }), labels);
  const logits = log(div(matmul(likeness, labels), left));
  const learned = { start: centres };
  return crossEntropy(slice(logits, learned), slice(labels, learned), {
    reduction: "weightedMean",
    ...(weights ? { weights } : {}),
  });
}

/** Label rows of class centres: every centre belongs to every class, as in the released code. */
export function centreLabels(device: Device, classes: number): Tensor {
  return device.tensor(new Float32Array(classes ** 2).fill(1), [classes, classes]);
}
