import { defineKernel, type Kernel, memoKernel, read, texture, window, write } from "../kernel.ts";
import { GROUP } from "./pack_weights.ts";

/** Pixels of the patch that one invocation computes. */
export const PATCH = { width: 4, height: 4 } as const;

/** Weights that one run can see, in vec4f: the largest uniform binding that WebGPU promises. */
export const WINDOW = 4096;

/** What changes the code of {@linkcode imageConvKernel}. */
export interface ImageConvVariant {
  /** Taps unrolled in the code. One tap stands for any number, walked by loops. */
  readonly tapRows: number;
  readonly tapColumns: number;
  /** Pixels between neighbouring outputs; for one tap a uniform. */
  readonly stride: number;
  /** Lanes that share loaded weights, or 0. */
  readonly lanes: number;
  /** Whether the number of output channels is a multiple of four. */
  readonly vector: boolean;
  /** Whether the result is added to what is there, for weights that exceed one window. */
  readonly accumulate: boolean;
}

const XYZW = ["x", "y", "z", "w"] as const;

/**
 * Convolution for adapters that compute on the CPU. An invocation computes 4×4 pixels of 8 output
 * channels, going through the input four channels at a time.
 *
 * There a load costs as much as 40 to 80 multiply-adds of the same width, whatever memory it comes
 * from, and a broadcast within a subgroup next to nothing. So the eight lanes of a subgroup, which
 * work on different patches with the same weights, load each an eighth of the weights and broadcast
 * them: 45 loads for 4,608 multiply-adds (3×3) instead of 108, and half the compile time.
 *
 * Share of the peak of multiply-adds, 32 images of 16, 32, 64, 128 channels of 32², 32², 16², 8²
 * pixels (AMD EPYC 9005, llvmpipe, peak 118 GFLOP/s):
 *
 * | patch × channels | | compile |
 * |---|---|---|
 * | **4×4×8** | 48 56 55 67 % | 0.46 s |
 * | 4×4×8, weights not shared | – 28 – – % | 0.75 s |
 * | 4×4×8, accumulators in the inner loop | 34 42 50 58 % | 0.48 s |
 * | 4×2×16 | 44 45 56 61 % | 0.56 s |
 * | 4×2×4 | 43 49 52 54 % | 0.15 s |
 * | 8×2×8 | 37 53 59 65 % | 0.49 s |
 */
