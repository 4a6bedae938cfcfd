import type { ConvSizes } from "../../../../kernels/conv2d/grouped_conv.ts";
import { showShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** All sizes of a convolution. */
export type ConvGeometry = ConvSizes;

/**
 * Sizes of the convolution of `x` [N, H, W, C] with `w` [KH, KW, C / groups, O].
 *
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If stride, padding or groups cannot be, or the filter is larger than the image.
 */
export function convGeometry(
  x: Tensor,
  w: Tensor,
  { stride, padding, groups = 1 }: { stride: number; padding: number; groups?: number },
): ConvGeometry {
  if (x.shape.length !== 4 || w.shape.length !== 4) {
    throw new TypeError(
      `Cannot convolve ${showShape(x.shape)} with ${
        showShape(w.shape)
      }: it takes images [N, H, W, C] and a filter [KH, KW, C, O]`,
    );
  }
  const [images, height, width, inputs] = x.shape as Quad;
  const [kernelHeight, kernelWidth, filterInputs, outputs] = w.shape as Quad;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
    throw new RangeError(
      `Cannot convolve ${showShape(x.shape)} with ${
        showShape(w.shape)
      } in ${groups} groups: their number must divide the channels`,
    );
  }
  if (inputs !== groups * filterInputs) {
    throw new TypeError(
      `Cannot convolve ${showShape(x.shape)} with ${showShape(w.shape)}: channels ${inputs} and ${
        groups === 1 ? "" : `${groups} groups of `
      }${filterInputs} differ`,
    );
  }
  if (!Number.isInteger(stride) || stride < 1 || !Number.isInteger(padding) || padding < 0) {
    throw new RangeError(
      `Cannot convolve with stride ${stride} and padding ${padding}: take whole numbers from 1 and 0`,
    );
  }
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  if (outHeight < 1 || outWidth < 1 || x.size === 0 || w.size === 0) {
    throw new RangeError(
      `Cannot convolve ${showShape(x.shape)} with ${
        showShape(w.shape)
      } and padding ${padding}: the result would be empty`,
    );
  }
  return {
    images,
    height,
    width,
    inputs,
    outputs,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    outHeight,
    outWidth,
    groups,
  };
}

type Quad = readonly [number, number, number, number];
