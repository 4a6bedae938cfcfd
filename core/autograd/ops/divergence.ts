import {
  klBackwardKernel,
  klKernel,
  l2NormalizeBackwardKernel,
  l2NormalizeKernel,
  type TargetForm,
} from "../../../kernels/divergence.ts";
import { rowGrid } from "../../../kernels/row.ts";
import { sameShape } from "../shape.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import { matmul } from "./matmul.ts";
import { mul, square, sub } from "./pointwise.ts";
import { mean, sum } from "./reduce.ts";
import { reduceRun } from "./reduce_run.ts";
import { rowsOf } from "./softmax.ts";

/** How the numbers of rows are reduced to one: their mean, their sum, or not at all. */
export type RowReduction = "mean" | "sum" | "none";

/**
 * Kullback–Leibler divergence of a softmax from a wanted distribution, along the last axis:
 * `KL(p ‖ softmax(logits)) = Σ_k p_k (log p_k − log softmax(logits)_k)`. Probabilities of 0 add
 * nothing. Gradients go to both; pass `detach(target)` if the target is a constant.
 *
 * @param target Probabilities, or logits whose softmax is wanted (`target: "logits"`), `[..., C]`.
 * @param logits Of the shape of the target.
 * @param options `reduction` over rows is `mean` by default; `none` gives `[...]`.
 * @throws {TypeError} If the shapes differ or have no axis.
 *
 * @example A distribution does not diverge from itself
 * ```ts
 * import { klDivergence, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const z = device.tensor([1, 2, 3], [1, 3]);
 * const kl = klDivergence(z, z, { target: "logits" });
 * assert.ok(Math.abs((await device.read(kl))[0]!) < 1e-6);
 * device.destroy();
 * ```
 */
export function klDivergence(
  target: Tensor,
  logits: Tensor,
  { target: given = "probabilities", reduction = "mean" }: {
    readonly target?: TargetForm;
    readonly reduction?: RowReduction;
  } = {},
): Tensor {
  requireSame("klDivergence", target, logits);
  const { rows, length, form } = rowsOf("klDivergence", logits);
  const { device } = logits;
  const grid = rowGrid(rows, form);
  const each = device.empty(logits.shape.slice(0, -1));
  const operands = { a: target, b: logits };
  device.dispatch(klKernel(given, form), { ...operands, loss: each }, { rows, length }, grid);
  const scale = reduction === "mean" ? 1 / Math.max(rows, 1) : 1;
  const y = reduction === "none" ? each : reduceRun(each, {
    reduction: "sum",
    outer: 1,
    length: rows,
    inner: 1,
    scale,
  }).view([]);
  return record(
    "klDivergence",
    [target, logits],
    y,
    [target, logits],
    (dy, { needs }) =>
      (["a", "b"] as const).map((input, i) => {
        if (!needs(i)) return undefined;
        const dx = device.empty(logits.shape);
        const kernel = klBackwardKernel(given, { input, each: reduction === "none", form });
        device.dispatch(kernel, { ...operands, dy, dx }, { rows, length, scale }, grid);
        return dx;
      }),
  );
}

/**
 * Squared distance `(a − b)²` of tensors that broadcast, averaged over all elements by default; the
 * distance of two softmaxes is `mse(softmax(a), softmax(b))`.
 */
export function mse(
  a: Tensor,
  b: Tensor,
  { reduction = "mean" }: { readonly reduction?: RowReduction } = {},
): Tensor {
  const squares = square(sub(a, b));
  return reduction === "none" ? squares : reduction === "sum" ? sum(squares) : mean(squares);
}

/**
 * Rows of unit length, `x / max(‖x‖, eps)` along the last axis; `eps` is 1e-12 by default.
 *
 * @throws {TypeError} If `x` has no axis.
 */
export function l2Normalize(x: Tensor, { eps = 1e-12 }: { readonly eps?: number } = {}): Tensor {
  const { rows, length, form } = rowsOf("l2Normalize", x);
  const { device } = x;
  const uniforms = { rows, length, eps }, grid = rowGrid(rows, form);
  const y = device.empty(x.shape), divisor = device.empty([rows]);
  device.dispatch(l2NormalizeKernel(form), { x, y, divisor }, uniforms, grid);
  return record("l2Normalize", [x], y, [y, divisor], (dy) => {
    const dx = device.empty(x.shape);
    device.dispatch(l2NormalizeBackwardKernel(form), { dy, y, divisor, dx }, uniforms, grid);
    return [dx];
  }, { eps });
}

/**
 * Cosines of the angles between features and prototypes, divided by a temperature. A zero vector
 * has cosine 0 with all others.
 *
 * @param features `[B, D]`.
 * @param prototypes `[C, D]`.
 * @param options `temperature` is 1 by default; lengths below `eps`, 1e-8 by default, count as `eps`.
 * @returns `[B, C]`.
 * @throws {TypeError} If the sizes do not fit.
 */
export function cosineLogits(
  features: Tensor,
  prototypes: Tensor,
  { temperature = 1, eps = 1e-8 }: { readonly temperature?: number; readonly eps?: number } = {},
): Tensor {
  if (!(temperature > 0)) {
    throw new RangeError(`Cannot divide cosines by temperature ${temperature}: it must be above 0`);
  }
  const cosines = matmul(l2Normalize(features, { eps }), l2Normalize(prototypes, { eps }), {
    transposeB: true,
  });
  return temperature === 1 ? cosines : mul(cosines, 1 / temperature);
}

function requireSame(name: string, a: Tensor, b: Tensor): void {
  requireFloat(name, a);
  requireFloat(name, b);
  if (!sameShape(a.shape, b.shape)) {
    throw new TypeError(`Cannot apply ${name} to ${a} and ${b}: their shapes differ`);
  }
}
