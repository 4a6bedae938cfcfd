import {
  defineKernel,
  type Kernel,
  linearIndex,
  memoKernel,
  read,
  storageTexture,
  write,
} from "../kernel.ts";

/** Output channels that an invocation of the texture convolution computes. */
export const CONV_GROUP = 8;

/** Where an element of the weights comes from: linear in all of its indices. */
export const WEIGHT_UNIFORMS = {
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

/** Names the uniforms that say where weights come from. */
export type WeightUniform = keyof typeof WEIGHT_UNIFORMS;

const PLACE = `u32(u.first + i32(tap / u.tapColumns) * u.rowStep +
      i32(tap % u.tapColumns) * u.columnStep + i32(input) * u.inputStep + i32(output) * u.outputStep)`;

/**
 * Rearranges weights for the texture convolution: a row for each group of 8 output channels, in it
 * `[input][tap][2]` texels (`tapMajor` 1: `[tap][input]…`), zeros where a channel does not exist.
 * Flipped, transposed and strided filters are the same kernel. An invocation writes a texel.
 */
export function packWeightsKernel(): Kernel<
  "w" | "y",
  "size" | "width" | "tapMajor" | keyof typeof WEIGHT_UNIFORMS
> {
  return memoKernel("pack weights", (key) =>
    defineKernel({
      key,
      bindings: { w: read("f32"), y: storageTexture() },
      uniforms: { size: "u32", width: "u32", tapMajor: "u32", ...WEIGHT_UNIFORMS },
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let column = i % u.width; let row = i / u.width;
  let quad = column % ${CONV_GROUP / 4}u; let rest = column / ${CONV_GROUP / 4}u;
  var tap = rest % u.taps; var input = rest / u.taps;
  if (u.tapMajor == 1u) {
    let padded = (u.inputs + 3u) / 4u * 4u;
    tap = rest / padded; input = rest % padded;
  }
  var v = vec4f(0);
  for (var o = 0u; o < 4u; o++) {
    let output = row * ${CONV_GROUP}u + quad * 4u + o;
    if (input < u.inputs && output < u.outputs) { v[o] = w[${PLACE}]; }
  }
  textureStore(y, vec2u(column, row), 0, v);`,
    }));
}

/** Rearranges weights for the tiled convolution: `[tap][input][output]`, else as above. */
export function reorderWeightsKernel(): Kernel<"w" | "y", "size" | WeightUniform> {
  return memoKernel("reorder weights", (key) =>
    defineKernel({
      key,
      bindings: { w: read("f32"), y: write("f32") },
      uniforms: { size: "u32", ...WEIGHT_UNIFORMS },
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let output = i % u.outputs; let rest = i / u.outputs;
  let input = rest % u.inputs; let tap = rest / u.inputs;
  y[i] = w[${PLACE}];`,
    }));
}
