import {
  defineKernel,
  inHalf,
  type Kernel,
  LINEAR_GROUP,
  memoKernel,
  type Precision,
  read,
  stored,
  write,
} from "../kernel.ts";
import { each, places, range, XYZW } from "../unroll.ts";
import { DIGITS } from "./digits.ts";

/** What changes the code of {@linkcode tiledFilterKernel}. */
export interface TiledFilterVariant {
  /** Output channels of a workgroup. */
  readonly channels: 64 | 32;
  /** In which precision `x` lies in memory. */
  readonly x: Precision;
  /** In which precision `dy` lies in memory. */
  readonly dy: Precision;
  /** Whether the number of input channels is a multiple of four. */
  readonly vectorIn: boolean;
  /** Whether the number of output channels is a multiple of four. */
  readonly vectorOut: boolean;
}

/** Rows of a workgroup: taps and input channels. */
export const FILTER_ROWS = 64;

/** Parts of the sum begin at multiples of so many pixels. */
export const FILTER_DEPTH = 16;

/** Pixels of a tile. Elements that come one by one take more registers than there are for 16. */
function depthOf({ vectorIn }: TiledFilterVariant): 16 | 8 {
  return vectorIn ? 16 : 8;
}

/** Uniforms of {@linkcode tiledFilterKernel}. */
export const TILED_FILTER_UNIFORMS = {
  splits: "u32",
  perSplit: "u32",
  pixels: "u32",
  inHeight: "u32",
  inWidth: "u32",
  inputs: "u32",
  padding: "u32",
  tapRows: "u32",
  tapColumns: "u32",
  stride: "u32",
  outputs: "u32",
  outHeight: "u32",
  outWidth: "u32",
} as const;

/**
 * Filter gradient for GPUs as an implicit matrix product: rows are taps and input channels, columns
 * output channels, the sum goes over the output pixels of all images. There are few results and many
 * pixels, so the sum is cut into parts, `[split, row, quads of output channels]`, which
 * {@linkcode sumSplitsKernel} adds in order.
 *
 * A workgroup computes 64 rows × `channels` from tiles in workgroup memory (10 KiB at most), an
 * invocation 8 × 4 of it. The next tile comes into registers while the current one is used.
 */
