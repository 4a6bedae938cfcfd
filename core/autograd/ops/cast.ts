import type { Precision } from "../../../kernels/kernel.ts";
import { castKernel, pointwiseGroups } from "../../../kernels/pointwise.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";

/**
 * What gradients of values in half precision are multiplied by while they lie in memory.
 *
 * The gradient of a mean over a batch is small: at 64 + 448 images of 32 × 32 pixels those of
 * activations are about 1e-6, where half precision, whose smallest normal number is 6e-5, has four
 * bits left. Sums are single precision and need no help, so the factor is constant: from 6e-8 on
 * numbers are normal, up to 64 they fit. It is a power of two, so that it changes no digit.
 */
const GRADIENT_SCALE = 1024;

/** What the gradient of a tensor is multiplied by while it lies in memory: 1 in single precision. */
export function gradientScale({ precision }: Pick<Tensor, "precision">): number {
  return precision === "f16" ? GRADIENT_SCALE : 1;
}

/**
 * The same values in another precision in memory: for operations between the layers of a network that
 * take single precision alone, or to go on in half precision after them.
 *
 * @param x Any shape.
 * @throws {TypeError} If `x` does not hold floats.
 *
 * @example A third of 1 in half precision
 * ```ts
 * import { cast, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * if (device.half) {
 *   const [third] = await device.read(cast(device.tensor([1 / 3], [1]), "f16"));
 *   assert.equal(third, 0.333251953125);
 * }
 * device.destroy();
 * ```
 */
export function cast(x: Tensor, precision: Precision): Tensor {
  requireFloat("cast", x);
  if (x.precision === precision) return x;
  const y = convert(x, precision, 1);
  return record(
    "cast",
    [x],
    y,
    [],
    (dy) => [convert(dy, x.precision, gradientScale(x) / gradientScale(y))],
    { precision },
  );
}

function convert(x: Tensor, to: Precision, scale: number): Tensor {
  const y = x.device.empty(x.shape, "f32", to);
  const n = Math.ceil(x.size / 4);
  x.device.dispatch(castKernel(to), { x, y }, { n, scale }, pointwiseGroups(x.size));
  return y;
}
