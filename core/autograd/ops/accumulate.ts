import { accumulateKernel, pointwiseGroups } from "../../../kernels/pointwise.ts";
import type { Tensor } from "../tensor.ts";

/** `a + b`, written into `a` where `inPlace` allows it. Not on the tape. */
export function addInto(a: Tensor, b: Tensor, inPlace: boolean): Tensor {
  const { device } = a;
  if (inPlace) {
    device.dispatch(
      accumulateKernel(),
      [a, b],
      [Math.ceil(a.size / 4)],
      pointwiseGroups(a.size),
    );
    return a;
  }
  const sum = device.empty(a.shape);
  device.copy(a, sum);
  return addInto(sum, b, true);
}
