import { mixRowsKernel } from "../../../kernels/gather.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Mixes each row with another one: `w x[i] + (1 - w) x[order[i]]` (Zhang et al., "mixup: Beyond
 * Empirical Risk Minimization", ICLR 2018). Inputs and soft targets alike; no gradient goes through
 * it.
 *
 * @param x Rows, f32 [n, ...].
 * @param order The row that row `i` is mixed with, i32 [n].
 * @param weights Share of the row itself, f32 [n], or [1] for all rows.
 * @throws {TypeError} If the numbers of rows differ.
 *
 * @example Three parts of a row, one of the other
 * ```ts
 * import { mixup, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const x = device.tensor([0, 8], [2, 1]);
 * const mixed = mixup(x, device.tensor([1, 0], [2], "i32"), device.tensor([0.75], [1]));
 * assert.deepEqual([...await device.read(mixed)], [2, 6]);
 * device.destroy();
 * ```
 */
export function mixup(x: Tensor, order: Tensor<"i32">, weights: Tensor): Tensor {
  const [n = 0] = x.shape;
  if (order.size !== n || (weights.size !== n && weights.size !== 1)) {
    throw new TypeError(`Cannot mix ${x} by ${order} with weights ${weights}: rows differ`);
  }
  const y = x.device.empty(x.shape);
  x.device.dispatch(
    mixRowsKernel(),
    { x, order, weights, y },
    { n: x.size, width: n === 0 ? 1 : x.size / n, weights: weights.size },
    scalarGroups(x.size),
  );
  return y;
}
