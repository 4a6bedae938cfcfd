import {
  groupedConvKernel,
  groupedConvLaunch,
  groupedInputKernel,
  groupedInputLaunch,
  groupsOfFours,
} from "../../../../kernels/conv2d/grouped_conv.ts";
import {
  groupedFilterKernel,
  groupedFilterLaunch,
} from "../../../../kernels/conv2d/grouped_filter.ts";
import { addInto } from "../../tape.ts";
import type { ConvKernels } from "./convolution.ts";
import { sumOfParts } from "./sum_of_parts.ts";

/** Convolutions of several groups, on all adapters. */
export const groupedConv: ConvKernels = {
  forward(x, w, { bias, plus }, g, to) {
    const y = x.device.empty([g.images, g.outHeight, g.outWidth, g.outputs], "f32", to);
    const { uniforms, grid } = groupedConvLaunch(g, bias !== undefined);
    const bindings = { x, w, bias: bias ?? w, y };
    const variant = { vector: groupsOfFours(g), from: x.precision, to };
    x.device.dispatch(groupedConvKernel(variant), bindings, uniforms, grid);
    return plus ? addInto(y, plus, true) : y;
  },

  inputGradient(dy, w, g, to) {
    const dx = dy.device.empty([g.images, g.height, g.width, g.inputs], "f32", to);
    const { uniforms, grid } = groupedInputLaunch(g);
    const variant = { vector: groupsOfFours(g), from: dy.precision, to };
    dy.device.dispatch(groupedInputKernel(variant), { dy, w, dx }, uniforms, grid);
    return dx;
  },

  filterGradient(x, dy, g, out) {
    const variant = { vector: groupsOfFours(g), x: x.precision, dy: dy.precision };
    const { uniforms, grid, splits } = groupedFilterLaunch(g);
    return sumOfParts(dy, g, { splits, out }, (y) => {
      x.device.dispatch(groupedFilterKernel(variant), { x, dy, y }, uniforms, grid);
    });
  },
};
