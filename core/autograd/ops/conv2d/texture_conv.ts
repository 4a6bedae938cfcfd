import {
  CONV_PATCH,
  CONV_PATCHES,
  textureConvKernel,
} from "../../../../kernels/conv2d/texture_conv.ts";
import { FILTER_BLOCK, textureFilterKernel } from "../../../../kernels/conv2d/texture_filter.ts";
import type { TextureRoom } from "../../../../kernels/conv2d/texture_layout.ts";
import { scalarGroups } from "../../../../kernels/pointwise.ts";
import type { Device } from "../../device.ts";
import { addInto } from "../../tape.ts";
import type { Tensor } from "../../tensor.ts";
import {
  type ConvKernels,
  type Convolution,
  forwardConvolution,
  phaseConvolution,
} from "./convolution.ts";
import type { ConvGeometry } from "./geometry.ts";
import { sumOfParts } from "./sum_of_parts.ts";
import { fitsTexture, type TextureCopy, textureOf } from "./texture_copy.ts";
import { coverAll, inputPhases } from "./input_phases.ts";
import { packedSize, type PackedWeights, packedWeights } from "./packed_weights.ts";
import { forwardPlan, phasePlan, type WeightPlan } from "./weight_plan.ts";

/** Whether the textures of this device hold everything that a convolution needs. */
export function fitsTextures(device: Device, g: ConvGeometry): boolean {
  const side = device.gpu.limits.maxTextureDimension2D;
  const plan = forwardPlan(g);
  return [plan, { ...plan, inputs: g.outputs, outputs: g.inputs }].every((p) => {
    const { width, height } = packedSize(p);
    return width <= side && height <= side;
  }) &&
    fitsTexture(device, [g.images, g.height, g.width, g.inputs], inputRoom(g)) &&
    fitsTexture(device, [g.images, g.outHeight, g.outWidth, g.outputs], outputRoom(g));
}

/** Convolutions for adapters that compute on the CPU: images and weights come from textures. */
export const textureConv: ConvKernels = {
  forward(x, w, { bias, plus }, g) {
    const { device } = x;
    const input = textureOf(x, inputRoom(g));
    const y = device.empty([g.images, g.outHeight, g.outWidth, g.outputs]);
    const c = forwardConvolution(g, bias);
    convolve(input, packed(w, forwardPlan(g), c, "forward"), y, { ...c, filler: w });
    return plus ? addInto(y, plus, true) : y;
  },

  inputGradient(dy, w, g) {
    const { device } = dy;
    const input = textureOf(dy, outputRoom(g));
    const dx = device.empty([g.images, g.height, g.width, g.inputs]);
    const phases = inputPhases(g);
    if (!coverAll(phases, g)) device.clear(dx);
    for (const phase of phases) {
      const c = phaseConvolution(phase, g);
      convolve(input, packed(w, phasePlan(phase, g), c, phase.name), dx, { ...c, filler: w });
    }
    return dx;
  },

  filterGradient(x, dy, g, out) {
    const { device } = x;
    const input = textureOf(x, inputRoom(g)), gradient = textureOf(dy, outputRoom(g));
    const block = filterBlock(g);
    const quads = Math.ceil(g.outputs / 4);
    const needed = Math.ceil(quads / block.quads);
    const share = device.lanes === 0 ? 1 : Math.min(8, 2 ** Math.ceil(Math.log2(needed)));
    const groups = Math.ceil(needed / share) * share;
    const blocks = Math.ceil(input.layout.chunks / block.chunks);
    const taps = g.kernelHeight * g.kernelWidth;
    const runs = taps / (block.tapRows * block.tapColumns);
    const wanted = Math.min(g.images, Math.ceil(INVOCATIONS / (groups * blocks * runs)));
    const perSplit = Math.ceil(g.images / wanted), splits = Math.ceil(g.images / perSplit);
    const count = groups * blocks * runs * splits;
    const a = input.layout, b = gradient.layout;
    return sumOfParts(dy, g, { splits, out }, (y) => {
      device.dispatch(
        textureFilterKernel({ ...block, share }),
        { x: input.texture, dy: gradient.texture, y },
        {
          count,
          groups,
          blocks,
          kernelHeight: g.kernelHeight,
          kernelWidth: g.kernelWidth,
          stride: g.stride,
          images: g.images,
          perSplit,
          height: g.outHeight,
          width: g.outWidth,
          inputs: g.inputs,
          quads,
          perLayer: a.perLayer,
          imageRows: a.rows,
          chunks: a.chunks,
          offset: a.margin - g.padding,
          dyImageRows: b.rows,
          dyOffset: b.margin,
        },
        scalarGroups(count),
      );
    });
  },
};

