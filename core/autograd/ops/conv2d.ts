import type { Precision } from "../../../kernels/kernel.ts";
import { sameShape, showShape } from "../shape.ts";
import { gradientScale } from "./cast.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { map, requireFloat } from "./apply.ts";
import type { ConvKernels } from "./conv2d/convolution.ts";
import { type ConvGeometry, convGeometry } from "./conv2d/geometry.ts";
import { groupedConv } from "./conv2d/grouped_conv.ts";
import { fitsTextures, textureConv } from "./conv2d/texture_conv.ts";
import { tiledConv } from "./conv2d/tiled_conv.ts";
import { UNARY } from "./pointwise_table.ts";
import { reduceRun } from "./reduce_run.ts";

/** Settings of {@linkcode conv2d}. */
export interface Conv2dOptions {
  /** Added to each output channel, `[O]`. */
  readonly bias?: Tensor | undefined;
  /** Added to the result, of its shape: the shortcut around a residual block. */
  readonly plus?: Tensor | undefined;
  /** Pixels between neighbouring outputs, 1 by default. */
  readonly stride?: number;
  /** Rows and columns of zeros around the images, 0 by default. */
  readonly padding?: number;
  /** Equal parts of the channels, in and out, that do not see each other; 1 by default. */
  readonly groups?: number;
  /** In which precision the result lies in memory; in that of `x` by default. */
  readonly precision?: Precision;
}

/**
 * Two-dimensional cross-correlation, as deep learning calls convolution:
 * `y[n, i, j, o] = Σ x[n, i·stride + a - padding, j·stride + b - padding, c] w[a, b, c, o] (+ bias[o])
(+ plus[n, i, j, o])`.
 *
 * With several groups an output sees the inputs of its own: output `o` those from
 * `⌊o / (O/groups)⌋ · C/groups` on.
 *
 * @param x Images `[N, H, W, C]`.
 * @param w Filter `[KH, KW, C / groups, O]`.
 * @returns `[N, OH, OW, O]` with `OH = ⌊(H + 2·padding - KH) / stride⌋ + 1`.
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If stride, padding or groups cannot be, or nothing would come out.
 *
 * @example Sum of 3×3 pixels
 * ```ts
 * import { conv2d, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const x = device.tensor([1, 2, 3, 4], [1, 2, 2, 1]);
 * const w = device.tensor(Array(9).fill(1), [3, 3, 1, 1]);
 * assert.deepEqual([...await device.read(conv2d(x, w, { padding: 1 }))], [10, 10, 10, 10]);
 * device.destroy();
 * ```
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor {
  const { bias, plus, stride = 1, padding = 0, groups = 1, precision = x.precision } = options;
  requireFloat("conv2d", x);
  requireFloat("conv2d", w);
  const g = convGeometry(x, w, { stride, padding, groups });
  if (bias && (bias.shape.length !== 1 || bias.size !== g.outputs)) {
    throw new TypeError(`Cannot add a bias ${bias} to ${g.outputs} channels`);
  }
  const shape = [g.images, g.outHeight, g.outWidth, g.outputs];
  if (plus && (plus.dtype !== "f32" || !sameShape(plus.shape, shape))) {
    throw new TypeError(`Cannot add ${plus} to a convolution that gives ${showShape(shape)}`);
  }
  const kernels = kernelsFor(x, precision, g);
  const y = kernels.forward(x, w, { bias, plus }, g, precision);
  const inputs = [x, w, ...bias ? [bias] : [], ...plus ? [plus] : []];
  const scale = gradientScale(x) / gradientScale(y);
  return record("conv2d", inputs, y, [x, w], (dy, { needs, out, sum }) => [
    needs(0)
      ? rescale(
        kernels.inputGradient(dy, w, g, x.precision, scale === 1 ? sum(0) : undefined),
        scale,
      )
      : undefined,
    needs(1) ? kernels.filterGradient(x, dy, g, out(1)) : undefined,
    ...bias ? [needs(2) ? biasGradient(dy, out(2)) : undefined] : [],
    ...plus ? [dy] : [],
  ], { stride, padding, groups, bias, plus });
}

function biasGradient(dy: Tensor, out: Tensor | undefined): Tensor {
  const outputs = dy.shape.at(-1)!; // images have four axes
  return reduceRun(dy, {
    reduction: "sum",
    outer: 1,
    length: dy.size / outputs,
    inner: outputs,
    scale: 1 / gradientScale(dy),
    out,
  }).view([outputs]);
}

function rescale(x: Tensor, s: number): Tensor {
  return s === 1 ? x : map("mulNumber", { x }, UNARY.mulNumber.forward, { s });
}

function kernelsFor({ device, precision }: Tensor, to: Precision, g: ConvGeometry): ConvKernels {
  if (g.groups > 1) return groupedConv;
  // Textures hold single precision.
  if (precision === "f16" || to === "f16") return tiledConv;
  return device.software && fitsTextures(device, g) ? textureConv : tiledConv;
}
