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
import { each, range, XYZW } from "../unroll.ts";

/** Pixels of an invocation, neighbours in a row. */
const OWN = 4;

/** All sizes of a convolution. */
export interface ConvSizes {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly groups: number;
}

/** Whether the channels of a group, in and out, come in fours. */
export function groupsOfFours({ inputs, outputs, groups }: ConvSizes): boolean {
  return inputs / groups % 4 === 0 && outputs / groups % 4 === 0;
}

/** Uniforms of {@linkcode groupedConvKernel} and {@linkcode groupedInputKernel}; channels as lanes. */
const UNIFORMS = {
  size: "u32",
  strips: "u32",
  height: "u32",
  width: "u32",
  inputs: "u32",
  outputs: "u32",
  groupInputs: "u32",
  groupOutputs: "u32",
  tapRows: "u32",
  tapColumns: "u32",
  stride: "u32",
  padding: "u32",
  outHeight: "u32",
  outWidth: "u32",
  biased: "u32",
} as const;

type Uniforms = keyof typeof UNIFORMS;

/** What changes the code of the kernels: four channels at once, and how images lie in memory. */
export interface GroupedVariant {
  /** Whether groups come in fours. */
  readonly vector: boolean;
  /** In which precision what is read lies in memory. */
  readonly from: Precision;
  /** In which precision what is written does. */
  readonly to: Precision;
}

/**
 * Convolution whose channels are cut into groups that do not see each other, `w`
 * [KH, KW, inputs of a group, O]. A group of ResNeXt has 4 to 32 channels, too few for a matrix
 * product's tile, and each value is used as seldom: an invocation computes one channel of four
 * neighbouring pixels, or four channels of them where groups come in fours (`vector`), straight from
 * buffers. Neighbouring invocations have neighbouring channels. The same for all adapters.
 *
 * Loads are unconditional, from place 0 where a pixel lies outside, so that none waits for a branch.
 */
export function groupedConvKernel(
  { vector, from, to }: GroupedVariant,
): Kernel<"x" | "w" | "bias" | "y", Uniforms> {
  const type = vector ? "vec4f" : "f32", result = stored(type, to);
  return memoKernel(
    `grouped conv ${type}${inHalf(from, "from")}${inHalf(to, "to")}`,
    (key) =>
      defineKernel({
        key,
        bindings: {
          x: read(stored(type, from)),
          w: read(type),
          bias: read(type),
          y: write(result),
        },
        uniforms: UNIFORMS,
        body: `${linearIndex()}
  if (i >= u.size) { return; }
  let o = i % u.outputs; let left = i / u.outputs % u.strips * ${OWN}u;
  let row = i / (u.outputs * u.strips) % u.outHeight;
  let n = i / (u.outputs * u.strips * u.outHeight);
  let first = o / u.groupOutputs * u.groupInputs;
  var s0 = ${type}(0);
  if (u.biased == 1u) { s0 = bias[o]; }
  ${range(OWN).slice(1).map((p) => `var s${p} = s0;`).join(" ")}
  for (var a = 0u; a < u.tapRows; a++) {
    let iy = row * u.stride + a - u.padding;
    if (iy >= u.height) { continue; }
    for (var b = 0u; b < u.tapColumns; b++) {
      ${
          each(OWN, (p) =>
            `let ix${p} = (left + ${p}u) * u.stride + b - u.padding; let in${p} = ix${p} < u.width;
      var at${p} = select(0u, ((n * u.height + iy) * u.width + ix${p}) * u.inputs + first, in${p});`)
        }
      var k = (a * u.tapColumns + b) * u.groupInputs * ${vector ? 4 : 1}u * u.outputs + o;
      for (var c = 0u; c < u.groupInputs; c++) {
        ${range(vector ? 4 : 1).map((e) => `let w${e} = w[k + ${e}u * u.outputs];`).join(" ")}
        k += ${vector ? 4 : 1}u * u.outputs;
        ${
          each(OWN, (p) =>
            `let x${p} = select(${type}(0), ${type}(x[at${p}]), in${p}); at${p}++;
        s${p} = ${
              vector
                ? XYZW.reduce((sum, part, e) => `fma(vec4f(x${p}.${part}), w${e}, ${sum})`, `s${p}`)
                : `fma(x${p}, w0, s${p})`
            };`)
        }
      }
    }
  }
  ${
          each(OWN, (p) =>
            `if (left + ${p}u < u.outWidth) {
    y[((n * u.outHeight + row) * u.outWidth + left + ${p}u) * u.outputs + o] = ${result}(s${p});
  }`)
        }`,
      }),
  );
}

