import type { Tunable } from "../../tuning/tune.ts";
import { candidates, MANY_PIXELS } from "./conv_tiles.ts";
import { type Convolution, forwardConvolution, phaseConvolution } from "./convolution.ts";
import type { ConvGeometry } from "./geometry.ts";
import { inputPhases } from "./input_phases.ts";
import {
  convLaunch,
  type ConvShapes,
  convTilesOf,
  filterLaunch,
  filterTilesOf,
  partialSums,
} from "./tiled_conv.ts";

/**
 * What a convolution's three kernels of GPUs can be timed by: forward, each phase of the input
 * gradient, the filter gradient. Of more images than change a choice only some are taken.
 */
export function convTunables(layer: ConvGeometry): Tunable[] {
  if (layer.groups > 1) return []; // they have kernels of their own
  const most = Math.ceil(MANY_PIXELS / (layer.outHeight * layer.outWidth));
  const g = { ...layer, images: Math.min(layer.images, most) };
  const inside = [g.images, g.height, g.width, g.inputs] as const;
  const outside = [g.images, g.outHeight, g.outWidth, g.outputs] as const;
  return [
    tunableConv({ x: inside, y: outside }, forwardConvolution(g, undefined)),
    ...inputPhases(g).map((phase) =>
      tunableConv({ x: outside, y: inside }, phaseConvolution(phase, g))
    ),
    tunableFilter(g),
  ];
}

function tunableConv(shapes: ConvShapes, c: Convolution): Tunable {
  const { x: [, , , inputs], y: [, , , outputs] } = shapes, choice = convTilesOf(shapes, c);
  return {
    key: choice.key,
    tiles: candidates(choice, outputs),
    shapes: { ...shapes, w: [c.tapRows, c.tapColumns, inputs, outputs], bias: [outputs] },
    launch: (tile) => convLaunch(shapes, c, { ...choice.tiles.get(tile)!, ...PLAIN.conv }), // one of the candidates
  };
}

function tunableFilter(g: ConvGeometry): Tunable {
  const choice = filterTilesOf(g);
  return {
    key: choice.key,
    tiles: candidates(choice, g.outputs),
    shapes: {
      x: [g.images, g.height, g.width, g.inputs],
      dy: [g.images, g.outHeight, g.outWidth, g.outputs],
      y: partialSums(g),
    },
    launch: (tile) => filterLaunch(g, { ...choice.tiles.get(tile)!, ...PLAIN.filter }), // one of the candidates
  };
}

/** Layers are timed in single precision and added to nothing, whatever a run does. */
const PLAIN = {
  conv: { from: "f32", to: "f32", onto: "nothing" },
  filter: { x: "f32", dy: "f32" },
} as const;
