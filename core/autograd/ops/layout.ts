import { copyRunsKernel, padRunsKernel } from "../../../kernels/layout.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { DType } from "../elements.ts";
import {
  broadcastShapes,
  normalizeAxis,
  sameShape,
  type Shape,
  showShape,
  sizeOf,
} from "../shape.ts";
import { type Attributes, record } from "../tape.ts";
import { type AnyTensor, Tensor } from "../tensor.ts";
import { map, requireFloat } from "./apply.ts";
import { denseStrides, expand, gatherStrided, wordOf } from "./strided.ts";
import { sumTo } from "./reduce_axes.ts";

/**
 * The same elements in another shape, without a copy. One size may be −1: it is what remains.
 *
 * @throws {TypeError} If the numbers of elements differ.
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  const y = x.view(completed(x, shape));
  return recordMove("reshape", x, y, (dy) => dy.view(x.shape), {});
}

/**
 * Reorders axes: axis `i` of the result is axis `order[i]` of `x`.
 *
 * @throws {RangeError} If `order` is no permutation of the axes.
 */
export function permute<D extends DType>(x: Tensor<D>, order: readonly number[]): Tensor<D> {
  const rank = x.shape.length;
  const axes = order.map((axis) => normalizeAxis(axis, rank));
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new RangeError(`Cannot permute ${x} by [${order}]: name each of its ${rank} axes once`);
  }
  const from = denseStrides(x.shape);
  const shape = axes.map((a) => x.shape[a]!); // a is an axis, here and below
  const y = gatherStrided(x, shape, { strides: axes.map((a) => from[a]!) });
  const inverse = axes.map((_, i) => axes.indexOf(i));
  return recordMove("permute", x, y, (dy) => {
    const strides = denseStrides(shape);
    return gatherStrided(dy, x.shape, { strides: inverse.map((i) => strides[i]!) });
  }, { order: axes });
}

/** Swaps the last two axes. Throws a RangeError where there are fewer. */
export function transpose<D extends DType>(x: Tensor<D>): Tensor<D> {
  const rank = x.shape.length;
  if (rank < 2) throw new RangeError(`Cannot transpose ${x}: it has fewer than two axes`);
  return permute(x, [...x.shape.keys()].toSpliced(rank - 2, 2, rank - 1, rank - 2));
}

/**
 * Stretches axes of size 1 (and adds axes in front) by NumPy's rule.
 *
 * @throws {TypeError} If `x` does not broadcast to the shape.
 */
export function broadcastTo<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
  if (!sameShape(broadcastShapes(x.shape, shape, "broadcast"), shape)) {
    throw new TypeError(`Cannot broadcast ${x} to ${showShape(shape)}: it would have to shrink`);
  }
  if (sameShape(x.shape, shape)) return x;
  return recordMove("broadcastTo", x, expand(x, shape), (dy) => sumTo(dy, x.shape));
}

/**
 * Tensors one after another along an axis; all other sizes must agree.
 *
 * @throws {TypeError} If shapes or element types do not fit together.
 *
 * @example Two batches as one
 * ```ts
 * import { concat, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const both = concat([device.tensor([1, 2], [1, 2]), device.tensor([3, 4, 5, 6], [2, 2])]);
 * assert.deepEqual(both.shape, [3, 2]);
 * assert.deepEqual([...await device.read(both)], [1, 2, 3, 4, 5, 6]);
 * device.destroy();
 * ```
 */
export function concat<D extends DType>(parts: readonly Tensor<D>[], axis = 0): Tensor<D> {
  const [first] = parts;
  if (!first) throw new TypeError("Cannot concat no tensors: pass at least one");
  const at = normalizeAxis(axis, first.shape.length);
  for (const part of parts) {
    if (
      part.dtype !== first.dtype ||
      !sameShape(part.shape.toSpliced(at, 1), first.shape.toSpliced(at, 1))
    ) {
      throw new TypeError(
        `Cannot concat ${first} and ${part} along axis ${at}: all else must agree`,
      );
    }
  }
  if (parts.length === 1) return first;
  const lengths = parts.map((p) => p.shape[at]!); // at is an axis of all, here and below
  const inner = sizeOf(first.shape.slice(at + 1));
  const total = lengths.reduce((a, b) => a + b, 0);
  const y = first.device.empty(first.shape.with(at, total), first.dtype);
  let start = 0;
  for (const part of parts) {
    const length = part.shape[at]! * inner;
    copyRuns(part, y, { length, xStride: length, yStart: start, yStride: total * inner });
    start += length;
  }
  if (!isFloat(y)) return y;
  return record("concat", parts, y, [], (dy, { needs }) => {
    let start = 0;
    return parts.map((part, i) => {
      const length = lengths[i]!;
      const from = start;
      start += length;
      return needs(i) ? cut(dy, at, from, part.shape) : undefined;
    });
  }, { axis: at }) as Tensor<DType> as Tensor<D>; // y itself
}

/**
 * The elements `start … end − 1` along an axis.
 *
 * @param range `start` and `end` count from the end where negative; `axis` is 0 by default.
 * @throws {RangeError} If the range does not lie inside the axis.
 */
export function slice<D extends DType>(
  x: Tensor<D>,
  { axis = 0, start = 0, end }: { axis?: number; start?: number; end?: number },
): Tensor<D> {
  const at = normalizeAxis(axis, x.shape.length);
  const size = x.shape[at]!; // at is an axis
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > size || from > to) {
    throw new RangeError(
      `Cannot slice ${start} … ${end ?? size} of axis ${at} of ${x}: its size is ${size}`,
    );
  }
  if (from === 0 && to === size) return x;
  const shape = x.shape.with(at, to - from);
  const back = (dy: Tensor) => padded(dy, at, { before: from, after: size - to });
  return recordMove("slice", x, cut(x, at, from, shape), back, { axis: at, start: from, end: to });
}

