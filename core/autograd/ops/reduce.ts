import { linearGrid } from "../../../kernels/kernel.ts";
import { sumKernel } from "../../../kernels/reduce.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Sum over some axes, which are left out of the result; not on the tape. */
export function reduceSum(x: Tensor, axes: readonly number[]): Tensor {
  let y = x;
  for (const axis of axes.toSorted((a, b) => b - a)) {
    const outer = sizeOf(y.shape.slice(0, axis)), inner = sizeOf(y.shape.slice(axis + 1));
    const sum = x.device.empty(y.shape.toSpliced(axis, 1));
    x.device.dispatch(
      sumKernel(),
      [y, sum],
      [outer, y.shape[axis]!, inner], // axis exists
      linearGrid(Math.ceil(sum.size / 64)),
    );
    y = sum;
  }
  return y;
}
