import { defineKernel, type Kernel, linearIndex, memoKernel, texture, write } from "../kernel.ts";
import { places, range, XYZW } from "../unroll.ts";

/** Output pixels that one turn of the loop goes through. */
export const FILTER_BLOCK = { width: 2, height: 2 } as const;

/** What changes the code of {@linkcode textureFilterKernel}. */
export interface TextureFilterVariant {
  /** Taps of an invocation; the filter is made up of such blocks. */
  readonly tapRows: number;
  /** Taps of a row, likewise. */
  readonly tapColumns: number;
  /** Chunks of four input channels of an invocation. */
  readonly chunks: number;
  /** Quads of output channels of an invocation. */
  readonly quads: number;
  /** Pixels between neighbouring outputs; 0 for a uniform, which takes a block of one tap. */
  readonly stride: number;
  /** Neighbouring invocations that share loaded inputs: 1, 2, 4 or 8. */
  readonly share: number;
}

/** Uniforms of {@linkcode textureFilterKernel}. */
export const TEXTURE_FILTER_UNIFORMS = {
  count: "u32",
  groups: "u32",
  blocks: "u32",
  kernelHeight: "u32",
  kernelWidth: "u32",
  stride: "u32",
  images: "u32",
  perSplit: "u32",
  height: "u32",
  width: "u32",
  inputs: "u32",
  quads: "u32",
  perLayer: "u32",
  imageRows: "u32",
  chunks: "u32",
  offset: "u32",
  dyImageRows: "u32",
  dyOffset: "u32",
} as const;

/**
 * Filter gradient for adapters that compute on the CPU: `dw[k, i, o] = Σ x[pixel + k, i] dy[pixel, o]`
 * over a range of images, `[split][tap][input][output]`; {@linkcode sumSplitsKernel} adds the splits.
 *
 * An invocation keeps the sums of 9 taps × 8 inputs × 4 outputs (one tap: 16 × 8) and goes through 2×2
 * pixels at a time. The lanes of a subgroup hold different outputs of the same inputs, which they
 * share: each loads an eighth and the others get it by a broadcast, 8 loads for 1,152 multiply-adds
 * instead of 36.
 *
 * GFLOP/s with 64 images of 16, 32, 64, 128 channels of 32², 32², 16², 8² pixels, where plain
 * multiply-adds reach 161 (AMD EPYC 9005, 2 cores, llvmpipe). Twice the work a turn no longer fits the
 * instruction cache:
 *
 * | pixels a turn, inputs × outputs | | | | |
 * |---|---|---|---|---|
 * | **2×2, 8 × 4** | 72 | 94 | 72 | 54 |
 * | 2×2, 4 × 4 | 60 | 80 | 66 | 48 |
 * | 4×2, 4 × 4 | 62 | 75 | 64 | 46 |
 * | 4×1, 8 × 4 | 56 | 72 | 68 | 55 |
 * | 2×2, 4 × 8 | 58 | 73 | 70 | 52 |
 * | 2×2, 16 × 4 | 63 | 67 | 62 | 51 |
 * | 2×2, 8 × 4, nothing shared | 47 | 47 | 34 | 26 |
 */
