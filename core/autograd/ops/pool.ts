import {
  poolGradientKernel,
  poolKernel,
  type PoolKind,
  spreadKernel,
} from "../../../kernels/pool.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import { showShape } from "../shape.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { gradientScale } from "./cast.ts";
import { requireFloat } from "./apply.ts";
import { reduceRun } from "./reduce_run.ts";

/** Settings of {@linkcode maxPool2d} and {@linkcode avgPool2d}. */
export interface PoolOptions {
  /** Rows and columns of a window. */
  readonly kernel: number;
  /** Pixels between neighbouring windows; as large as a window by default. */
  readonly stride?: number;
  /** Rows and columns added around the images, 0 by default and half a window at most. */
  readonly padding?: number;
}

/**
 * Largest value of each window and channel. Padding counts as −∞; at a tie the gradient goes to the
 * first maximum in row-major order.
 *
 * @param x Images `[N, H, W, C]`.
 * @returns `[N, OH, OW, C]` with `OH = ⌊(H + 2·padding - kernel) / stride⌋ + 1`.
 * @throws {TypeError} If `x` is no batch of images.
 * @throws {RangeError} If the sizes cannot be.
 *
 * @example The larger of two pixels
 * ```ts
 * import { maxPool2d, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const x = device.tensor([1, 4, 3, 2], [1, 2, 2, 1]);
 * assert.deepEqual([...await device.read(maxPool2d(x, { kernel: 2 }))], [4]);
 * device.destroy();
 * ```
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  return pool("max", x, options);
}

/** Mean of each window and channel, zeros of the padding included. Else as {@linkcode maxPool2d}. */
export function avgPool2d(x: Tensor, options: PoolOptions): Tensor {
  return pool("average", x, options);
}

/**
 * Mean over all pixels of an image, `[N, H, W, C]` to `[N, C]`.
 *
 * @throws {TypeError} If `x` is no batch of images.
 */
export function globalAvgPool(x: Tensor): Tensor {
  const { device } = x;
  const [images, height, width, channels] = imageShape("globalAvgPool", x);
  const pixels = height * width;
  const y = reduceRun(x, {
    reduction: "sum",
    outer: images,
    length: pixels,
    inner: channels,
    scale: 1 / pixels,
  }).view([images, channels]);
  return record("globalAvgPool", [x], y, [], (dy) => {
    const dx = device.emptyLike(x);
    const vector = channels % 4 === 0;
    const columns = vector ? channels / 4 : channels;
    const size = images * pixels * columns;
    device.dispatch(
      spreadKernel(vector, x.precision),
      { dy, dx },
      { size, columns, image: pixels * columns, scale: gradientScale(x) / pixels },
      scalarGroups(size),
    );
    return [dx];
  }, {});
}

function pool(kind: PoolKind, x: Tensor, options: PoolOptions): Tensor {
  const { kernel, stride = kernel, padding = 0 } = options;
  const { device } = x;
  const [images, height, width, channels] = imageShape(`${kind} pooling`, x);
  const whole = Number.isInteger(kernel) && Number.isInteger(stride) && Number.isInteger(padding);
  if (!whole || kernel < 1 || stride < 1 || padding < 0 || 2 * padding > kernel) {
    throw new RangeError(
      `Cannot pool windows of ${kernel} with stride ${stride} and padding ${padding}: take whole numbers from 1, and a padding of at most half a window`,
    );
  }
  const outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  if (outHeight < 1 || outWidth < 1) {
    throw new RangeError(
      `Cannot pool ${showShape(x.shape)} in windows of ${kernel}: they are larger than the images`,
    );
  }
  const vector = channels % 4 === 0;
  const columns = vector ? channels / 4 : channels;
  const sizes = { columns, height, width, outHeight, outWidth, kernel, stride, padding };
  const shape = [images, outHeight, outWidth, channels];
  const y = device.empty(shape, "f32", x.precision);
  const place = kind === "max" ? device.empty(shape, "u32") : undefined;
  const outSize = images * outHeight * outWidth * columns;
  device.dispatch(
    poolKernel(kind, vector, x.precision),
    { x, y, place },
    { size: outSize, ...sizes },
    scalarGroups(outSize),
  );
  return record(`${kind}Pool2d`, [x], y, place ? [place] : [], (dy) => {
    const dx = device.emptyLike(x);
    const size = images * height * width * columns;
    device.dispatch(
      poolGradientKernel(kind, vector, x.precision),
      { dy, place, dx },
      { size, ...sizes },
      scalarGroups(size),
    );
    return [dx];
  }, { kernel, stride, padding });
}

function imageShape(what: string, x: Tensor): readonly [number, number, number, number] {
  requireFloat(what, x);
  if (x.shape.length !== 4 || x.size === 0) {
    throw new TypeError(`Cannot apply ${what} to ${x}: it takes images [N, H, W, C]`);
  }
  return x.shape as unknown as [number, number, number, number]; // of rank 4
}
