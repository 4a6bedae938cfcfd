import { type RowForm, rowForm, rowGrid } from "../../../kernels/row.ts";
import { softmaxBackwardKernel, softmaxKernel } from "../../../kernels/softmax.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";

/**
 * `eˣ / Σ eˣ` along the last axis. The largest element is subtracted first, so that large numbers
 * stay finite.
 *
 * @throws {TypeError} If `x` has no axis or holds no floats.
 *
 * @example Rows sum to 1
 * ```ts
 * import { requestDevice, softmax } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const p = softmax(device.tensor([0, 0, 1e4, -1e4], [2, 2]));
 * assert.deepEqual([...await device.read(p)], [0.5, 0.5, 1, 0]);
 * device.destroy();
 * ```
 */
export function softmax(x: Tensor): Tensor {
  return softmaxOf("softmax", x);
}

/** `x − log Σ eˣ` along the last axis, finite where softmax would be 0. Throws as `softmax` does. */
export function logSoftmax(x: Tensor): Tensor {
  return softmaxOf("logSoftmax", x);
}

function softmaxOf(name: "softmax" | "logSoftmax", x: Tensor): Tensor {
  const { rows, length, form } = rowsOf(name, x);
  const logarithm = name === "logSoftmax";
  const { device } = x;
  const y = device.empty(x.shape);
  const uniforms = { rows, length }, grid = rowGrid(rows, form);
  device.dispatch(softmaxKernel(logarithm, form), { x, y }, uniforms, grid);
  return record(name, [x], y, [y], (dy) => {
    const dx = device.empty(x.shape);
    device.dispatch(softmaxBackwardKernel(logarithm, form), { dy, y, dx }, uniforms, grid);
    return [dx];
  }, {});
}

/** A tensor seen as rows along its last axis. */
export interface Rows {
  readonly rows: number;
  readonly length: number;
  readonly form: RowForm;
}

/** Rows of a tensor of floats with at least one axis, or a TypeError. */
export function rowsOf(name: string, x: Tensor): Rows {
  requireFloat(name, x);
  const length = x.shape.at(-1);
  if (length === undefined) throw new TypeError(`Cannot apply ${name} to ${x}: it has no axis`);
  return { rows: length === 0 ? 0 : x.size / length, length, form: rowForm(length) };
}
