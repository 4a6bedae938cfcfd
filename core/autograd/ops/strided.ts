import { type AxisUniform, stridedKernel, type Word } from "../../../kernels/layout.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { DType } from "../elements.ts";
import { broadcastStrides, sameShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Where {@linkcode gatherStrided} reads. */
export interface Strided {
  /** Step in `x` along each axis of the result. */
  readonly strides: readonly number[];
  /** Element of `x` that the result starts with. */
  readonly offset?: number;
  /** What floats are multiplied by. */
  readonly scale?: number;
}

/** A new tensor whose element `c` is `x[offset + Σ c_k · strides_k] · scale`; not on the tape. */
export function gatherStrided<D extends DType>(
  x: Tensor<D>,
  shape: Shape,
  { strides, offset = 0, scale = 1 }: Strided,
): Tensor<D> {
  const y = x.device.empty(shape, x.dtype);
  // Neighbouring axes that are walked through in one go become one, to save index arithmetic.
  const axes: Record<AxisUniform, number> = { d0: 1, s0: 0 };
  let rank = 0;
  for (let i = 0; i < shape.length; i++) {
    const d = shape[i]!, s = strides[i]!; // strides has the shape's rank
    if (d === 1) continue;
    const merges = rank > 0 && axes[`s${rank - 1}`] === s * d;
    if (!merges) rank++;
    axes[`d${rank - 1}`] = merges ? axes[`d${rank - 1}`]! * d : d; // set when it began
    axes[`s${rank - 1}`] = s;
  }
  const kernel = stridedKernel(wordOf(x), Math.max(rank, 1));
  const uniforms = { n: y.size, offset, scale, ...axes };
  x.device.dispatch(kernel, { x, y }, uniforms, scalarGroups(y.size));
  return y;
}

/** `x · scale` stretched to a shape that it broadcasts to; not on the tape. */
export function expand<D extends DType>(x: Tensor<D>, shape: Shape, scale = 1): Tensor<D> {
  if (scale === 1 && sameShape(x.shape, shape)) return x;
  return gatherStrided(x, shape, { strides: broadcastStrides(x.shape, shape), scale });
}

/** Steps of a dense row-major array. */
export function denseStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!; // i is inside
  }
  return strides;
}

/** The WGSL type of a tensor's elements, which must take four bytes. */
export function wordOf({ dtype }: Tensor<DType>): Word {
  if (dtype === "u8") {
    throw new TypeError("Cannot move u8 elements: only kernels that make views read them");
  }
  return dtype;
}
