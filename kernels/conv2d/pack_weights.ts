import { defineKernel, type Kernel, LINEAR_INDEX, memoKernel, read, write } from "../kernel.ts";

/** Output channels that one invocation of the image convolution computes. */
export const GROUP = 8;

/** Where an element comes from. */
const SOURCE = {
  taps: "u32",
  tapColumns: "u32",
  inputs: "u32",
  outputs: "u32",
  first: "i32",
  rowStep: "i32",
  columnStep: "i32",
  inputStep: "i32",
  outputStep: "i32",
} as const;

const PLACE = `u.first + i32(tap / u.tapColumns) * u.rowStep +
      i32(tap % u.tapColumns) * u.columnStep + i32(input) * u.inputStep + i32(output) * u.outputStep`;

/**
 * Rearranges weights for the image convolution: `[group][chunk][tap][4][8]`, groups of 8 output
 * channels, chunks of 4 input channels, zeros where a channel does not exist. Where an element comes
 * from is linear in row and column of its tap and in both channels, so that flipped, transposed and
 * strided filters are the same kernel.
 */
export function packWeightsKernel(): Kernel {
  return memoKernel("pack weights", (key) =>
    defineKernel({
      key,
      bindings: { w: read("f32"), y: write("f32") },
      uniforms: { size: "u32", chunks: "u32", groupStride: "u32", ...SOURCE },
      body: `${LINEAR_INDEX}
  if (i >= u.size) { return; }
  let o = i % ${GROUP}u; var rest = i / ${GROUP}u;
  let c = rest % 4u; rest /= 4u;
  let tap = rest % u.taps; rest /= u.taps;
  let chunk = rest % u.chunks; let group = rest / u.chunks;
  let input = chunk * 4u + c; let output = group * ${GROUP}u + o;
  var v = 0.0;
  if (input < u.inputs && output < u.outputs) {
    v = w[${PLACE}];
  }
  y[group * u.groupStride + ((chunk * u.taps + tap) * 4u + c) * ${GROUP}u + o] = v;`,
    }));
}

/** Rearranges weights for the tiled convolution: `[tap][input][output]`, else as above. */
export function reorderWeightsKernel(): Kernel {
  return memoKernel("reorder weights", (key) =>
    defineKernel({
      key,
      bindings: { w: read("f32"), y: write("f32") },
      uniforms: { size: "u32", ...SOURCE },
      body: `${LINEAR_INDEX}
  if (i >= u.size) { return; }
  let output = i % u.outputs; let rest = i / u.outputs;
  let input = rest % u.inputs; let tap = rest / u.inputs;
  y[i] = w[${PLACE}];`,
    }));
}