/**
 * Zeros before and after the elements along an axis, which is 0 by default.
 *
 * @throws {RangeError} If a number of zeros is no whole number.
 */
export function pad(
  x: Tensor,
  { axis = 0, before = 0, after = 0 }: { axis?: number; before?: number; after?: number },
): Tensor {
  requireFloat("pad", x);
  const at = normalizeAxis(axis, x.shape.length);
  if (![before, after].every((n) => Number.isInteger(n) && n >= 0)) {
    throw new RangeError(`Cannot pad axis ${at} of ${x} with ${before} and ${after} zeros`);
  }
  if (before === 0 && after === 0) return x;
  const y = padded(x, at, { before, after });
  const back = (dy: Tensor) => cut(dy, at, before, x.shape);
  return recordMove("pad", x, y, back, { axis: at, before, after });
}

/** Cuts a tensor into parts of the given sizes along an axis, which they must fill. */
export function split<D extends DType>(
  x: Tensor<D>,
  sizes: readonly number[],
  { axis = 0 }: { axis?: number } = {},
): Tensor<D>[] {
  const at = normalizeAxis(axis, x.shape.length);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.shape[at]) {
    throw new RangeError(
      `Cannot split ${x} into [${sizes}] along axis ${at}: they sum to ${total}`,
    );
  }
  let end = 0;
  return sizes.map((size) => slice(x, { axis: at, start: end, end: end += size }));
}

/**
 * `a` where `mask` is not 0, else `b`; all three broadcast. What is not chosen adds nothing to the
 * gradient, even where it is NaN.
 */
export function where(mask: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  requireFloat("where", mask);
  const { device } = mask;
  const x = a instanceof Tensor ? a : device.tensor([a], []);
  const z = b instanceof Tensor ? b : device.tensor([b], []);
  requireFloat("where", x);
  requireFloat("where", z);
  const shape = broadcastShapes(mask.shape, broadcastShapes(x.shape, z.shape, "where"), "where");
  const m = expand(mask, shape);
  const y = map(
    "where",
    { m, a: expand(x, shape), b: expand(z, shape) },
    "select(b, a, m != T(0))",
  );
  return record("where", [x, z], y, [m], (dy, { needs }) => [
    needs(0) ? sumTo(map("where a", { m, dy }, "select(T(0), dy, m != T(0))"), x.shape) : undefined,
    needs(1) ? sumTo(map("where b", { m, dy }, "select(dy, T(0), m != T(0))"), z.shape) : undefined,
  ]);
}

/** The same elements, from which no gradient flows back. */
export function detach<D extends DType>(x: Tensor<D>): Tensor<D> {
  return x.view(x.shape);
}

/** Part of `x` along an axis; not on the tape. */
function cut<D extends DType>(x: Tensor<D>, axis: number, start: number, shape: Shape): Tensor<D> {
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis]! * inner; // slice() and concat() have refused other axes
  const y = x.device.empty(shape, x.dtype);
  copyRuns(x, y, {
    length,
    xStart: start * inner,
    xStride: x.shape[axis]! * inner,
    yStride: length,
  });
  return y;
}

/** `x` with zeros before and after it along an axis; not on the tape. */
function padded(
  x: Tensor,
  axis: number,
  { before, after }: { readonly before: number; readonly after: number },
): Tensor {
  const size = x.shape[axis]!; // axis exists
  const y = x.device.empty(x.shape.with(axis, before + size + after));
  const inner = sizeOf(x.shape.slice(axis + 1));
  x.device.dispatch(
    padRunsKernel(),
    { x, y },
    {
      n: y.size,
      width: (before + size + after) * inner,
      start: before * inner,
      length: size * inner,
    },
    scalarGroups(y.size),
  );
  return y;
}

interface Runs {
  readonly length: number;
  readonly xStart?: number;
  readonly xStride: number;
  readonly yStart?: number;
  readonly yStride: number;
}

function copyRuns<D extends DType>(
  x: Tensor<D>,
  y: Tensor<D>,
  { length, xStart = 0, xStride, yStart = 0, yStride }: Runs,
): void {
  const size = Math.min(x.size, y.size);
  const vec4 = [size, length, xStart, xStride, yStart, yStride].every((v) => v % 4 === 0);
  const unit = vec4 ? 4 : 1, n = size / unit;
  x.device.dispatch(
    copyRunsKernel(wordOf(x), vec4),
    { x, y },
    {
      n,
      length: length / unit,
      xStart: xStart / unit,
      xStride: xStride / unit,
      yStart: yStart / unit,
      yStride: yStride / unit,
    },
    scalarGroups(n),
  );
}

/** Puts a movement of elements on the tape, if the elements are floats. */
function recordMove<D extends DType>(
  name: string,
  x: Tensor<D>,
  y: Tensor<D>,
  backward: (dy: Tensor) => Tensor,
  attributes?: Attributes,
): Tensor<D> {
  if (isFloat(y)) record(name, [x], y, [], (dy) => [backward(dy)], attributes);
  return y;
}

function isFloat(x: AnyTensor): x is Tensor {
  return x.dtype === "f32";
}

function completed(x: AnyTensor, shape: Shape): Shape {
  const free = shape.indexOf(-1);
  if (free < 0) return shape;
  const rest = x.size / sizeOf(shape.toSpliced(free, 1));
  if (!Number.isInteger(rest) || shape.indexOf(-1, free + 1) >= 0) {
    throw new TypeError(`Cannot reshape ${x} to ${showShape(shape)}: sizes do not divide`);
  }
  return shape.with(free, rest);
}
