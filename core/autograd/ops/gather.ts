import {
  addRowsKernel,
  gatherRowsKernel,
  histogramKernel,
  oneHotKernel,
  putRowsKernel,
} from "../../../kernels/gather.ts";
import { linearGrid } from "../../../kernels/kernel.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { DType } from "../elements.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import { record } from "../tape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import { wordOf } from "./strided.ts";

/**
 * Rows of `x` by number: `y[i] = x[index[i]]`, zeros where there is no such row. The gradient is
 * {@linkcode scatterAdd}.
 *
 * @param x `[R, ...row]`.
 * @param index Whole numbers of any shape.
 * @returns `[...index.shape, ...row]`.
 * @throws {TypeError} If `x` has no axis or `index` holds no whole numbers.
 *
 * @example A weight for each label
 * ```ts
 * import { gather, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const classWeights = device.tensor([0.5, 2], [2]), labels = device.tensor([1, 0, 1], [3], "i32");
 * assert.deepEqual([...await device.read(gather(classWeights, labels))], [2, 0.5, 2]);
 * device.destroy();
 * ```
 */
export function gather<D extends DType>(x: Tensor<D>, index: Tensor<"i32">): Tensor<D> {
  requireIndex("gather", index);
  const [rows, ...row] = x.shape;
  if (rows === undefined) throw new TypeError(`Cannot gather rows of ${x}: it has no axis`);
  const y = x.device.empty([...index.shape, ...row], x.dtype);
  const width = sizeOf(row);
  x.device.dispatch(
    gatherRowsKernel(wordOf(x)),
    { x, index, y },
    { n: y.size, width, rows },
    scalarGroups(y.size),
  );
  if (x.dtype === "f32") {
    record("gather", [x], y as AnyTensor as Tensor, [index], (dy) => [addRows(dy, index, x.shape)]);
  }
  return y;
}

/**
 * Sums rows by number: `y[r] = Σ x[i]` over all `i` with `index[i] = r`, zeros where there is none.
 * Numbers outside `0 … rows − 1` are left out. The sum runs in the order of `i`, so that it repeats
 * bit for bit; the cost grows with rows × inputs, which suits class tables, not large vocabularies.
 *
 * @param x `[...index.shape, ...row]`.
 * @returns `[rows, ...row]`.
 * @throws {TypeError} If the shapes do not fit.
 */
export function scatterAdd(
  x: Tensor,
  index: Tensor<"i32">,
  { rows }: { readonly rows: number },
): Tensor {
  requireFloat("scatterAdd", x);
  requireIndex("scatterAdd", index);
  const row = rowShape("scatterAdd", x, index);
  const y = addRows(x, index, [rows, ...row]);
  return record("scatterAdd", [x], y, [index], (dy) => [gather(dy, index).view(x.shape)]);
}

/**
 * Overwrites rows of a long-lived table: `table[index[i]] = rows[i]`, in place. Where a number occurs
 * more than once, the last one counts; numbers outside the table are left out. Without gradient.
 *
 * @param options `mask`, of the shape of `index`: rows where it is 0 are left out.
 * @returns The table.
 * @throws {TypeError} If the shapes or element types do not fit, or a gradient is wanted.
 */
export function scatterRows<D extends DType>(
  table: Tensor<D>,
  index: Tensor<"i32">,
  rows: Tensor<D>,
  { mask }: { readonly mask?: Tensor } = {},
): Tensor<D> {
  requireIndex("scatterRows", index);
  if (mask) requireLike("scatterRows", mask, index);
  const row = rowShape("scatterRows", rows, index);
  if (table.dtype !== rows.dtype || !sameShape(table.shape.slice(1), row)) {
    throw new TypeError(`Cannot put rows of ${rows} into ${table}: the rows differ`);
  }
  const { tape } = table.device;
  if (tape && (table.tape === tape || rows.tape === tape)) {
    throw new TypeError(
      `Cannot put rows of ${rows} into ${table} while a gradient is wanted: pass detach(...)`,
    );
  }
  table.device.dispatch(
    putRowsKernel(wordOf(table), mask !== undefined),
    { x: rows, index, mask, y: table },
    { n: rows.size, width: sizeOf(row), count: index.size, rows: table.shape[0] ?? 0 },
    scalarGroups(rows.size),
  );
  return table;
}

/**
 * Rows with `on` at the label and `off` elsewhere; a label outside the classes gives a row of
 * `off`. With `on = 1 − ε + ε / C` and `off = ε / C` it is a smoothed label.
 *
 * @returns `[...index.shape, classes]`.
 */
export function oneHot(
  index: Tensor<"i32">,
  classes: number,
  { on = 1, off = 0 }: { readonly on?: number; readonly off?: number } = {},
): Tensor {
  requireIndex("oneHot", index);
  const y = index.device.empty([...index.shape, classes]);
  index.device.dispatch(
    oneHotKernel(),
    { index, y },
    { n: y.size, classes, on, off },
    scalarGroups(y.size),
  );
  return y;
}

/**
 * How often each class occurs, or the sum of the weights where it does. Labels outside the classes
 * are left out. Without gradient.
 *
 * @param index Labels; those that a state remembers are floats.
 * @param options `weights` has the shape of `index`.
 * @returns `[classes]`, floats.
 * @throws {TypeError} If the weights do not have the shape of the labels.
 */
export function histogram<D extends "i32" | "f32">(
  index: Tensor<D>,
  classes: number,
  { weights }: { readonly weights?: Tensor } = {},
): Tensor {
  if (weights) requireLike("histogram", weights, index);
  const y = index.device.empty([classes]);
  index.device.dispatch(
    histogramKernel(index.dtype, weights !== undefined),
    { index, w: weights, y },
    { count: index.size, classes },
    linearGrid(classes),
  );
  return y;
}

function addRows(x: Tensor, index: Tensor<"i32">, shape: readonly number[]): Tensor {
  const y = x.device.empty(shape);
  const width = sizeOf(shape.slice(1));
  x.device.dispatch(
    addRowsKernel(),
    { x, index, y },
    { n: y.size, width, count: index.size },
    scalarGroups(y.size),
  );
  return y;
}

/** The shape of one row of `x`, whose leading axes must be those of the index. */
function rowShape(name: string, x: AnyTensor, index: AnyTensor): readonly number[] {
  const rank = index.shape.length;
  if (!sameShape(x.shape.slice(0, rank), index.shape)) {
    throw new TypeError(
      `Cannot apply ${name} to ${x} by ${index}: the rows must be ${
        showShape(index.shape)
      } in number`,
    );
  }
  return x.shape.slice(rank);
}

/** Refuses weights or a mask that are not one float for each number of the index. */
function requireLike(name: string, given: Tensor, index: AnyTensor): void {
  if (given.dtype === "f32" && sameShape(given.shape, index.shape)) return;
  throw new TypeError(`Cannot apply ${name} to ${index} by ${given}: give f32 of its shape`);
}

function requireIndex(name: string, index: AnyTensor): void {
  if (index.dtype !== "i32") throw new TypeError(`Cannot apply ${name} by ${index}: it takes i32`);
}
