import {
  defineKernel,
  inHalf,
  type Kernel,
  type Launch,
  linearGrid,
  linearIndex,
  memoKernel,
  type Precision,
  read,
  stored,
  write,
} from "../kernel.ts";
import { range, XYZW } from "../unroll.ts";
import { type ConvSizes, groupsOfFours } from "./grouped_conv.ts";

const UNIFORMS = {
  size: "u32",
  rows: "u32",
  perSplit: "u32",
  pixels: "u32",
  height: "u32",
  width: "u32",
  inputs: "u32",
  outputs: "u32",
  padded: "u32",
  groupInputs: "u32",
  groupOutputs: "u32",
  tapColumns: "u32",
  stride: "u32",
  padding: "u32",
  outHeight: "u32",
  outWidth: "u32",
} as const;

type Uniforms = keyof typeof UNIFORMS;

/** Invocations that keep a large GPU busy. */
const ENOUGH = 65_536;

/** Pixels that a part of the sum should have at least. */
const LEAST = 64;

/**
 * Filter gradient of a grouped convolution, [KH, KW, inputs of a group, O], straight from buffers as
 * `groupedConvKernel`: an invocation sums one element, or four inputs by four outputs where groups
 * come in fours (`vector`), over a part of the output pixels; `sumSplitsKernel` adds the parts in
 * order. Neighbouring invocations have neighbouring outputs.
 */
export function groupedFilterKernel(
  { vector, x, dy }: {
    readonly vector: boolean;
    readonly x: Precision;
    readonly dy: Precision;
  },
): Kernel<"x" | "dy" | "y", Uniforms> {
  const type = vector ? "vec4f" : "f32", lanes = vector ? 4 : 1;
  const name = `grouped conv filter gradient ${type}${inHalf(x, "x")}${inHalf(dy, "dy")}`;
  return memoKernel(name, (key) =>
    defineKernel({
      key,
      bindings: { x: read(stored(type, x)), dy: read(stored(type, dy)), y: write(type) },
      uniforms: UNIFORMS,
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let o = i % u.outputs; let row = i / u.outputs % u.rows; let split = i / (u.outputs * u.rows);
  let c = row % u.groupInputs; let tap = row / u.groupInputs;
  let a = tap / u.tapColumns; let b = tap % u.tapColumns;
  let channel = o / u.groupOutputs * u.groupInputs + c;
  let begin = split * u.perSplit; let end = min(begin + u.perSplit, u.pixels);
  var ox = begin % u.outWidth; var oy = begin / u.outWidth % u.outHeight;
  var n = begin / (u.outWidth * u.outHeight);
  ${range(lanes).map((e) => `var s${e} = ${type}(0);`).join(" ")}
  for (var m = begin; m < end; m++) {
    // Pixels above and left of the image wrap around to numbers that are too large.
    let iy = oy * u.stride + a - u.padding; let ix = ox * u.stride + b - u.padding;
    let inside = iy < u.height && ix < u.width;
    let at = select(0u, ((n * u.height + iy) * u.width + ix) * u.inputs + channel, inside);
    let v = select(${type}(0), ${type}(x[at]), inside); let d = ${type}(dy[m * u.outputs + o]);
    ${
        vector
          ? XYZW.map((part, e) => `s${e} = fma(vec4f(v.${part}), d, s${e});`).join(" ")
          : "s0 = fma(v, d, s0);"
      }
    ox++;
    if (ox == u.outWidth) { ox = 0u; oy++; }
    if (oy == u.outHeight) { oy = 0u; n++; }
  }
  ${
        range(lanes).map((e) =>
          `y[((split * u.rows + row) * ${lanes}u + ${e}u) * u.padded + o] = s${e};`
        ).join(" ")
      }`,
    }));
}

/** Uniforms and grid of {@linkcode groupedFilterKernel}, and into how many parts it sums. */
export function groupedFilterLaunch(g: ConvSizes): Launch<Uniforms> & { splits: number } {
  const lanes = groupsOfFours(g) ? 4 : 1;
  const groupInputs = g.inputs / g.groups / lanes, outputs = g.outputs / lanes;
  const rows = g.kernelHeight * g.kernelWidth * groupInputs;
  const pixels = g.images * g.outHeight * g.outWidth;
  const wanted = Math.min(Math.ceil(ENOUGH / (rows * outputs)), Math.ceil(pixels / LEAST));
  const perSplit = Math.ceil(pixels / wanted), splits = Math.ceil(pixels / perSplit);
  const size = splits * rows * outputs;
  return {
    splits,
    uniforms: {
      size,
      rows,
      perSplit,
      pixels,
      height: g.height,
      width: g.width,
      inputs: g.inputs / lanes,
      outputs,
      padded: lanes === 4 ? outputs : Math.ceil(outputs / 4) * 4,
      groupInputs,
      groupOutputs: g.outputs / g.groups / lanes,
      tapColumns: g.kernelWidth,
      stride: g.stride,
      padding: g.padding,
      outHeight: g.outHeight,
      outWidth: g.outWidth,
    },
    grid: linearGrid(Math.ceil(size / 64)),
  };
}
