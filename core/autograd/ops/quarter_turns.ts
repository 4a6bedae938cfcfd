import { quarterTurnKernel } from "../../../kernels/layout.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Turns each image counter-clockwise by its own number of quarter turns, as ReMixMatch's rotation
 * task does with a normalised view. No gradient goes through it.
 *
 * @param x Square images, f32 [n, size, size, channels].
 * @param turns Numbers of quarter turns, i32 [n], taken modulo 4.
 * @throws {TypeError} If the images are not square or the numbers are not as many.
 *
 * @example A quarter turn
 * ```ts
 * import { quarterTurns, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const x = device.tensor([1, 2, 3, 4], [1, 2, 2, 1]);
 * const turned = quarterTurns(x, device.tensor([1], [1], "i32"));
 * assert.deepEqual([...await device.read(turned)], [2, 4, 1, 3]);
 * device.destroy();
 * ```
 */
export function quarterTurns(x: Tensor, turns: Tensor<"i32">): Tensor {
  const [n = 0, size = 0, width = 0, channels = 0] = x.shape;
  if (x.shape.length !== 4 || size !== width || turns.size !== n) {
    throw new TypeError(`Cannot turn ${x} by ${turns}: give n square images and n numbers`);
  }
  const y = x.device.empty(x.shape);
  x.device.dispatch(
    quarterTurnKernel(),
    { x, turns, y },
    { n: x.size, size, channels },
    scalarGroups(x.size),
  );
  return y;
}
