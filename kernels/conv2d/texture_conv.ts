import { defineKernel, type Kernel, memoKernel, read, texture, write } from "../kernel.ts";
import { places, range, XYZW } from "../unroll.ts";
import { CONV_GROUP } from "./pack_weights.ts";

/** Pixels of the patch that one invocation computes. */
export const CONV_PATCH = { width: 4, height: 4 } as const;

/** What changes the code of {@linkcode textureConvKernel}. */
export interface TextureConvVariant {
  /** Taps unrolled in the code. One tap stands for any number, walked by loops. */
  readonly tapRows: number;
  /** Taps of a row, likewise. */
  readonly tapColumns: number;
  /** Pixels between neighbouring outputs; for one tap a uniform. */
  readonly stride: number;
  /** Lanes that share loaded weights, or 0. */
  readonly lanes: number;
  /** Whether the number of output channels is a multiple of four. */
  readonly vector: boolean;
}

/** Patches of a workgroup. More would leave more of it idle where images are few and small. */
export const CONV_PATCHES = 32;

const QUADS: readonly number[] = range(CONV_GROUP / 4);

const PIXELS: readonly (readonly [y: number, x: number])[] = places(
  CONV_PATCH.height,
  CONV_PATCH.width,
);

/** Uniforms of {@linkcode textureConvKernel}. */
export const TEXTURE_CONV_UNIFORMS = {
  tiles: "u32",
  tilesX: "u32",
  tilesY: "u32",
  perLayer: "u32",
  imageRows: "u32",
  chunks: "u32",
  left: "u32",
  top: "u32",
  rows: "u32",
  columns: "u32",
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
 * Convolution for adapters that compute on the CPU. An invocation computes 4×4 pixels of 8 output
 * channels, going through the input four channels at a time.
 *
 * There a load costs as much as 40 to 80 multiply-adds of the same width, whatever memory it comes
 * from, and a broadcast within a subgroup next to nothing. So the eight lanes of a subgroup, which
 * work on different patches with the same weights, load each an eighth of the weights and broadcast
 * them: 48 loads for 4,608 multiply-adds (3×3) instead of 108. Of the four loaded input channels one
 * at a time is multiplied, in a loop: the code of all four at once exceeds the instruction cache.
 *
 * GFLOP/s with 32 images of 16, 32, 64, 128 channels of 32², 32², 16², 8² pixels, where plain
 * multiply-adds reach 200 (AMD EPYC 9005, 2 cores, llvmpipe):
 *
 * | patch × channels, inputs a turn | | | | |
 * |---|---|---|---|---|
 * | **4×4×8, one** | 66 | 79 | 84 | 86 |
 * | 4×4×8, two | 47 | 54 | 56 | 57 |
 * | 4×4×8, four | 58 | 56 | 72 | 75 |
 * | 4×2×16, one | 68 | 80 | 85 | 86 |
 * | 4×2×8, two | 54 | 62 | 66 | 66 |
 * | 8×4×8, one | 56 | 62 | 67 | 68 |
 * | 4×4×8, one, weights not shared | 45 | 54 | 57 | 59 |
 */
export function textureConvKernel(
  variant: TextureConvVariant,
): Kernel<"x" | "w" | "bias" | "y", keyof typeof TEXTURE_CONV_UNIFORMS> {
  const { tapRows, tapColumns, stride, lanes, vector } = variant;
  const key = `texture conv ${tapRows}x${tapColumns} stride ${stride} lanes ${lanes} ${
    vector ? "vec4" : "f32"
  }`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: texture(),
        w: texture(),
        bias: read("vec4f"),
        y: write(vector ? "vec4f" : "f32"),
      },
      uniforms: TEXTURE_CONV_UNIFORMS,
      workgroup: [CONV_PATCHES],
      subgroups: lanes > 0,
      header: storeFunction(vector),
      body: body(variant),
    }));
}

function body(variant: TextureConvVariant): string {
  const { tapRows, tapColumns, stride, lanes } = variant;
  const single = tapRows * tapColumns === 1;
  const step = single ? "u.stride" : `${stride}u`;
  return `
  // Groups of channels come first, so that a patch is still in the cache for the next group.
  let index = wid.y * ${CONV_PATCHES}u + li; let group = wid.x;
  // No early return: all lanes of a subgroup have to load weights.
  let tile = min(index, u.tiles - 1u);
  let x0 = tile % u.tilesX * ${CONV_PATCH.width}u; let above = tile / u.tilesX;
  let y0 = above % u.tilesY * ${CONV_PATCH.height}u; let n = above / u.tilesY;
  let layer = n / u.perLayer;
  let left = (u.left + x0 * ${step}) * u.chunks;
  let top = n % u.perLayer * u.imageRows + u.top + y0 * ${step};
  ${lanes > 0 ? `let lane = li & ${lanes - 1}u;` : ""}
  ${PIXELS.flatMap(([y, x]) => QUADS.map((q) => `var a${y}_${x}_${q} = vec4f(0);`)).join("\n")}
  ${single ? singleTapLoop(variant) : tapsLoop(variant)}
  if (index >= u.tiles) { return; }
  let channel = group * ${CONV_GROUP}u;
  if (u.biased == 1u) {
    ${QUADS.map((q) => `let b${q} = bias[channel / 4u + ${q}u];`).join(" ")}
    ${PIXELS.map(([y, x]) => QUADS.map((q) => `a${y}_${x}_${q} += b${q};`).join(" ")).join("\n")}
  }
  let out = ((n * u.outHeight + y0 * u.step + u.outTop) * u.outWidth + x0 * u.step + u.outLeft) *
    u.outputs + channel;
  ${
    PIXELS.map(([y, x]) => {
      const values = QUADS.map((q) => `a${y}_${x}_${q}`).join(", ");
      return `if (y0 + ${y}u < u.height && x0 + ${x}u < u.width) {
    put(out + (${y}u * u.outWidth + ${x}u) * u.step * u.outputs, channel, ${values});
  }`;
    }).join("\n")
  }`;
}

