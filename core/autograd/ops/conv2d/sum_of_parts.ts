import { sumSplitsKernel, sumSplitsLaunch } from "../../../../kernels/conv2d/sum_splits.ts";
import type { Tensor } from "../../tensor.ts";
import { gradientScale } from "../cast.ts";
import type { ConvGeometry } from "./geometry.ts";

/**
 * A filter gradient, [KH, KW, C / groups, O], from sums over parts of the pixels.
 *
 * @param dy What it is the gradient by: its precision says by what the parts are scaled.
 * @param options `splits`: the number of parts; `out`: where the gradient goes, a new tensor if not
 *   given.
 * @param compute Writes the parts to a tensor [splits, KH · KW · C / groups, O in whole fours]; a part
 *   that needs nothing more is the gradient itself.
 */
export function sumOfParts(
  dy: Tensor,
  g: ConvGeometry,
  { splits, out }: { readonly splits: number; readonly out: Tensor | undefined },
  compute: (parts: Tensor) => void,
): Tensor {
  const { device } = dy, inputs = g.inputs / g.groups;
  const rows = g.kernelHeight * g.kernelWidth * inputs, vector = g.outputs % 4 === 0;
  const scale = 1 / gradientScale(dy), direct = splits === 1 && vector && scale === 1;
  const dw = out ?? device.empty([g.kernelHeight, g.kernelWidth, inputs, g.outputs]);
  const parts = direct ? dw : device.empty([splits, rows, Math.ceil(g.outputs / 4) * 4]);
  compute(parts);
  if (direct) return dw;
  const { uniforms, grid } = sumSplitsLaunch(rows, g.outputs, { splits, vector, scale });
  device.dispatch(sumSplitsKernel(vector), { x: parts, y: dw }, uniforms, grid);
  device.free(parts);
  return dw;
}
