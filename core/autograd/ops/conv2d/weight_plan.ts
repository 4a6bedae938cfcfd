import type { WeightUniform } from "../../../../kernels/conv2d/pack_weights.ts";
import type { UniformValues } from "../../../../kernels/kernel.ts";
import type { ConvGeometry } from "./geometry.ts";
import type { InputPhase } from "./input_phases.ts";

/** Which element of the weights a tap of a convolution uses: linear in all of its indices. */
export interface WeightPlan {
  readonly tapRows: number;
  readonly tapColumns: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly first: number;
  readonly rowStep: number;
  readonly columnStep: number;
  readonly inputStep: number;
  readonly outputStep: number;
}

/** The weights as they are. */
export function forwardPlan(g: ConvGeometry): WeightPlan {
  return {
    tapRows: g.kernelHeight,
    tapColumns: g.kernelWidth,
    inputs: g.inputs,
    outputs: g.outputs,
    first: 0,
    rowStep: g.kernelWidth * g.inputs * g.outputs,
    columnStep: g.inputs * g.outputs,
    inputStep: g.outputs,
    outputStep: 1,
  };
}

/** The weights that lead back from outputs to the pixels of a phase. */
export function phasePlan(phase: InputPhase, g: ConvGeometry): WeightPlan {
  const { tapRows, tapColumns, firstRow, firstColumn } = phase;
  const row = g.kernelWidth * g.inputs * g.outputs, column = g.inputs * g.outputs;
  return {
    tapRows,
    tapColumns,
    inputs: g.outputs,
    outputs: g.inputs,
    // Flipped: the tap that comes first in dy is the last of the filter.
    first: (firstRow + (tapRows - 1) * g.stride) * row +
      (firstColumn + (tapColumns - 1) * g.stride) * column,
    rowStep: -g.stride * row,
    columnStep: -g.stride * column,
    inputStep: 1,
    outputStep: g.outputs,
  };
}

/** A plan as uniforms of the kernels that rearrange weights. */
export function planUniforms({ tapRows, ...plan }: WeightPlan): UniformValues<WeightUniform> {
  return { ...plan, taps: tapRows * plan.tapColumns };
}
