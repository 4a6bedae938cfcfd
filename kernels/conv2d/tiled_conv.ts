import { defineKernel, type Kernel, LINEAR_GROUP, memoKernel, read, write } from "../kernel.ts";
import { range, XYZW } from "../unroll.ts";

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
 * tiles in workgroup memory (12 KiB at most), an invocation 8 × 4 of it; pixels are gathered while
 * a tile is brought, zeros where they lie outside. Neighbouring invocations bring neighbouring
 * channels and write neighbouring channels.
 *
 * The next tile comes into registers while the current one is used.
 */
export function tiledConvKernel(
  variant: TiledConvVariant,
): Kernel<"x" | "w" | "bias" | "y", keyof typeof TILED_CONV_UNIFORMS> {
  const { pixels, channels, vectorIn, vectorOut } = variant;
  const key = `tiled conv ${pixels}x${channels}${vectorIn ? " vec4 in" : ""}${
    vectorOut ? " vec4 out" : ""
  }`;
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
      header: `var<workgroup> tileX: array<vec4f, ${pixels * DEPTH / 4}>;
var<workgroup> tileW: array<vec4f, ${channels * DEPTH / 4}>;
${vectorIn ? "" : GATHER}`,
      body: body(variant),
    }));
}

function threads({ pixels, channels }: TiledConvVariant): number {
  return pixels / OWN * (channels / 4);
}

function body(variant: TiledConvVariant): string {
  const { pixels, channels, vectorIn, vectorOut } = variant;
  const size = threads(variant), across = channels / 4, down = pixels / OWN;
  const slotsX = range(pixels * DEPTH / 4 / size), slotsW = range(channels * DEPTH / 4 / size);
  const bringX = slotsX.map((j) =>
    vectorIn
      ? `{ let iy = y${j} + i32(row); let ix = x${j} + i32(column);
      v${j} = vec4f(0);
      if (row < u.tapRows && u32(iy) < u.inHeight && u32(ix) < u.inWidth) {
        v${j} = x[((n${j} + u32(iy)) * u.inWidth + u32(ix)) * (u.inputs / 4u) + c / 4u];
      } }`
      : `v${j} = gather(k + quad * 4u, n${j}, y${j}, x${j});`
  );
  const bringW = slotsW.map((j) => {
    const at = `li + ${j * size}u`, row = `k + (${at}) / ${across}u`;
    const column = `(column0 + (${at}) % ${across}u)`;
    return vectorOut
      ? `w${j} = select(vec4f(0), w[(${row}) * (u.outputs / 4u) + ${column}], ${row} < depth && ${column} * 4u < u.outputs);`
      : `w${j} = vec4f(${
        XYZW.map((_, e) =>
          `select(0.0, w[(${row}) * u.outputs + ${column} * 4u + ${e}u], ${row} < depth && ${column} * 4u + ${e}u < u.outputs)`
        ).join(", ")
      });`;
  });
  const products = range(OWN).map((p) =>
    `{ let a = tileX[(own + ${p * down}u) * ${DEPTH / 4}u + q];
        s${p} = fma(vec4f(a.w), b3, fma(vec4f(a.z), b2, fma(vec4f(a.y), b1, fma(vec4f(a.x), b0, s${p})))); }`
  );
  const store = (p: number) => {
    const at = "((n * u.outHeight + oy) * u.outWidth + ox) * u.outputs + channel";
    return vectorOut
      ? `if (channel < u.outputs) { y[(${at}) / 4u] = s${p}; }`
      : XYZW.map((c, e) => `if (channel + ${e}u < u.outputs) { y[${at} + ${e}u] = s${p}.${c}; }`)
        .join(" ");
  };
  return `${LINEAR_GROUP}
  if (group * ${pixels}u >= u.pixels) { return; }
  let pixel0 = group * ${pixels}u; let column0 = wid.z * ${across}u;
  let own = li / ${across}u; let channel = (column0 + li % ${across}u) * 4u;
  let depth = u.tapRows * u.tapColumns * u.inputs;
  // What this invocation brings: one quad of k of some pixels.
  let quad = li % ${DEPTH / 4}u;
  ${
    slotsX.map((j) =>
      `let p${j} = pixel0 + li / ${DEPTH / 4}u + ${j * size / (DEPTH / 4)}u;
  let n${j} = p${j} / (u.width * u.height) * u.inHeight;
  // Pixels beyond the last begin below every image.
  let y${j} = select(-0x40000000, i32(p${j} / u.width % u.height * u.stride) + u.top, p${j} < u.pixels);
  let x${j} = i32(p${j} % u.width * u.stride) + u.left;
  var v${j} = vec4f(0);`
    ).join("\n  ")
  }
  ${slotsW.map((j) => `var w${j} = vec4f(0);`).join(" ")}
  var c = quad * 4u; var row = 0u; var column = 0u;
  ${vectorIn ? CARRY : ""}
  var s0 = vec4f(0);
  if (u.biased == 1u) { s0 = bias[channel / 4u]; }
  ${range(OWN).slice(1).map((p) => `var s${p} = s0;`).join(" ")}
  for (var k = 0u; k < depth + ${DEPTH}u; k += ${DEPTH}u) {
    if (k > 0u) {
      workgroupBarrier();
      ${slotsX.map((j) => `tileX[li + ${j * size}u] = v${j};`).join(" ")}
      ${slotsW.map((j) => `tileW[li + ${j * size}u] = w${j};`).join(" ")}
      workgroupBarrier();
    }
    if (k < depth) {
      ${bringX.join("\n      ")}
      ${bringW.join("\n      ")}
      ${vectorIn ? `c += ${DEPTH}u;\n${CARRY}` : ""}
    }
    if (k > 0u) {
      for (var q = 0u; q < ${DEPTH / 4}u; q++) {
        ${
    range(4).map((b) => `let b${b} = tileW[(q * 4u + ${b}u) * ${across}u + li % ${across}u];`).join(
      " ",
    )
  }
        ${products.join("\n        ")}
      }
    }
  }
  ${
    range(OWN).map((p) =>
      `{ let pixel = pixel0 + own + ${p * down}u;
    if (pixel < u.pixels) {
      let n = pixel / (u.width * u.height);
      let oy = pixel / u.width % u.height * u.step + u.outTop;
      let ox = pixel % u.width * u.step + u.outLeft;
      ${store(p)}
    } }`
    ).join("\n  ")
  }`;
}

/** Statements that bring the channel `c` back into range, tap by tap. */
const CARRY = `while (c >= u.inputs) {
    c -= u.inputs; column++;
    if (column == u.tapColumns) { column = 0u; row++; }
  }`;

/** Four neighbouring `k` of a pixel, each a tap and channel of its own. */
const GATHER = `fn gather(k: u32, n: u32, y: i32, x0: i32) -> vec4f {
  var v = vec4f(0);
  for (var e = 0u; e < 4u; e++) {
    let tap = (k + e) / u.inputs;
    let iy = y + i32(tap / u.tapColumns); let ix = x0 + i32(tap % u.tapColumns);
    if (tap < u.tapRows * u.tapColumns && u32(iy) < u.inHeight && u32(ix) < u.inWidth) {
      v[e] = x[((n + u32(iy)) * u.inWidth + u32(ix)) * u.inputs + (k + e) % u.inputs];
    }
  }
  return v;
}`;
