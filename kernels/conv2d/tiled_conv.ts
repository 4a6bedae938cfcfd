import { defineKernel, type Kernel, LINEAR_GROUP, memoKernel, read, write } from "../kernel.ts";
import { each, places, range, XYZW } from "../unroll.ts";
import { DIGITS } from "./digits.ts";

/** What changes the code of {@linkcode tiledConvKernel}. */
export interface TiledConvVariant {
  /** Output pixels of a workgroup. */
  readonly pixels: 128 | 64;
  /** Output channels of a workgroup. */
  readonly channels: 64 | 32 | 16;
  /** Whether the number of input channels is a multiple of four. */
  readonly vectorIn: boolean;
  /** Whether the number of output channels is a multiple of four. */
  readonly vectorOut: boolean;
  /** Whether outputs lie apart in `y`, as a phase of an input gradient's do. */
  readonly apart: boolean;
}

/** Pixels of an invocation, which computes four channels of each. */
const OWN = 8;

/** Depth of a tile: elements of `k`, a tap and an input channel. */
const DEPTH = 16;

/** Uniforms of {@linkcode tiledConvKernel}. */
export const TILED_CONV_UNIFORMS = {
  pixels: "u32",
  inHeight: "u32",
  inWidth: "u32",
  inputs: "u32",
  top: "i32",
  left: "i32",
  tapRows: "u32",
  tapColumns: "u32",
  stride: "u32",
  biased: "u32",
  outputs: "u32",
  outHeight: "u32",
  outWidth: "u32",
  step: "u32",
  outTop: "u32",
  outLeft: "u32",
  height: "u32",
  width: "u32",
} as const;

/**
 * Convolution for GPUs as an implicit matrix product: rows are output pixels, columns output
 * channels, `k` goes over taps and input channels. A workgroup computes `pixels` × `channels` from
 * tiles in workgroup memory (13 KiB at most), an invocation 8 × 4 of it; pixels are gathered while
 * a tile is brought, zeros where they lie outside. Neighbouring invocations bring neighbouring
 * channels and write neighbouring channels.
 */
