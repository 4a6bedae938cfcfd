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
import { sumSplitsKernel, sumSplitsLaunch } from "../../../../kernels/conv2d/sum_splits.ts";
import { gradientScale } from "../cast.ts";
import { addInto } from "../../tape.ts";
import type { ConvKernels } from "./convolution.ts";

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
    const { device } = x, scale = 1 / gradientScale(dy);
    const variant = { vector: groupsOfFours(g), x: x.precision, dy: dy.precision };
    const inputs = g.inputs / g.groups, rows = g.kernelHeight * g.kernelWidth * inputs;
    const dw = out ?? device.empty([g.kernelHeight, g.kernelWidth, inputs, g.outputs]);
    const { uniforms, grid, splits } = groupedFilterLaunch(g);
    const direct = splits === 1 && g.outputs % 4 === 0 && scale === 1;
    const parts = direct ? dw : device.empty([splits, rows, Math.ceil(g.outputs / 4) * 4]);
    device.dispatch(groupedFilterKernel(variant), { x, dy, y: parts }, uniforms, grid);
    if (direct) return dw;
    const quads = g.outputs % 4 === 0;
    const sum = sumSplitsLaunch(rows, g.outputs, { splits, vector: quads, scale });
    device.dispatch(sumSplitsKernel(quads), { x: parts, y: dw }, sum.uniforms, sum.grid);
    device.free(parts);
    return dw;
  },
};
