import { argMaxLanesKernel, topKKernel } from "../../../kernels/arg_reduce.ts";
import { linearGrid } from "../../../kernels/kernel.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import { placeKernel } from "../../../kernels/reduce.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import {
  type Axes,
  countOver,
  keptShape,
  leftShape,
  normalizeAxes,
  type ReduceOptions,
  type Run,
  runsOf,
} from "./reduce_axes.ts";
import { type MiddleAxis, reduceRun } from "./reduce_run.ts";

/** Largest element over axes; the gradient goes to the first one. */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return extreme("max", x, axes, options);
}

/** Smallest element over axes; the gradient goes to the first one. */
export function min(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return extreme("min", x, axes, options);
}

/** Place of the first largest element along an axis, the last by default; NaN is the largest. */
export function argmax(x: Tensor, axis = -1): Tensor<"i32"> {
  return argExtreme(x, normalizeAxis(axis, x.shape.length), "max");
}

/** Place of the first smallest element along an axis, the last by default; NaN is the smallest. */
export function argmin(x: Tensor, axis = -1): Tensor<"i32"> {
  return argExtreme(x, normalizeAxis(axis, x.shape.length), "min");
}

/**
 * Places of the `k` largest elements along the last axis, largest first, of equals the first
 * first.
 *
 * @returns Whole numbers of shape `[..., k]`.
 * @throws {RangeError} If the axis has fewer than `k` elements.
 */
export function topK(x: Tensor, k: number): Tensor<"i32"> {
  requireFloat("topK", x);
  const length = x.shape.at(-1) ?? 0;
  if (!Number.isInteger(k) || k < 1 || k > length) {
    throw new RangeError(
      `Cannot take the ${k} largest of the last axis of ${x}: its size is ${length}`,
    );
  }
  return rowPlaces(x, k, 0);
}

function extreme(
  name: "max" | "min",
  x: Tensor,
  axes: Axes,
  { keepAxes = false }: ReduceOptions,
): Tensor {
  requireFloat(name, x);
  const over = normalizeAxes(axes, x);
  if (countOver(x, over) === 0) {
    throw new RangeError(`Cannot take the ${name} of no elements of ${x}`);
  }
  let y = x;
  for (const run of runsOf(x.shape, over)) y = extremeRun(name, y, run);
  const shape = keepAxes ? keptShape(x, over) : leftShape(x, over);
  const from = y;
  return record(name, [from], from.view(shape), [], (dy) => [dy.view(from.shape)]);
}

function extremeRun(name: "max" | "min", x: Tensor, run: Run): Tensor {
  const y = reduceRun(x, { ...run, reduction: name }).view(
    x.shape.map((d, i) => i >= run.first && i <= run.last ? 1 : d),
  );
  return record(name, [x], y, [x], (dy) => {
    const place = places(x, run, name);
    const dx = x.device.empty(x.shape);
    x.device.dispatch(
      placeKernel(),
      { dy, place, dx },
      { n: x.size, length: run.length, inner: run.inner },
      scalarGroups(x.size),
    );
    return [dx];
  });
}

function argExtreme(x: Tensor, axis: number, which: "max" | "min"): Tensor<"i32"> {
  requireFloat(`arg${which}`, x);
  const length = x.shape[axis]!; // normalizeAxis() has refused others
  if (length === 0) throw new RangeError(`Cannot find the ${which} of no elements of ${x}`);
  const outer = sizeOf(x.shape.slice(0, axis)), inner = sizeOf(x.shape.slice(axis + 1));
  return places(x, { outer, length, inner }, which).view(x.shape.toSpliced(axis, 1));
}

function places(
  x: Tensor,
  { outer, length, inner }: MiddleAxis,
  which: "max" | "min",
): Tensor<"i32"> {
  const flip = which === "max" ? 0 : 0xffffffff;
  if (inner === 1 && length > 32) return rowPlaces(x.view([outer, length]), 1, flip);
  const y = x.device.empty([outer * inner], "i32");
  x.device.dispatch(
    argMaxLanesKernel(),
    { x, y },
    { outer, length, inner, flip },
    scalarGroups(y.size),
  );
  return y;
}

function rowPlaces(x: Tensor, k: number, flip: number): Tensor<"i32"> {
  const length = x.shape.at(-1)!; // both callers refuse tensors without axes
  const rows = x.size / length;
  const y = x.device.empty([...x.shape.slice(0, -1), k], "i32");
  x.device.dispatch(topKKernel(64), { x, y }, { rows, length, k, flip }, linearGrid(rows));
  return y;
}
