import { finiteKernel } from "../../../kernels/reduce.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { map, requireFloat } from "./apply.ts";
import { max } from "./extreme.ts";
import { add, clamp, div, exp, log, mul, square, sub } from "./pointwise.ts";
import {
  type Axes,
  countOver,
  keptShape,
  leftShape,
  normalizeAxes,
  type ReduceOptions,
  reduceOver,
} from "./reduce_axes.ts";
import { expand } from "./strided.ts";

/**
 * Sum over axes, in a fixed order: the same adapter gives the same bits.
 *
 * @example Sums of rows
 * ```ts
 * import { requestDevice, sum } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const rows = sum(device.tensor([1, 2, 3, 4], [2, 2]), -1);
 * assert.deepEqual([...await device.read(rows)], [3, 7]);
 * device.destroy();
 * ```
 */
export function sum(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return scaledSum("sum", x, axes, { ...options, divide: false });
}

/** Arithmetic mean over axes. Throws a RangeError over no elements. */
export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return scaledSum("mean", x, axes, { ...options, divide: true });
}

/**
 * Mean squared distance from the mean, over axes: `Σ (x − mean)² / (n − correction)`, in two passes,
 * so that it keeps its digits where the mean is far from 0.
 *
 * @param options `correction` is 0 by default; 1 gives the unbiased estimate.
 */
export function variance(
  x: Tensor,
  axes?: Axes,
  { correction = 0, ...options }: ReduceOptions & { readonly correction?: number } = {},
): Tensor {
  const n = countOver(x, normalizeAxes(axes, x));
  const squares = square(sub(x, mean(x, axes, { keepAxes: true })));
  if (correction === 0) return mean(squares, axes, options);
  return mul(sum(squares, axes, options), 1 / (n - correction));
}

/** Euclidean norm over axes, `√Σ x²`; the gradient at 0 is 0. */
export function norm(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  requireFloat("norm", x);
  const over = normalizeAxes(axes, x);
  const kept = keptShape(x, over);
  const y = map("sqrt", { x: reduceOver("sumSquares", x, over) }, "sqrt(x)");
  const result = y.view(options.keepAxes ? kept : leftShape(x, over));
  return record("norm", [x], result, [x, y], (dy) => {
    const share = map("d norm", { dy, y }, "select(T(0), dy / y, y > T(0))");
    return [mul(x, share.view(kept))];
  });
}

/** `log Σ eˣ` over axes, safe for large numbers. The gradient is the softmax over those axes. */
export function logSumExp(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  requireFloat("logSumExp", x);
  const over = normalizeAxes(axes, x);
  const kept = keptShape(x, over);
  const [y, top, total] = x.device.noGrad(() => {
    // Infinities would meet as ∞ − ∞.
    const top = clamp(max(x, over, { keepAxes: true }), -3.4e38, 3.4e38);
    const total = sum(exp(sub(x, top)), over, { keepAxes: true });
    return [add(log(total), top), top, total] as const;
  });
  const result = y.view(options.keepAxes ? kept : leftShape(x, over));
  return record("logSumExp", [x], result, [x, top, total], (dy) => {
    // Not e^(x − result): where numbers are large, the result has no digits left for the sum.
    return [mul(exp(sub(x, top)), div(dy.view(kept), total))];
  });
}

/** Elements that one workgroup of {@linkcode allFinite} looks at before more are started. */
const SHARE = 4096;

/** 1 if every element is finite, 0 if any is NaN or infinite: `u32[1]`, without gradient. */
export function allFinite(x: Tensor): Tensor<"u32"> {
  requireFloat("allFinite", x);
  const { device } = x;
  const groups = Math.min(256, Math.max(1, Math.ceil(x.size / SHARE)));
  const parts = device.empty([groups], "u32");
  device.dispatch(finiteKernel(false), { x, y: parts }, { n: x.size }, [groups]);
  if (groups === 1) return parts;
  const verdict = device.empty([1], "u32");
  device.dispatch(finiteKernel(true), { x: parts, y: verdict }, { n: groups }, [1]);
  return verdict;
}

function scaledSum(
  name: string,
  x: Tensor,
  axes: Axes,
  { keepAxes = false, divide }: ReduceOptions & { divide: boolean },
): Tensor {
  requireFloat(name, x);
  const over = normalizeAxes(axes, x);
  const n = countOver(x, over);
  if (divide && n === 0) throw new RangeError(`Cannot take the mean of no elements of ${x}`);
  const scale = divide ? 1 / n : 1;
  const kept = keptShape(x, over);
  const y = reduceOver("sum", x, over, scale).view(keepAxes ? kept : leftShape(x, over));
  return record(name, [x], y, [], (dy) => [expand(dy.view(kept), x.shape, scale)], {
    axes: over,
    keepAxes,
  });
}