export function textureFilterKernel(
  variant: TextureFilterVariant,
): Kernel<"x" | "dy" | "y", keyof typeof TEXTURE_FILTER_UNIFORMS> {
  const { tapRows, tapColumns, chunks, quads, stride, share } = variant;
  const key =
    `texture filter ${tapRows}x${tapColumns} chunks ${chunks} quads ${quads} stride ${stride} share ${share}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: { x: texture(), dy: texture(), y: write("vec4f") },
      uniforms: TEXTURE_FILTER_UNIFORMS,
      subgroups: share > 1,
      body: body(variant),
    }));
}

function body(variant: TextureFilterVariant): string {
  const { tapRows, tapColumns, chunks, quads, stride } = variant;
  const step = stride === 0 ? "u.stride" : `${stride}u`;
  const inputs = inputsOf(variant);
  const accumulators = places(tapRows, tapColumns, chunks, 4, quads);
  const name = (place: readonly number[]) => `a${place.join("_")}`;
  const sums = accumulators.map((place) => {
    const [tapRow, tapColumn, chunk, i, q] = place;
    const products = places(FILTER_BLOCK.height, FILTER_BLOCK.width).map(([row, column]) => {
      const inputRow = row * inputs.rowStep + tapRow;
      const inputColumn = column * inputs.columnStep + tapColumn;
      return `x${inputRow}_${inputColumn}_${chunk}.${XYZW[i]} * d${row}_${column}_${q}`;
    });
    return `${name(place)} += ${products.join(" + ")};`;
  });
  const gradients = places(FILTER_BLOCK.height, FILTER_BLOCK.width, quads).map(([row, column, q]) =>
    `let d${row}_${column}_${q} = textureLoad(dy, vec2u(dyLeft + (x0 + ${column}u) * u.quads + ${q}u, dyTop + ${row}u), layer, 0);`
  );
  return `${linearIndex("index")}
  // No early return: all lanes of a subgroup have to load inputs.
  var rest = min(index, u.count - 1u);
  let group = rest % u.groups; rest /= u.groups;
  let block = rest % u.blocks; rest /= u.blocks;
  let tapColumn = rest % (u.kernelWidth / ${tapColumns}u) * ${tapColumns}u; rest /= u.kernelWidth / ${tapColumns}u;
  let tapRow = rest % (u.kernelHeight / ${tapRows}u) * ${tapRows}u; let split = rest / (u.kernelHeight / ${tapRows}u);
  ${inputs.prepare}
  ${accumulators.map((a) => `var ${name(a)} = vec4f(0);`).join("\n")}
  for (var n = split * u.perSplit; n < min(split * u.perSplit + u.perSplit, u.images); n++) {
    let layer = n / u.perLayer;
    var py = n % u.perLayer * u.imageRows + u.offset + tapRow;
    var dyTop = n % u.perLayer * u.dyImageRows + u.dyOffset;
    let dyLeft = u.dyOffset * u.quads + group * ${quads}u;
    for (var y0 = 0u; y0 < u.height; y0 += ${FILTER_BLOCK.height}u) {
      var px = (u.offset + tapColumn) * u.chunks + block * ${chunks}u;
      for (var x0 = 0u; x0 < u.width; x0 += ${FILTER_BLOCK.width}u) {
        ${inputs.load}
        ${gradients.join("\n")}
        ${sums.join("\n")}
        px += ${FILTER_BLOCK.width}u * ${step} * u.chunks;
      }
      py += ${FILTER_BLOCK.height}u * ${step};
      dyTop += ${FILTER_BLOCK.height}u;
    }
  }
  if (index >= u.count) { return; }
  let tap = tapRow * u.kernelWidth + tapColumn;
  let taps = u.kernelHeight * u.kernelWidth;
  let channel = block * ${4 * chunks}u; let quad = group * ${quads}u;
  let at = ((split * taps + tap) * u.inputs + channel) * u.quads + quad;
  ${
    accumulators.map((place) => {
      const [row, column, chunk, i, q] = place;
      const input = 4 * chunk + i;
      const to =
        `((${row}u * u.kernelWidth + ${column}u) * u.inputs + ${input}u) * u.quads + ${q}u`;
      return `if (channel + ${input}u < u.inputs && quad + ${q}u < u.quads) { y[at + ${to}] = ${
        name(place)
      }; }`;
    }).join("\n")
  }`;
}

/** How the inputs of a turn come into variables `xROW_COLUMN_CHUNK`. */
function inputsOf({ tapRows, tapColumns, chunks, stride, share }: TextureFilterVariant) {
  // Along an axis with one tap only the pixels themselves are read, else all between them too.
  const along = (taps: number, block: number) =>
    taps === 1
      ? { size: block, step: 1, gap: stride === 0 ? "u.stride" : `${stride}u` }
      : { size: (block - 1) * stride + taps, step: stride, gap: "1u" };
  const y = along(tapRows, FILTER_BLOCK.height), x = along(tapColumns, FILTER_BLOCK.width);
  const inputs = places(y.size, x.size, chunks);
  const steps = { rowStep: y.step, columnStep: x.step };
  if (share === 1) {
    const load = inputs.map(([row, column, chunk]) =>
      `let x${row}_${column}_${chunk} = textureLoad(x, vec2u(px + ${column}u * ${x.gap} * u.chunks + ${chunk}u, py + ${row}u * ${y.gap}), layer, 0);`
    );
    return { ...steps, prepare: "", load: load.join("\n") };
  }
  const loads = range(Math.ceil(inputs.length / share));
  const prepare = loads.map((k) =>
    `let e${k} = min(lane + ${k * share}u, ${inputs.length - 1}u);
  let own${k} = vec2u(e${k} / ${chunks}u % ${x.size}u * ${x.gap} * u.chunks + e${k} % ${chunks}u, e${k} / ${
      chunks * x.size
    }u * ${y.gap});`
  );
  const load = [
    ...loads.map((k) => `let v${k} = textureLoad(x, vec2u(px, py) + own${k}, layer, 0);`),
    ...inputs.map((place, k) => {
      const of = `v${Math.floor(k / share)}`, lane = `${k % share}u`;
      return `let x${place.join("_")} = ${
        share === 8
          ? `subgroupBroadcast(${of}, ${lane})`
          : `subgroupShuffle(${of}, first + ${lane})`
      };`;
    }),
  ];
  const own = `let lane = li & ${share - 1}u; let first = (li & 7u) - lane;`;
  return { ...steps, prepare: [own, ...prepare].join("\n  "), load: load.join("\n") };
}
