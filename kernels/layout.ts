/**
 * Moving elements about: any permutation, stretch or cut as one gather by strides, and copies of
 * neighbouring elements between tensors of different row lengths.
 *
 * @module
 */
import {
  axisUniforms,
  defineKernel,
  type Kernel,
  linearIndex,
  memoKernel,
  read,
  write,
} from "./kernel.ts";

/** WGSL types that elements of four bytes are moved as. */
export type Word = "f32" | "i32" | "u32";

/** Size of the result along an axis, and the step in `x`. */
export type AxisUniform = `d${number}` | `s${number}`;

/** `y[c] = x[offset + Σ c_k · s_k]` for each index `c` of `y`, whose sizes are `d`; floats times `scale`. */
export function stridedKernel(
  type: Word,
  rank: number,
): Kernel<"x" | "y", "n" | "offset" | "scale" | AxisUniform> {
  return memoKernel(`strided ${type} rank ${rank}`, (key) => {
    const axes = Array.from({ length: rank }, (_, k) => rank - 1 - k);
    return defineKernel({
      key,
      bindings: { x: read(type), y: write(type) },
      uniforms: {
        n: "u32",
        offset: "u32",
        scale: "f32",
        ...axisUniforms(rank, (k) => [`d${k}`, `s${k}`]),
      },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  var rest = i; var at = u.offset;
  ${
        axes.map((k) =>
          k === 0 ? "at += rest * u.s0;" : `at += rest % u.d${k} * u.s${k}; rest /= u.d${k};`
        ).join("\n  ")
      }
  y[i] = x[at]${type === "f32" ? " * u.scale" : ""};`,
    });
  });
}

/**
 * Copies `rows` runs of `length` elements: run `r` from `x[xStart + r · xStride]` to
 * `y[yStart + r · yStride]`. With `vec4` all numbers count groups of four.
 */
export function copyRunsKernel(
  type: Word,
  vec4: boolean,
): Kernel<"x" | "y", "n" | "length" | "xStart" | "xStride" | "yStart" | "yStride"> {
  return memoKernel(`copy runs ${type} ${vec4 ? "vec4" : ""}`, (key) => {
    const element = vec4 ? `vec4<${type}>` : type;
    return defineKernel({
      key,
      bindings: { x: read(element), y: write(element) },
      uniforms: {
        n: "u32",
        length: "u32",
        xStart: "u32",
        xStride: "u32",
        yStart: "u32",
        yStride: "u32",
      },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let r = i / u.length; let c = i % u.length;
  y[u.yStart + r * u.yStride + c] = x[u.xStart + r * u.xStride + c];`,
    });
  });
}

/**
 * Writes rows of `width` elements that hold run `r` of `x` (`length` elements) from `start` on and
 * 0 elsewhere: the gradient of a cut.
 */
export function padRunsKernel(): Kernel<"x" | "y", "n" | "width" | "start" | "length"> {
  return memoKernel("pad runs", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), y: write("f32") },
      uniforms: { n: "u32", width: "u32", start: "u32", length: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let c = i % u.width;
  let inside = c >= u.start && c < u.start + u.length;
  // An index that is in range wherever it is used.
  let at = i / u.width * u.length + select(0u, c - u.start, inside);
  y[i] = select(0.0, x[at], inside);`,
    }));
}

/**
 * Turns square images counter-clockwise by quarter turns of their own. An invocation
 * moves one number; channels lie side by side, so reads of neighbours are neighbours.
 */
export function quarterTurnKernel(): Kernel<"x" | "turns" | "y", "n" | "size" | "channels"> {
  return memoKernel("quarter turn", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), turns: read("i32"), y: write("f32") },
      uniforms: { n: "u32", size: "u32", channels: "u32" },
      body: /* wgsl */ `${linearIndex()}
  if (i >= u.n) { return; }
  let row = i / u.channels;
  let column = row % u.size;
  let line = row / u.size % u.size;
  let image = row / (u.size * u.size);
  let last = u.size - 1u;
  var from_ = vec2u(line, column);
  switch (u32(turns[image]) & 3u) {
    case 1u: { from_ = vec2u(column, last - line); }
    case 2u: { from_ = vec2u(last - line, last - column); }
    case 3u: { from_ = vec2u(last - column, line); }
    default: {}
  }
  y[i] = x[((image * u.size + from_.x) * u.size + from_.y) * u.channels + i % u.channels];`,
    }));
}