/** What an invocation of the filter gradient computes: a 3×3 filter whole, others tap by tap. */
function filterBlock({ kernelHeight, kernelWidth, stride, inputs }: ConvGeometry) {
  return kernelHeight === 3 && kernelWidth === 3 && stride <= 2
    ? { tapRows: 3, tapColumns: 3, chunks: inputs % 8 === 0 ? 2 : 1, quads: 1, stride }
    : { tapRows: 1, tapColumns: 1, chunks: 4, quads: 2, stride: 0 };
}

/** Invocations that keep all cores of a CPU busy; more would only make more partial sums. */
const INVOCATIONS = 1024;

/** Taps that have code of their own; all others go one by one. */
function isUnrolled(rows: number, columns: number, stride: number): boolean {
  return rows === 3 && columns === 3 && stride <= 2 || rows === 2 && columns === 2 && stride === 1;
}

function packed(w: Tensor, plan: WeightPlan, c: Convolution, name: string): PackedWeights {
  const tapMajor = !isUnrolled(c.tapRows, c.tapColumns, c.stride);
  return packedWeights(w, plan, { name, tapMajor });
}

function convolve(
  { texture, layout }: TextureCopy,
  weights: PackedWeights,
  y: Tensor,
  c: Convolution & { readonly filler: Tensor },
): void {
  const { device } = y;
  const [, outHeight, outWidth, outputs] = y.shape as [number, number, number, number];
  const unrolled = isUnrolled(c.tapRows, c.tapColumns, c.stride);
  const tilesX = Math.ceil(c.columns / CONV_PATCH.width),
    tilesY = Math.ceil(c.rows / CONV_PATCH.height);
  const tiles = layout.images * tilesX * tilesY;
  device.dispatch(
    textureConvKernel({
      tapRows: unrolled ? c.tapRows : 1,
      tapColumns: unrolled ? c.tapColumns : 1,
      stride: unrolled ? c.stride : 1,
      lanes: device.lanes,
      vector: outputs % 4 === 0,
    }),
    { x: texture, w: weights.texture, bias: c.bias ?? c.filler, y },
    {
      tiles,
      tilesX,
      tilesY,
      perLayer: layout.perLayer,
      imageRows: layout.rows,
      chunks: layout.chunks,
      left: layout.margin + c.left,
      top: layout.margin + c.top,
      rows: c.tapRows,
      columns: c.tapColumns,
      stride: c.stride,
      biased: c.bias ? 1 : 0,
      outputs,
      outHeight,
      outWidth,
      step: c.step,
      outTop: c.outTop,
      outLeft: c.outLeft,
      height: c.rows,
      width: c.columns,
    },
    [weights.groups, Math.ceil(tiles / CONV_PATCHES)],
  );
}

/** Room around `x`: what the filter gradient reads, and at least what a 3×3 filter would. */
function inputRoom(g: ConvGeometry): TextureRoom {
  const reach = (out: number, block: number, kernel: number) =>
    (Math.ceil(out / block) * block - 1) * g.stride + kernel - g.padding;
  return {
    margin: Math.max(g.padding, 1),
    rows: Math.max(reach(g.outHeight, FILTER_BLOCK.height, g.kernelHeight), g.height + 1),
    columns: Math.max(reach(g.outWidth, FILTER_BLOCK.width, g.kernelWidth), g.width + 1),
  };
}

/** Room around `dy`: zeros wherever an input pixel lies beyond the last window. */
function outputRoom(g: ConvGeometry): TextureRoom {
  const reach = (out: number, size: number, block: number) =>
    Math.max(
      Math.ceil(out / block) * block,
      Math.floor((size - 1 + g.padding) / g.stride) + 1,
    );
  return {
    margin: Math.max(1, g.kernelHeight - 1 - g.padding, g.kernelWidth - 1 - g.padding),
    rows: reach(g.outHeight, g.height, FILTER_BLOCK.height),
    columns: reach(g.outWidth, g.width, FILTER_BLOCK.width),
  };
}
