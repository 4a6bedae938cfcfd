import {
  add,
  div,
  exp,
  log,
  mul,
  neg,
  reciprocal,
  sub,
  sum,
  type Tensor,
} from "../../../core/mod.ts";
import { columnExponentsKernel, columnTopKernel } from "../../../kernels/column_scaling.ts";
import { linearGrid } from "../../../kernels/kernel.ts";

const EPSILON = 1e-6;

/** What {@linkcode removeNoise} finds. */
export interface NoiseRemoval {
  /** 1 for the labels that are kept [images, classes]. */
  readonly kept: Tensor;
  /** Weight of each class's labels, ω [classes]. */
  readonly weights: Tensor;
}

/**
 * Keeps the ⌊α c_k⌋ most probable images of each class and weighs them so that they add up to c_k
 * (Kim et al., "DARP", NeurIPS 2020, section 3.3).
 *
 * @param probs Raw pseudo-labels of all images [images, classes].
 * @param target Images of each class, c.
 * @param alpha How many times the target is kept.
 */
export function removeNoise(probs: Tensor, target: readonly number[], alpha: number): NoiseRemoval {
  const { device, shape: [rows = 0, classes = 0] } = probs;
  const limits = device.tensor(target.map((n) => Math.floor(alpha * n)), [classes]);
  const kept = device.empty(probs.shape);
  device.dispatch(
    columnTopKernel(),
    { x: probs, limits, chosen: kept },
    { rows, columns: classes },
    linearGrid(classes),
  );
  const c = device.tensor(target, [classes]);
  const weights = div(add(c, EPSILON), add(sum(mul(probs, kept), 0), EPSILON));
  return { kept, weights };
}

/** Settings of {@linkcode refineLabels}. */
export interface RefineOptions {
  /** Images of each class, c. */
  readonly target: readonly number[];
  readonly alpha: number;
  /** Repetitions of the outer loop. */
  readonly rounds: number;
}

/**
 * DARP's refined pseudo-labels (Kim et al., "Distribution aligning refinery of pseudo-label for
 * imbalanced semi-supervised learning", NeurIPS 2020, algorithm 1): after the removal of noise the
 * labels nearest to the raw ones, images weighted by the inverse of their entropy, whose rows add up
 * to 1 and whose columns to the target.
 *
 * DASO's code solves each class's equation by the secant method to 0.1; here it is solved to the
 * digits of a float, which changes labels by some 1e-5.
 */
export function refineLabels(
  probs: Tensor,
  { target, alpha, rounds }: RefineOptions,
): Tensor {
  const { device, shape: [rows = 0, classes = 0] } = probs;
  return device.scope(() => {
    const { kept, weights } = removeNoise(probs, target, alpha);
    const weighed = add(mul(mul(probs, kept), weights), EPSILON);
    const clean = div(weighed, sum(weighed, 1, { keepAxes: true }));
    const entropy = neg(sum(mul(clean, log(add(clean, EPSILON))), 1, { keepAxes: true }));
    const a = mul(clean, Math.exp(-1)), c = device.tensor(target, [classes]);
    let nu = device.tensor(new Float32Array(classes).fill(1), [classes]);
    const scaled = () => mul(a, exp(sub(0, mul(entropy, nu))));
    for (let round = 0; round < rounds; round++) {
      nu = device.scope(() => {
        const x = reciprocal(sum(scaled(), 1)), next = device.empty([classes]);
        const args = { a, x, h: entropy, c, start: nu, nu: next };
        const sizes = { rows, columns: classes };
        device.dispatch(columnExponentsKernel(), args, sizes, linearGrid(classes));
        return next;
      });
    }
    const all = scaled();
    return div(all, sum(all, 1, { keepAxes: true }));
  });
}