/** Uniforms and grid of {@linkcode groupedConvKernel}. */
export function groupedConvLaunch(g: ConvSizes, biased: boolean): Launch<Uniforms> {
  const strips = Math.ceil(g.outWidth / OWN);
  return launch(g, { biased, strips, lines: g.images * g.outHeight * strips, channels: g.outputs });
}

/**
 * Gradient of the images of {@linkcode groupedConvKernel}, gathered: each pixel sums what came of it.
 * An invocation has pixels that lie a stride apart, which the same taps reach.
 */
export function groupedInputKernel(
  { vector, from, to }: GroupedVariant,
): Kernel<"dy" | "w" | "dx", Uniforms> {
  const type = vector ? "vec4f" : "f32", lanes = vector ? 4 : 1;
  const result = stored(type, to);
  return memoKernel(
    `grouped conv input gradient ${type}${inHalf(from, "from")}${inHalf(to, "to")}`,
    (key) =>
      defineKernel({
        key,
        bindings: { dy: read(stored(type, from)), w: read(type), dx: write(result) },
        uniforms: UNIFORMS,
        body: `${linearIndex()}
  if (i >= u.size) { return; }
  let c = i % u.inputs; let strip = i / u.inputs % u.strips;
  let row = i / (u.inputs * u.strips) % u.height; let n = i / (u.inputs * u.strips * u.height);
  let phase = strip % u.stride; let left = strip / u.stride * ${OWN}u;
  let first = c / u.groupInputs * u.groupOutputs;
  let own = c % u.groupInputs * ${lanes}u;
  ${range(OWN).map((p) => `var s${p} = ${type}(0);`).join(" ")}
  for (var a = 0u; a < u.tapRows; a++) {
    // Outputs above the first wrap around to numbers that are too large.
    let down = row + u.padding - a; let oy = down / u.stride;
    if (row + u.padding < a || down % u.stride != 0u || oy >= u.outHeight) { continue; }
    for (var b = 0u; b < u.tapColumns; b++) {
      // Filter widths of strides are added, so that the quotient is of a whole number.
      let across = phase + u.padding + u.tapColumns * u.stride - b;
      if (across % u.stride != 0u) { continue; }
      let shift = across / u.stride - u.tapColumns;
      ${
          each(OWN, (p) =>
            `let ox${p} = left + ${p}u + shift; let in${p} = ox${p} < u.outWidth;
      var at${p} = select(0u, ((n * u.outHeight + oy) * u.outWidth + ox${p}) * u.outputs + first, in${p});`)
        }
      var k = ((a * u.tapColumns + b) * u.groupInputs * ${lanes}u + own) * u.outputs + first;
      for (var o = 0u; o < u.groupOutputs; o++) {
        ${range(lanes).map((e) => `let w${e} = w[k + ${e}u * u.outputs];`).join(" ")}
        k++;
        ${
          each(OWN, (p) =>
            `let d${p} = select(${type}(0), ${type}(dy[at${p}]), in${p}); at${p}++;
        s${p} ${
              vector
                ? `+= vec4f(${range(4).map((e) => `dot(d${p}, w${e})`).join(", ")})`
                : `= fma(d${p}, w0, s${p})`
            };`)
        }
      }
    }
  }
  ${
          each(OWN, (p) =>
            `{ let column = (left + ${p}u) * u.stride + phase;
    if (column < u.width) { dx[((n * u.height + row) * u.width + column) * u.inputs + c] = ${result}(s${p}); } }`)
        }`,
      }),
  );
}

/** Uniforms and grid of {@linkcode groupedInputKernel}. */
export function groupedInputLaunch(g: ConvSizes): Launch<Uniforms> {
  const strips = Math.ceil(g.width / (OWN * g.stride)) * g.stride;
  return launch(g, {
    biased: false,
    strips,
    lines: g.images * g.height * strips,
    channels: g.inputs,
  });
}

function launch(
  g: ConvSizes,
  { biased, strips, lines, channels }: {
    readonly biased: boolean;
    readonly strips: number;
    readonly lines: number;
    readonly channels: number;
  },
): Launch<Uniforms> {
  const lanes = groupsOfFours(g) ? 4 : 1;
  const size = lines * channels / lanes;
  return {
    uniforms: {
      size,
      strips,
      height: g.height,
      width: g.width,
      inputs: g.inputs / lanes,
      outputs: g.outputs / lanes,
      groupInputs: g.inputs / g.groups / lanes,
      groupOutputs: g.outputs / g.groups / lanes,
      tapRows: g.kernelHeight,
      tapColumns: g.kernelWidth,
      stride: g.stride,
      padding: g.padding,
      outHeight: g.outHeight,
      outWidth: g.outWidth,
      biased: biased ? 1 : 0,
    },
    grid: linearGrid(Math.ceil(size / 64)),
  };
}