/** Chunk by chunk all taps; within a chunk one channel at a time, which keeps the code small. */
function tapsLoop({ tapRows, tapColumns, stride, lanes }: TextureConvVariant): string {
  const rows = (CONV_PATCH.height - 1) * stride + tapRows;
  const columns = (CONV_PATCH.width - 1) * stride + tapColumns;
  const inputs = places(rows, columns);
  const taps = places(tapRows, tapColumns);
  return `for (var c = 0u; c < u.chunks; c++) {
    ${
    inputs.map(([y, x]) =>
      `let x${y}_${x} = textureLoad(x, vec2u(left + c + ${x}u * u.chunks, top + ${y}u), layer, 0);`
    ).join("\n")
  }
    for (var i = 0u; i < 4u; i++) {
      let at = (c * 4u + i) * ${taps.length * QUADS.length}u;
      ${weights(taps.length, lanes)}
      ${inputs.map(([y, x]) => `let s${y}_${x} = x${y}_${x}[i];`).join("\n")}
      ${sums(taps.map(([ty, tx]) => (y, x) => `s${y * stride + ty}_${x * stride + tx}`))}
    }
  }`;
}

/** Tap by tap all chunks. */
function singleTapLoop({ lanes }: TextureConvVariant): string {
  return `let gap = u.stride * u.chunks;
  for (var row = 0u; row < u.rows; row++) {
    for (var column = 0u; column < u.columns; column++) {
      let py = top + row;
      for (var c = 0u; c < u.chunks; c++) {
        let px = left + column * u.chunks + c;
        ${
    PIXELS.map(([y, x]) =>
      `let x${y}_${x} = textureLoad(x, vec2u(px + ${x}u * gap, py + ${y}u * u.stride), layer, 0);`
    ).join("\n")
  }
        let at = ((row * u.columns + column) * u.chunks + c) * ${4 * QUADS.length}u;
        ${weights(4, lanes)}
        ${sums(range(4).map((i) => (y, x) => `x${y}_${x}.${XYZW[i]}`))}
      }
    }
  }`;
}

/** Statements that add, for every pixel and quad, each input times the weight of its number. */
function sums(inputs: readonly ((y: number, x: number) => string)[]): string {
  return PIXELS.flatMap(([y, x]) =>
    QUADS.map((q) =>
      `a${y}_${x}_${q} += ${inputs.map((input, k) => `${input(y, x)} * w${k}_${q}`).join(" + ")};`
    )
  ).join("\n");
}

/** Statements that set `wK_Q`, the weights of term K for quad Q of the group. */
function weights(terms: number, lanes: number): string {
  const names = range(terms).flatMap((k) => QUADS.map((q) => `w${k}_${q}`));
  const load = (at: string) => `textureLoad(w, vec2u(at + ${at}, group), 0, 0)`;
  if (lanes === 0) return names.map((name, i) => `let ${name} = ${load(`${i}u`)};`).join("\n");
  return [
    ...range(Math.ceil(names.length / lanes)).map((k) =>
      `let v${k} = ${load(`${k * lanes}u + lane`)};`
    ),
    ...names.map((name, i) =>
      `let ${name} = subgroupBroadcast(v${Math.floor(i / lanes)}, ${i % lanes}u);`
    ),
  ].join("\n");
}

function storeFunction(vector: boolean): string {
  const stores = QUADS.map((q) =>
    vector
      ? `if (channel + ${4 * q}u < u.outputs) { y[at / 4u + ${q}u] = v${q}; }`
      : XYZW.map((c, j) =>
        `if (channel + ${4 * q + j}u < u.outputs) { y[at + ${4 * q + j}u] = v${q}.${c}; }`
      ).join("\n")
  );
  const values = QUADS.map((q) => `v${q}: vec4f`).join(", ");
  return `fn put(at: u32, channel: u32, ${values}) {\n${stores.join("\n")}\n}`;
}
