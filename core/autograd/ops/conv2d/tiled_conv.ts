import { reorderWeightsKernel } from "../../../../kernels/conv2d/pack_weights.ts";
import {
  type TILED_CONV_UNIFORMS,
  tiledConvKernel,
  type TiledConvVariant,
} from "../../../../kernels/conv2d/tiled_conv.ts";
import {
  FILTER_DEPTH,
  FILTER_ROWS,
  type TILED_FILTER_UNIFORMS,
  tiledFilterKernel,
  type TiledFilterVariant,
} from "../../../../kernels/conv2d/tiled_filter.ts";
import { linearGrid } from "../../../../kernels/kernel.ts";
import { scalarGroups } from "../../../../kernels/pointwise.ts";
import type { Tensor } from "../../tensor.ts";
import type { TileLaunch } from "../../tuning/tune.ts";
import {
  type ConvTile,
  convTiles,
  type FilterTile,
  filterTiles,
  type TileChoice,
  tileOf,
  WORKGROUPS,
} from "./conv_tiles.ts";
import {
  type ConvKernels,
  type Convolution,
  forwardConvolution,
  phaseConvolution,
} from "./convolution.ts";
import type { ConvGeometry } from "./geometry.ts";
import { coverAll, inputPhases } from "./input_phases.ts";
import { sumOfParts } from "./sum_of_parts.ts";
import { phasePlan, planUniforms, type WeightPlan } from "./weight_plan.ts";

/** Convolutions for GPUs, as implicit matrix products. */
export const tiledConv: ConvKernels = {
  forward(x, w, { bias, plus }, g, to) {
    const y = x.device.empty([g.images, g.outHeight, g.outWidth, g.outputs], "f32", to);
    convolve(x, w, y, { ...forwardConvolution(g, bias), onto: plus ?? "nothing" });
    return y;
  },

  inputGradient(dy, w, g, to, sum) {
    const { device } = dy;
    const dx = sum ?? device.empty([g.images, g.height, g.width, g.inputs], "f32", to);
    const phases = inputPhases(g);
    if (!sum && !coverAll(phases, g)) device.clear(dx);
    for (const phase of phases) {
      const weights = reorderedWeights(w, `phase ${phase.name}`, () => phasePlan(phase, g));
      convolve(dy, weights, dx, { ...phaseConvolution(phase, g), onto: sum ? "y" : "nothing" });
    }
    return dx;
  },

  filterGradient(x, dy, g, out) {
    const { device } = x, [splits] = partialSums(g);
    return sumOfParts(dy, g, { splits, out }, (y) => {
      const { kernel, uniforms, grid } = filterLaunch(g, {
        ...tileOf(device, filterTilesOf(g)),
        x: x.precision,
        dy: dy.precision,
      });
      device.dispatch(kernel, { x, dy, y }, uniforms, grid);
    });
  },
};

/** Tiles of pixels that a part of the filter gradient should sum at least. */
const LEAST = 8;

/**
 * Shape of what a filter gradient is the sum of: `[split, row, column]`. Hangs on nothing but the
 * sizes, so that neither adapter nor tile changes what is added to what.
 */
export function partialSums(g: ConvGeometry): [splits: number, rows: number, columns: number] {
  const rows = g.kernelHeight * g.kernelWidth * g.inputs;
  const columns = Math.ceil(g.outputs / 4) * 4;
  return [Math.ceil(pixelsOf(g) / splitLength(g)), rows, columns];
}

/** Pixels that a part of a filter gradient sums; the last one has fewer. */
function splitLength(g: ConvGeometry): number {
  const rows = g.kernelHeight * g.kernelWidth * g.inputs, channels = g.outputs <= 32 ? 32 : 64;
  const groups = Math.ceil(rows / FILTER_ROWS) * Math.ceil(g.outputs / channels);
  const parts = Math.ceil(pixelsOf(g) / FILTER_DEPTH);
  const splits = Math.min(Math.ceil(WORKGROUPS / groups), Math.ceil(parts / LEAST));
  return Math.ceil(parts / splits) * FILTER_DEPTH;
}

