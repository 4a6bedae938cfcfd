import { reorderWeightsKernel } from "../../../../kernels/conv2d/pack_weights.ts";
import { sumSplitsKernel, sumSplitsLaunch } from "../../../../kernels/conv2d/sum_splits.ts";
import { tiledConvKernel, type TiledConvVariant } from "../../../../kernels/conv2d/tiled_conv.ts";
import {
  FILTER_DEPTH,
  FILTER_ROWS,
  tiledFilterKernel,
} from "../../../../kernels/conv2d/tiled_filter.ts";
import { linearGrid } from "../../../../kernels/kernel.ts";
import { scalarGroups } from "../../../../kernels/pointwise.ts";
import type { Tensor } from "../../tensor.ts";
import {
  type ConvKernels,
  type Convolution,
  forwardConvolution,
  phaseConvolution,
} from "./convolution.ts";
import { coverAll, inputPhases } from "./input_phases.ts";
import { phasePlan, planUniforms, type WeightPlan } from "./weight_plan.ts";

/** Convolutions for GPUs, as implicit matrix products. */
export const tiledConv: ConvKernels = {
  forward(x, w, { bias, plus }, g) {
    const y = x.device.empty([g.images, g.outHeight, g.outWidth, g.outputs]);
    convolve(x, w, y, { ...forwardConvolution(g, bias), onto: plus ?? "nothing" });
    return y;
  },

  inputGradient(dy, w, g, sum) {
    const { device } = dy;
    const dx = sum ?? device.empty([g.images, g.height, g.width, g.inputs]);
    const phases = inputPhases(g);
    if (!sum && !coverAll(phases, g)) device.clear(dx);
    for (const phase of phases) {
      const weights = reorderedWeights(w, `phase ${phase.name}`, () => phasePlan(phase, g));
      convolve(dy, weights, dx, { ...phaseConvolution(phase, g), onto: sum ? "y" : "nothing" });
    }
    return dx;
  },

  filterGradient(x, dy, g, out) {
    const { device } = x;
    const vectorIn = g.inputs % 4 === 0, vectorOut = g.outputs % 4 === 0;
    const channels = g.outputs <= 32 ? 32 : 64;
    const rows = g.kernelHeight * g.kernelWidth * g.inputs;
    const pixels = g.images * g.outHeight * g.outWidth;
    const down = Math.ceil(rows / FILTER_ROWS), across = Math.ceil(g.outputs / channels);
    const parts = Math.ceil(pixels / FILTER_DEPTH);
    const wanted = Math.min(Math.ceil(WORKGROUPS / (down * across)), Math.ceil(parts / LEAST));
    const perSplit = Math.ceil(parts / wanted), splits = Math.ceil(parts / perSplit);
    const dw = out ?? device.empty([g.kernelHeight, g.kernelWidth, g.inputs, g.outputs]);
    const direct = splits === 1 && vectorOut;
    const partial = direct ? dw : device.empty([splits, rows, Math.ceil(g.outputs / 4) * 4]);
    const [x1, y1 = 1] = linearGrid(down * splits);
    device.dispatch(
      tiledFilterKernel({ channels, vectorIn, vectorOut }),
      { x, dy, y: partial },
      {
        splits,
        perSplit: perSplit * FILTER_DEPTH,
        pixels,
        inHeight: g.height,
        inWidth: g.width,
        inputs: g.inputs,
        padding: g.padding,
        tapRows: g.kernelHeight,
        tapColumns: g.kernelWidth,
        stride: g.stride,
        outputs: g.outputs,
        outHeight: g.outHeight,
        outWidth: g.outWidth,
      },
      [x1, y1, across],
    );
    if (direct) return dw;
    const { uniforms, grid } = sumSplitsLaunch(rows, g.outputs, { splits, vector: vectorOut });
    device.dispatch(sumSplitsKernel(vectorOut), { x: partial, y: dw }, uniforms, grid);
    device.free(partial);
    return dw;
  },
};

/** Workgroups that keep a large GPU busy. */
const WORKGROUPS = 1024;

/** Tiles of pixels that a part of the filter gradient should sum at least. */
const LEAST = 8;

/** What a convolution is added to: a tensor, what `y` holds, or nothing. */
type Onto = Tensor | "y" | "nothing";

function convolve(
  x: Tensor,
  w: Tensor,
  y: Tensor,
  { onto, ...c }: Convolution & { readonly onto: Onto },
): void {
  const { device } = y;
  const [images, inHeight, inWidth, inputs] = x.shape as Quad;
  const [, outHeight, outWidth, outputs] = y.shape as Quad;
  const pixels = images * c.rows * c.columns;
  const variant = {
    ...variantFor(pixels, inputs, outputs),
    reach: reachOf(c, x.size / inputs === pixels),
    onto: typeof onto === "string" ? onto : "plus",
  } as const;
  const [x1, y1 = 1] = linearGrid(Math.ceil(pixels / variant.pixels));
  device.dispatch(
    tiledConvKernel(variant),
    { x, w, bias: c.bias ?? w, plus: typeof onto === "string" ? undefined : onto, y },
    {
      pixels,
      inHeight,
      inWidth,
      inputs,
      top: c.top,
      left: c.left,
      tapRows: c.tapRows,
      tapColumns: c.tapColumns,
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
    [x1, y1, Math.ceil(outputs / variant.channels)],
  );
}

function reachOf(c: Convolution, alike: boolean): TiledConvVariant["reach"] {
  if (c.step > 1) return "phase";
  const point = c.tapRows * c.tapColumns === 1 && c.stride === 1 && c.top === 0 && c.left === 0;
  return point && alike ? "pointwise" : "window";
}

/** The largest tile that leaves no channels idle and gives every core something to do. */
function variantFor(
  pixels: number,
  inputs: number,
  outputs: number,
): Omit<TiledConvVariant, "reach" | "onto"> {
  const channels = outputs <= 16 ? 16 : outputs <= 32 ? 32 : 64;
  const groups = Math.ceil(pixels / 128) * Math.ceil(outputs / channels);
  return {
    pixels: 2 * groups >= WORKGROUPS ? 128 : 64,
    channels,
    vectorIn: inputs % 4 === 0,
    vectorOut: outputs % 4 === 0,
  };
}

/** Weights in another order, kept with their tensor until it changes. */
class ReorderedWeights {
  readonly weights: Tensor;

  constructor(w: Tensor, plan: WeightPlan) {
    const { device } = w;
    const { tapRows, tapColumns, inputs, outputs } = plan;
    this.weights = device.keep(() => device.empty([tapRows, tapColumns, inputs, outputs]));
    device.dispatch(
      reorderWeightsKernel(),
      { w, y: this.weights },
      { size: this.weights.size, ...planUniforms(plan) },
      scalarGroups(this.weights.size),
    );
  }

  free(): void {
    this.weights.device.release(this.weights);
  }
}

function reorderedWeights(w: Tensor, name: string, plan: () => WeightPlan): Tensor {
  const key = `weights ${w.offset} ${name}`;
  const found = w.storage.copies?.get(key);
  if (found instanceof ReorderedWeights) return found.weights;
  found?.free();
  const reordered = new ReorderedWeights(w, plan());
  (w.storage.copies ??= new Map()).set(key, reordered);
  return reordered.weights;
}

type Quad = readonly [number, number, number, number];