export function tiledConvKernel(
  variant: TiledConvVariant,
): Kernel<"x" | "w" | "bias" | "y", keyof typeof TILED_CONV_UNIFORMS> {
  const { pixels, channels, vectorIn, vectorOut, apart } = variant;
  const key = `tiled conv ${pixels}x${channels}${vectorIn ? " vec4 in" : ""}${
    vectorOut ? " vec4 out" : ""
  }${apart ? " apart" : ""}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: read(vectorIn ? "vec4f" : "f32"),
        w: read(vectorOut ? "vec4f" : "f32"),
        bias: read("vec4f"),
        y: write(vectorOut ? "vec4f" : "f32"),
      },
      uniforms: TILED_CONV_UNIFORMS,
      workgroup: [threads(variant)],
      // Two places more than there are rows, so that four quads of k do not meet in a bank.
      header: `var<workgroup> tileX: array<array<array<vec4f, ${pixels / OWN + 2}>, ${
        DEPTH / 4
      }>, ${OWN}>;
var<workgroup> tileW: array<array<vec4f, ${channels / 4}>, ${DEPTH}>;
${DIGITS}`,
      body: body(variant),
    }));
}

function threads({ pixels, channels }: TiledConvVariant): number {
  return pixels / OWN * (channels / 4);
}

function body(variant: TiledConvVariant): string {
  const { pixels, channels, vectorIn, vectorOut } = variant;
  const across = channels / 4;
  const x = bringX(variant), w = bringW(variant);
  // With 16 channels an invocation brings eight quads of x: registers are short.
  const ahead = channels === 16 ? 2 : 4;
  const bring = (k: string) =>
    `${x.load}
    ${w.load(k)}`;
  return `${LINEAR_GROUP}
  let pixels = u.pixels; let pixel0 = group * ${pixels}u;
  if (pixel0 >= pixels) { return; }
  let inHeight = u.inHeight; let inWidth = u.inWidth; let tapRows = u.tapRows;
  let inputs = u.inputs${vectorIn ? " / 4u" : ""}; let outputs = u.outputs${
    vectorOut ? " / 4u" : ""
  };
  let depth = tapRows * u.tapColumns * u.inputs;
  let row = li / ${across}u; let column = li % ${across}u;
  let quad = wid.z * ${across}u + column;
  let size = vec2u(u.width, u.height);
  ${x.begin}
  ${w.begin}
  var s0 = vec4f(0);
  if (u.biased == 1u) { s0 = bias[quad]; }
  ${range(OWN).slice(1).map((p) => `var s${p} = s0;`).join(" ")}
  ${bring("0u")}
  for (var k = 0u; k < depth; k += ${DEPTH}u) {
    workgroupBarrier();
    ${x.store}
    ${w.store}
    workgroupBarrier();
    ${bring(`k + ${DEPTH}u`)}
    ${each(DEPTH / 4, (q) => products(q, ahead))}
  }
  ${stores(variant)}`;
}

/**
 * How elements of `x` come into the tile: an invocation brings a quad of `k` at some pixels, an
 * element each where the quad may reach over two taps.
 *
 * Loads have no condition: what is not there is read from place 0, and replaced by zeros as late as
 * in the store to the tile. A condition, or a `select` at once, makes the invocation wait for every
 * load before the products.
 */
function bringX(variant: TiledConvVariant) {
  const { pixels, channels, vectorIn } = variant;
  const size = threads(variant), across = channels / 4, down = pixels / OWN;
  const slots = range(pixels * DEPTH / 4 / size), parts = range(vectorIn ? 1 : 4);
  const unit = vectorIn ? 4 : 1, type = vectorIn ? "vec4f" : "f32";
  const loaded = places(slots.length, parts.length);
  return {
    begin: `let taps = vec2u(inputs, u.tapColumns); let tapStep = smallDigits(${
      DEPTH / unit
    }u, taps);
  ${parts.map((e) => `var tap${e} = smallDigits(li % 4u * ${4 / unit}u + ${e}u, taps);`).join(" ")}
  let pixelStep = smallDigits(${size / 4}u, size); var pixel = digits(pixel0 + li / 4u, size);
  ${
      slots.map((j) =>
        `// Pixels beyond the last begin below every image.
  let y${j} = select(0x80000000u, pixel.y * u.stride + u32(u.top), pixel0 + li / 4u + ${
          j * size / 4
        }u < pixels);
  let x${j} = pixel.x * u.stride + u32(u.left);
  let at${j} = ((pixel.z * inHeight + y${j}) * inWidth + x${j}) * inputs;
  pixel = advance(pixel, pixelStep, size, vec2u(1));`
      ).join("\n  ")
    }
  ${loaded.map(([j, e]) => `var v${j}_${e} = ${type}(0); var is${j}_${e} = false;`).join(" ")}`,
    load: parts.map((e) =>
      `{ let inside = tap${e}.z < tapRows;
      let reach = (tap${e}.z * inWidth + tap${e}.y) * inputs + tap${e}.x;
      ${
        slots.map((j) =>
          `is${j}_${e} = inside & (y${j} + tap${e}.z < inHeight) & (x${j} + tap${e}.y < inWidth);
      v${j}_${e} = x[select(0u, at${j} + reach, is${j}_${e})];`
        ).join("\n      ")
      }
      tap${e} = advance(tap${e}, tapStep, taps, vec2u(1)); }`
    ).join("\n    "),
    store: slots.map((j) => {
      const values = parts.map((e) => `select(${type}(0), v${j}_${e}, is${j}_${e})`);
      return `tileX[li / ${4 * down}u + ${j * across / 4}u][li % 4u][li / 4u % ${down}u] = vec4f(${
        values.join(", ")
      });`;
    }).join("\n    "),
  };
}

/**
 * How weights come into the tile. What lies beyond the last row or channel comes from there: a tile
 * of `x` has zeros for such rows, and such channels are not written.
 */
function bringW(variant: TiledConvVariant) {
  const { pixels, channels, vectorOut } = variant;
  const down = pixels / OWN;
  const slots = range(channels * DEPTH / 4 / threads(variant)), parts = range(vectorOut ? 1 : 4);
  const channel = (e: number) => vectorOut ? "quad" : `quad * 4u + ${e}u`;
  return {
    begin: `${parts.map((e) => `let channel${e} = min(${channel(e)}, outputs - 1u);`).join(" ")}
  ${slots.map((j) => `var w${j} = vec4f(0);`).join(" ")}`,
    load: (k: string) =>
      slots.map((j) => {
        const at = `min(${k} + row + ${j * down}u, depth - 1u) * outputs`;
        return `w${j} = vec4f(${parts.map((e) => `w[${at} + channel${e}]`).join(", ")});`;
      }).join("\n    "),
    store: slots.map((j) => `tileW[row + ${j * down}u][column] = w${j};`).join("\n    "),
  };
}

/**
 * Products of a quad of `k`. The first indices are constants, so that the compiler has no index to
 * clamp and one address serves all; `ahead` pixels are read before the first of them is used.
 */
function products(q: number, ahead: number): string {
  const groups = range(OWN / ahead).map((g) => {
    const own = range(ahead).map((i) => g * ahead + i);
    return [
      own.map((p) => `let a${p} = tileX[${p}][${q}][row];`).join(" "),
      ...own.map((p) =>
        `s${p} = fma(vec4f(a${p}.w), b3, fma(vec4f(a${p}.z), b2, fma(vec4f(a${p}.y), b1, fma(vec4f(a${p}.x), b0, s${p}))));`
      ),
    ].join("\n      ");
  });
  return `{ ${range(4).map((b) => `let b${b} = tileW[${4 * q + b}][column];`).join(" ")}
      ${groups.join("\n      ")} }`;
}

/** Statements that write the pixels of an invocation. */
function stores({ pixels, vectorOut, apart }: TiledConvVariant): string {
  const down = pixels / OWN;
  const put = (p: number) =>
    vectorOut
      ? `y[at] = s${p};`
      : XYZW.map((part, e) => `if (quad * 4u + ${e}u < outputs) { y[at + ${e}u] = s${p}.${part}; }`)
        .join(" ");
  const channel = vectorOut ? "quad" : "quad * 4u";
  const begin = apart
    ? `let placeStep = smallDigits(${down}u, size); var place = digits(pixel0 + row, size);`
    : `var at = (pixel0 + row) * outputs + ${channel};`;
  return `if (${channel} >= outputs) { return; }
  ${begin}
  ${
    each(OWN, (p) =>
      apart
        ? `if (pixel0 + row + ${p * down}u < pixels) {
    let at = ((place.z * u.outHeight + place.y * u.step + u.outTop) * u.outWidth +
      place.x * u.step + u.outLeft) * outputs + ${channel};
    ${put(p)}
  }
  place = advance(place, placeStep, size, vec2u(1));`
        : `if (pixel0 + row + ${p * down}u < pixels) { ${put(p)} }
  at += ${down}u * outputs;`)
  }`;
}