export function imageConvKernel(variant: ImageConvVariant): Kernel {
  const { tapRows, tapColumns, stride, lanes, vector, accumulate } = variant;
  const key = `image conv ${tapRows}x${tapColumns} stride ${stride} lanes ${lanes} ${
    vector ? "vec4" : "f32"
  }${accumulate ? " accumulate" : ""}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: texture(),
        w: window(WINDOW),
        bias: read("vec4f"),
        y: write(vector ? "vec4f" : "f32"),
      },
      uniforms: {
        tiles: "u32",
        tilesX: "u32",
        tilesY: "u32",
        across: "u32",
        cellColumns: "u32",
        cellRows: "u32",
        imageRows: "u32",
        left: "u32",
        top: "u32",
        chunks: "u32",
        rows: "u32",
        columns: "u32",
        stride: "u32",
        groupStride: "u32",
        firstGroup: "u32",
        biased: "u32",
        outputs: "u32",
        outHeight: "u32",
        outWidth: "u32",
        step: "u32",
        outTop: "u32",
        outLeft: "u32",
        height: "u32",
        width: "u32",
      },
      subgroups: lanes > 0,
      header: storeFunction(vector, accumulate),
      body: body(variant),
    }));
}

function body({ tapRows, tapColumns, stride, lanes }: ImageConvVariant): string {
  const looped = tapRows * tapColumns === 1;
  const step = looped ? "u.stride" : `${stride}u`;
  const taps = tapRows * tapColumns;
  const pixels = pairs(PATCH.height, PATCH.width);
  const quads = [...Array(GROUP / 4).keys()];
  const accumulators = pixels.flatMap(([y, x]) => quads.map((q) => `a${y}_${x}_${q}`));
  const inputs = looped
    ? pixels.map(([y, x]) =>
      `let x${y}_${x} = textureLoad(x, vec2u(px + ${x}u * ${step}, py + ${y}u * ${step}), 0);`
    )
    : pairs((PATCH.height - 1) * stride + tapRows, (PATCH.width - 1) * stride + tapColumns)
      .map(([y, x]) => `let x${y}_${x} = textureLoad(x, vec2u(px + ${x}u, py + ${y}u), 0);`);
  const terms = [...Array(4 * taps).keys()];
  const sums = pixels.flatMap(([y, x]) =>
    quads.map((q) => {
      const products = terms.map((k) => {
        const tap = k >> 2;
        const row = (looped ? y : y * stride) + Math.floor(tap / tapColumns);
        const column = (looped ? x : x * stride) + tap % tapColumns;
        return `x${row}_${column}.${XYZW[k & 3]} * w${k}_${q}`;
      });
      return `a${y}_${x}_${q} += ${products.join(" + ")};`;
    })
  );
  const step1 = `${inputs.join("\n")}
${weights(4 * taps * quads.length, quads.length, lanes)}
${sums.join("\n")}
at += ${4 * taps * quads.length}u;`;
  return `
  // No early return: all lanes of a subgroup have to load weights.
  let tile = min(gid.x, u.tiles - 1u);
  let x0 = tile % u.tilesX * ${PATCH.width}u; let above = tile / u.tilesX;
  let y0 = above % u.tilesY * ${PATCH.height}u; let n = above / u.tilesY;
  let left = n % u.across * u.cellColumns + u.left + x0 * ${step};
  var top = n / u.across * u.imageRows + u.top + y0 * ${step};
  var at = wid.y * u.groupStride;
  ${lanes > 0 ? `let lane = li & ${lanes - 1}u;` : ""}
  ${accumulators.map((a) => `var ${a} = vec4f(0);`).join("\n")}
  for (var c = 0u; c < u.chunks; c++) {
    ${
    looped
      ? `for (var py = top; py < top + u.rows; py++) {
    for (var px = left; px < left + u.columns; px++) {
    ${step1}
    }}`
      : `let px = left; let py = top;
    ${step1}`
  }
    top += u.cellRows;
  }
  if (gid.x >= u.tiles) { return; }
  let channel = (u.firstGroup + wid.y) * ${GROUP}u;
  if (u.biased == 1u) {
    ${quads.map((q) => `let b${q} = bias[channel / 4u + ${q}u];`).join(" ")}
    ${pixels.map(([y, x]) => quads.map((q) => `a${y}_${x}_${q} += b${q};`).join(" ")).join("\n")}
  }
  let out = ((n * u.outHeight + y0 * u.step + u.outTop) * u.outWidth + x0 * u.step + u.outLeft) *
    u.outputs + channel;
  ${
    pixels.map(([y, x]) =>
      `if (y0 + ${y}u < u.height && x0 + ${x}u < u.width) { put(out + (${y}u * u.outWidth + ${x}u) * u.step * u.outputs, channel, ${
        quads.map((q) => `a${y}_${x}_${q}`).join(", ")
      }); }`
    ).join("\n")
  }`;
}

/** Statements that set `wK_Q`, the weights of term K for quad Q of the group. */
function weights(count: number, quads: number, lanes: number): string {
  const names = [...Array(count).keys()].map((i) => `w${Math.floor(i / quads)}_${i % quads}`);
  if (lanes === 0) return names.map((name, i) => `let ${name} = w[at + ${i}u];`).join("\n");
  const loads = [...Array(Math.ceil(count / lanes)).keys()];
  return [
    ...loads.map((k) => `let v${k} = w[at + ${k * lanes}u + lane];`),
    ...names.map((name, i) =>
      `let ${name} = subgroupBroadcast(v${Math.floor(i / lanes)}, ${i % lanes}u);`
    ),
  ].join("\n");
}

function storeFunction(vector: boolean, accumulate: boolean): string {
  const assign = accumulate ? "+=" : "=";
  const quads = [...Array(GROUP / 4).keys()];
  const stores = quads.map((q) =>
    vector
      ? `if (channel + ${4 * q}u < u.outputs) { y[at / 4u + ${q}u] ${assign} v${q}; }`
      : XYZW.map((c, j) =>
        `if (channel + ${4 * q + j}u < u.outputs) { y[at + ${4 * q + j}u] ${assign} v${q}.${c}; }`
      ).join("\n")
  );
  return `fn put(at: u32, channel: u32, ${quads.map((q) => `v${q}: vec4f`).join(", ")}) {
${stores.join("\n")}
}`;
}

function pairs(rows: number, columns: number): [number, number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}
