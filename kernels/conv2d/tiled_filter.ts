import { defineKernel, type Kernel, LINEAR_GROUP, memoKernel, read, write } from "../kernel.ts";
import { range, XYZW } from "../unroll.ts";

/** What changes the code of {@linkcode tiledFilterKernel}. */
export interface TiledFilterVariant {
  /** Output channels of a workgroup. */
  readonly channels: 64 | 32;
  /** Whether the number of input channels is a multiple of four. */
  readonly vectorIn: boolean;
  /** Whether the number of output channels is a multiple of four. */
  readonly vectorOut: boolean;
}

/** Rows of a workgroup: taps and input channels. */
export const FILTER_ROWS = 64;

/** Pixels of a tile; parts of the sum begin at multiples of it. */
export const FILTER_DEPTH = 16;

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
 * A workgroup computes 64 rows × `channels` from tiles in workgroup memory (8 KiB at most), an
 * invocation 8 × 4 of it. The next tile comes into registers while the current one is used.
 */
export function tiledFilterKernel(
  variant: TiledFilterVariant,
): Kernel<"x" | "dy" | "y", keyof typeof TILED_FILTER_UNIFORMS> {
  const { channels, vectorIn, vectorOut } = variant;
  const key = `tiled filter ${channels}${vectorIn ? " vec4 in" : ""}${
    vectorOut ? " vec4 out" : ""
  }`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: read(vectorIn ? "vec4f" : "f32"),
        dy: read(vectorOut ? "vec4f" : "f32"),
        y: write("vec4f"),
      },
      uniforms: TILED_FILTER_UNIFORMS,
      workgroup: [threads(channels)],
      header: `var<workgroup> tileX: array<vec4f, ${FILTER_ROWS * FILTER_DEPTH / 4}>;
var<workgroup> tileD: array<vec4f, ${channels * FILTER_DEPTH / 4}>;
${vectorIn ? "" : GATHER}`,
      body: body(variant),
    }));
}

function threads(channels: number): number {
  return FILTER_ROWS / 8 * (channels / 4);
}