export function tiledFilterKernel(
  variant: TiledFilterVariant,
): Kernel<"x" | "dy" | "y", keyof typeof TILED_FILTER_UNIFORMS> {
  const { channels, vectorIn, vectorOut } = variant, depth = depthOf(variant);
  const key = `tiled filter ${channels}${vectorIn ? " vec4 in" : ""}${
    vectorOut ? " vec4 out" : ""
  }${inHalf(variant.x, "x")}${inHalf(variant.dy, "dy")}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: read(stored(vectorIn ? "vec4f" : "f32", variant.x)),
        dy: read(stored(vectorOut ? "vec4f" : "f32", variant.dy)),
        y: write("vec4f"),
      },
      uniforms: TILED_FILTER_UNIFORMS,
      workgroup: [threads(channels)],
      // Four places more than there are, so that what is brought of two pixels does not meet in a bank.
      header: `var<workgroup> tileX: array<array<array<vec4f, 10>, 2>, ${depth}>;
var<workgroup> tileD: array<array<vec4f, ${channels / 4 + 4}>, ${depth}>;
${DIGITS}`,
      body: body(variant),
    }));
}

function threads(channels: number): number {
  return FILTER_ROWS / 8 * (channels / 4);
}

function body(variant: TiledFilterVariant): string {
  const { channels, vectorIn, vectorOut } = variant;
  const across = channels / 4, quads = FILTER_ROWS / 4, tile = depthOf(variant);
  const x = bringX(variant), d = bringD(variant);
  // Elements that come one by one take the registers for more.
  const ahead = vectorIn ? 2 : 1;
  const bring = `{ ${x.load}
      ${d.load}
      m += ${tile}u; pixel = advance(pixel, step, size * unit.xy, unit.yz); }`;
  return `${LINEAR_GROUP}
  let depth = u.tapRows * u.tapColumns * u.inputs;
  let down = (depth + ${FILTER_ROWS - 1}u) / ${FILTER_ROWS}u;
  if (group >= down * u.splits) { return; }
  let split = group / down; let quad0 = group % down * ${quads}u; let column0 = wid.z * ${across}u;
  let begin = split * u.perSplit; let end = min(begin + u.perSplit, u.pixels);
  let row = li / ${across}u; let column = li % ${across}u;
  let inHeight = u.inHeight; let inWidth = u.inWidth;
  let inputs = u.inputs${vectorIn ? " / 4u" : ""}; let outputs = u.outputs${
    vectorOut ? " / 4u" : ""
  };
  // An invocation brings, of one pixel, every ${
    threads(channels) / tile
  }th quad of rows and of columns from here on.
  let part = li % 4u + li / ${4 * tile}u * 4u;
  var m = begin + li / 4u % ${tile}u;
  // Columns and rows count in pixels of x, images in its rows.
  let size = vec2u(u.outWidth, u.outHeight); let unit = vec3u(u.stride, u.stride, inHeight);
  var pixel = digits(m, size) * unit; let step = smallDigits(${tile}u, size) * unit;
  ${x.begin}
  ${d.begin}
  ${range(8).map((r) => `var s${r} = vec4f(0);`).join(" ")}
  ${bring}
  for (var k = begin; k < end; k += ${tile}u) {
    workgroupBarrier();
    ${x.store}
    ${d.store}
    workgroupBarrier();
    ${bring}
    ${each(tile / ahead, (g) => products(g * ahead, ahead))}
  }
  let output = column0 + column; let outputs4 = (u.outputs + 3u) / 4u;
  if (output >= outputs4) { return; }
  let first = quad0 * 4u + row * 8u;
  var at = (split * depth + first) * outputs4 + output;
  ${each(8, (r) => `if (first + ${r}u < depth) { y[at] = s${r}; } at += outputs4;`)}`;
}

/**
 * How elements of `x` come into the tile: a quad of rows is a tap and four channels, or four of each.
 * Loads have no condition, as in the convolution: outside of the image they are from place 0,
 * replaced by zeros when they are stored to the tile. Rows beyond the last may have any value, they
 * are not written.
 */
function bringX(variant: TiledFilterVariant) {
  const { channels, vectorIn } = variant, depth = depthOf(variant);
  const apart = threads(channels) / depth,
    unit = vectorIn ? 4 : 1,
    type = vectorIn ? "vec4f" : "f32",
    from = stored(type, variant.x);
  const slots = range(FILTER_ROWS / 4 / apart), parts = range(vectorIn ? 1 : 4);
  const loaded = places(slots.length, parts.length).map(([j, e]) => ({ j, e, name: `${j}_${e}` }));
  return {
    begin: loaded.map(({ j, e, name }) =>
      `let tap${name} = smallDigits((quad0 + part + ${j * apart}u) * ${
        4 / unit
      }u + ${e}u, vec2u(inputs, u.tapColumns));
  let y${name} = tap${name}.z - u.padding; let x${name} = tap${name}.y - u.padding;
  let reach${name} = (y${name} * inWidth + x${name}) * inputs + tap${name}.x;
  var v${name} = ${from}(0); var is${name} = false;`
    ).join("\n  "),
    load: [
      "let at = ((pixel.z + pixel.y) * inWidth + pixel.x) * inputs; let there = m < end;",
      ...loaded.map(({ name }) =>
        `is${name} = there & (pixel.y + y${name} < inHeight) & (pixel.x + x${name} < inWidth);
      v${name} = x[select(0u, at + reach${name}, is${name})];`
      ),
    ].join("\n      "),
    store: slots.map((j) => {
      const values = parts.map((e) => `select(${type}(0), ${type}(v${j}_${e}), is${j}_${e})`);
      return `tileX[li / 4u % ${depth}u][li % 2u][part / 2u + ${j * apart / 2}u] = vec4f(${
        values.join(", ")
      });`;
    }).join("\n    "),
  };
}

/**
 * How gradients come into the tile. Beyond the last pixel or channel they are those of the last: a
 * tile of `x` has zeros for such pixels, and such channels are not written.
 */
function bringD(variant: TiledFilterVariant) {
  const { channels, vectorOut } = variant, depth = depthOf(variant);
  const apart = threads(channels) / depth;
  const slots = range(channels / 4 / apart), parts = range(vectorOut ? 1 : 4);
  const from = stored("vec4f", variant.dy);
  const channel = (j: number, e: number) => {
    const quad = `column0 + part + ${j * apart}u`;
    return `min(${vectorOut ? quad : `(${quad}) * 4u + ${e}u`}, outputs - 1u)`;
  };
  return {
    begin: slots.map((j) =>
      `${
        parts.map((e) => `let channel${j}_${e} = ${channel(j, e)};`).join(" ")
      } var d${j} = ${from}(0);`
    ).join("\n  "),
    load: [
      "let start = min(m, end - 1u) * outputs;",
      ...slots.map((j) =>
        `d${j} = ${from}(${parts.map((e) => `dy[start + channel${j}_${e}]`).join(", ")});`
      ),
    ].join("\n      "),
    store: slots.map((j) => `tileD[li / 4u % ${depth}u][part + ${j * apart}u] = vec4f(d${j});`)
      .join("\n    "),
  };
}

/**
 * Products of `ahead` pixels from `q` on, whose operands are read before the first is used; constant
 * first indices, as in the convolution.
 */
function products(q: number, ahead: number): string {
  return `{ ${
    range(ahead).map((i) =>
      `let a${i}_0 = tileX[${q + i}][0][row]; let a${i}_1 = tileX[${
        q + i
      }][1][row]; let b${i} = tileD[${q + i}][column];`
    ).join("\n      ")
  }
      ${
    range(ahead).flatMap((i) =>
      range(8).map((r) => `s${r} = fma(vec4f(a${i}_${r >> 2}.${XYZW[r & 3]}), b${i}, s${r});`)
    ).join("\n      ")
  } }`;
}