function pixelsOf({ images, outHeight, outWidth }: ConvGeometry): number {
  return images * outHeight * outWidth;
}

/** Tiles that the filter gradient of a convolution can run in. */
export function filterTilesOf(g: ConvGeometry): TileChoice<FilterTile> {
  const { kernelHeight: tapRows, kernelWidth: tapColumns } = g;
  return filterTiles({ ...g, pixels: pixelsOf(g), tapRows, tapColumns });
}

/** How the partial sums of a filter gradient are computed. */
export function filterLaunch(
  g: ConvGeometry,
  variant: FilterTile & Pick<TiledFilterVariant, "x" | "dy">,
): TileLaunch<"x" | "dy" | "y", keyof typeof TILED_FILTER_UNIFORMS> {
  const [splits, rows] = partialSums(g);
  const [x, y = 1] = linearGrid(Math.ceil(rows / FILTER_ROWS) * splits);
  return {
    kernel: tiledFilterKernel({
      ...variant,
      vectorIn: g.inputs % 4 === 0,
      vectorOut: g.outputs % 4 === 0,
    }),
    uniforms: {
      splits,
      perSplit: splitLength(g),
      pixels: pixelsOf(g),
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
    grid: [x, y, Math.ceil(g.outputs / variant.channels)],
  };
}

/** Shapes of what goes into a convolution and comes out. */
export interface ConvShapes {
  readonly x: Quad;
  readonly y: Quad;
}

/** What a convolution is added to: a tensor, what `y` holds, or nothing. */
type Onto = Tensor | "y" | "nothing";

function convolve(
  x: Tensor,
  w: Tensor,
  y: Tensor,
  { onto, ...c }: Convolution & { readonly onto: Onto },
): void {
  const { device } = y, shapes = { x: x.shape as Quad, y: y.shape as Quad }; // images
  const named = typeof onto === "string";
  const { kernel, uniforms, grid } = convLaunch(shapes, c, {
    ...tileOf(device, convTilesOf(shapes, c)),
    from: x.precision,
    to: y.precision,
    onto: named ? onto : "plus",
  });
  const args = { x, w, bias: c.bias ?? w, plus: named ? undefined : onto, y };
  device.dispatch(kernel, args, uniforms, grid);
}

/** Tiles that a convolution can run in. */
export function convTilesOf(shapes: ConvShapes, c: Convolution): TileChoice<ConvTile> {
  const { x: [images, , , inputs], y: [, , , outputs] } = shapes;
  const pixels = images * c.rows * c.columns, { tapRows, tapColumns, stride } = c;
  const kind = { pixels, inputs, outputs, tapRows, tapColumns, stride };
  return convTiles(kind, reachOf(shapes, c));
}

/** How a convolution is computed in a tile. */
export function convLaunch(
  shapes: ConvShapes,
  c: Convolution,
  variant: ConvTile & Pick<TiledConvVariant, "from" | "to" | "onto">,
): TileLaunch<"x" | "w" | "bias" | "plus" | "y", keyof typeof TILED_CONV_UNIFORMS> {
  const { x: [images, inHeight, inWidth, inputs], y: [, outHeight, outWidth, outputs] } = shapes;
  const pixels = images * c.rows * c.columns;
  const [x, y = 1] = linearGrid(Math.ceil(pixels / variant.pixels));
  return {
    kernel: tiledConvKernel({
      ...variant,
      vectorIn: inputs % 4 === 0,
      vectorOut: outputs % 4 === 0,
      reach: reachOf(shapes, c),
    }),
    uniforms: {
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
    grid: [x, y, Math.ceil(outputs / variant.channels)],
  };
}

function reachOf({ x: [, height, width] }: ConvShapes, c: Convolution): TiledConvVariant["reach"] {
  if (c.step > 1) return "phase";
  const point = c.tapRows * c.tapColumns === 1 && c.stride === 1 && c.top === 0 && c.left === 0;
  return point && height === c.rows && width === c.columns ? "pointwise" : "window";
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