function body({ channels, vectorIn, vectorOut }: TiledFilterVariant): string {
  const size = threads(channels), across = channels / 4, quads = FILTER_ROWS / 4;
  const slotsX = range(quads * FILTER_DEPTH / size), slotsD = range(across * FILTER_DEPTH / size);
  const bringX = slotsX.map((j) =>
    vectorIn
      ? `{ let iy = oy${j} * u.stride + row - u.padding; let ix = ox${j} * u.stride + column - u.padding;
      v${j} = vec4f(0);
      if (inside && m${j} < end && iy < u.inHeight && ix < u.inWidth) {
        v${j} = x[((n${j} * u.inHeight + iy) * u.inWidth + ix) * (u.inputs / 4u) + c / 4u];
      } }`
      : `v${j} = vec4f(0);
      if (m${j} < end) { v${j} = gather(row0, n${j}, oy${j} * u.stride, ox${j} * u.stride); }`
  );
  const advance = slotsX.map((j) =>
    `m${j} += ${FILTER_DEPTH}u; ox${j} += ${FILTER_DEPTH}u;
      while (ox${j} >= u.outWidth) { ox${j} -= u.outWidth; oy${j}++; }
      while (oy${j} >= u.outHeight) { oy${j} -= u.outHeight; n${j}++; }`
  );
  const bringD = slotsD.map((j) => {
    const m = `(k + (li + ${j * size}u) / ${across}u)`;
    const column = `(column0 + (li + ${j * size}u) % ${across}u)`;
    return vectorOut
      ? `d${j} = select(vec4f(0), dy[${m} * (u.outputs / 4u) + ${column}], ${m} < end && ${column} * 4u < u.outputs);`
      : `d${j} = vec4f(${
        XYZW.map((_, e) =>
          `select(0.0, dy[${m} * u.outputs + ${column} * 4u + ${e}u], ${m} < end && ${column} * 4u + ${e}u < u.outputs)`
        ).join(", ")
      });`;
  });
  const products = range(8).map((r) => `s${r} = fma(vec4f(a${r >> 2}.${XYZW[r & 3]}), b, s${r});`);
  return `${LINEAR_GROUP}
  let depth = u.tapRows * u.tapColumns * u.inputs;
  let down = (depth + ${FILTER_ROWS - 1}u) / ${FILTER_ROWS}u;
  if (group >= down * u.splits) { return; }
  let split = group / down; let quad0 = group % down * ${quads}u; let column0 = wid.z * ${across}u;
  let begin = split * u.perSplit; let end = min(begin + u.perSplit, u.pixels);
  // What this invocation brings: one quad of rows of some pixels.
  let row0 = (quad0 + li % ${quads}u) * 4u;
  let tap = row0 / u.inputs; let c = row0 % u.inputs;
  let row = tap / u.tapColumns; let column = tap % u.tapColumns; let inside = row0 < depth;
  ${
    slotsX.map((j) =>
      `var m${j} = begin + li / ${quads}u + ${j * size / quads}u; var ox${j} = m${j} % u.outWidth;
  var oy${j} = m${j} / u.outWidth % u.outHeight; var n${j} = m${j} / (u.outWidth * u.outHeight);
  var v${j} = vec4f(0);`
    ).join("\n  ")
  }
  ${slotsD.map((j) => `var d${j} = vec4f(0);`).join(" ")}
  ${range(8).map((r) => `var s${r} = vec4f(0);`).join(" ")}
  for (var k = begin; k < end + ${FILTER_DEPTH}u; k += ${FILTER_DEPTH}u) {
    if (k > begin) {
      workgroupBarrier();
      ${slotsX.map((j) => `tileX[li + ${j * size}u] = v${j};`).join(" ")}
      ${slotsD.map((j) => `tileD[li + ${j * size}u] = d${j};`).join(" ")}
      workgroupBarrier();
    }
    if (k < end) {
      ${bringX.join("\n      ")}
      ${bringD.join("\n      ")}
      ${advance.join("\n      ")}
    }
    if (k > begin) {
      for (var q = 0u; q < ${FILTER_DEPTH}u; q += 2u) {
        ${
    range(2).map((h) =>
      `{ let a0 = tileX[(q + ${h}u) * ${quads}u + li / ${across}u * 2u];
        let a1 = tileX[(q + ${h}u) * ${quads}u + li / ${across}u * 2u + 1u];
        let b = tileD[(q + ${h}u) * ${across}u + li % ${across}u];
        ${products.join("\n        ")} }`
    ).join("\n        ")
  }
      }
    }
  }
  let output = column0 + li % ${across}u; let outputs4 = (u.outputs + 3u) / 4u;
  let first = quad0 * 4u + li / ${across}u * 8u;
  if (output >= outputs4) { return; }
  ${
    range(8).map((r) =>
      `if (first + ${r}u < depth) { y[(split * depth + first + ${r}u) * outputs4 + output] = s${r}; }`
    ).join("\n  ")
  }`;
}

/** Four neighbouring rows of the filter at a pixel, each a tap and channel of its own. */
const GATHER = `fn gather(row0: u32, n: u32, y: u32, x0: u32) -> vec4f {
  var v = vec4f(0);
  for (var e = 0u; e < 4u; e++) {
    let tap = (row0 + e) / u.inputs;
    let iy = y + tap / u.tapColumns - u.padding; let ix = x0 + tap % u.tapColumns - u.padding;
    if (tap < u.tapRows * u.tapColumns && iy < u.inHeight && ix < u.inWidth) {
      v[e] = x[((n * u.inHeight + iy) * u.inWidth + ix) * u.inputs + (row0 + e) % u.inputs];
    }
  }
  return v;
}`;
