import { sameShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reduceSum } from "./reduce_axes.ts";

/** `x` summed over the axes along which `shape` was broadcast to reach it; not on the tape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) =>
    i < extra || (shape[i - extra] === 1 && x.shape[i] !== 1)
  );
  return reduceSum(x, axes).view(shape);
}
