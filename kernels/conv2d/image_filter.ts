import { defineKernel, type Kernel, LINEAR_INDEX, memoKernel, texture, write } from "../kernel.ts";

/** Output pixels that one iteration goes through. */
export const BLOCK = { width: 4, height: 2 } as const;

/** What changes the code of {@linkcode imageFilterKernel}. */
export interface ImageFilterVariant {
  /** Taps that an invocation computes. One tap stands for any number, one an invocation. */
  readonly tapRows: number;
  readonly tapColumns: number;
  /** Pixels between neighbouring outputs; for one tap a uniform. */
  readonly stride: number;
  /** Neighbouring invocations that share loaded inputs: 1, 2, 4 or 8. */
  readonly share: number;
}

/** Chunks of four input channels and quads of output channels of an invocation. */
export function filterTile(taps: number): { chunks: number; quads: number } {
  return taps === 1 ? { chunks: 4, quads: 2 } : { chunks: 1, quads: 1 };
}

const XYZW = ["x", "y", "z", "w"] as const;

/**
 * Filter gradient for adapters that compute on the CPU: `dw[k, i, o] = Σ x[pixel + k, i] dy[pixel, o]`
 * over a range of images, `[split][tap][input][output]`; {@linkcode sumSplitsKernel} adds the splits.
 *
 * An invocation computes 9 taps × 4 inputs × 4 outputs (one tap: 16 × 8), going through 4×2 pixels at
 * a time. Lanes of a subgroup hold different outputs and share the inputs: each loads an eighth
 * of them and the others get it by a broadcast, 11 loads for 1,152 multiply-adds instead of 32.
 *
 * Share of the peak of multiply-adds for 32 images of 16, 32, 64, 128 channels of 32², 32², 16², 8²
 * pixels (AMD EPYC 9005, llvmpipe, peak 118 GFLOP/s):
 *
 * | pixels | | compile |
 * |---|---|---|
 * | **4×2** (16 channels: 4 lanes share) | 55 70 65 46 % | 0.19 s |
 * | 4×2, nothing shared | 35 29 33 24 % | 0.20 s |
 * | 4×2, products added one by one | 55 69 65 46 % | 0.19 s |
 * | 4×2, pixels in the outer loop | 38 45 39 30 % | 0.20 s |
 * | 4×1 | 53 58 47 37 % | 0.16 s |
 * | 4×4 | – 57 49 36 % | 0.28 s |
 * | 4×1, twice the outputs, nothing shared | 43 45 39 31 % | 0.41 s |
 */
export function imageFilterKernel(variant: ImageFilterVariant): Kernel {
  const { tapRows, tapColumns, stride, share } = variant;
  const key = `image filter ${tapRows}x${tapColumns} stride ${stride} share ${share}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: { x: texture(), dy: texture(), y: write("vec4f") },
      uniforms: {
        count: "u32",
        groups: "u32",
        blocks: "u32",
        taps: "u32",
        tapColumns: "u32",
        stride: "u32",
        images: "u32",
        perSplit: "u32",
        height: "u32",
        width: "u32",
        inputs: "u32",
        quads: "u32",
        across: "u32",
        cellColumns: "u32",
        cellRows: "u32",
        imageRows: "u32",
        offset: "u32",
        dyAcross: "u32",
        dyCellColumns: "u32",
        dyCellRows: "u32",
        dyImageRows: "u32",
        dyOffset: "u32",
      },
      subgroups: share > 1,
      body: body(variant),
    }));
}

function body({ tapRows, tapColumns, stride, share }: ImageFilterVariant): string {
  const single = tapRows * tapColumns === 1;
  const tile = filterTile(tapRows * tapColumns);
  const step = single ? "u.stride" : `${stride}u`;
  const pixels = pairs(BLOCK.height, BLOCK.width);
  const rows = single ? BLOCK.height : (BLOCK.height - 1) * stride + tapRows;
  const columns = single ? BLOCK.width : (BLOCK.width - 1) * stride + tapColumns;
  const inputs = range(tile.chunks).flatMap((b) => pairs(rows, columns).map((p) => [b, ...p]));
  const gap = single ? step : "1u";
  const taps = pairs(tapRows, tapColumns);
  const terms = taps.flatMap(([ty, tx]) =>
    range(tile.chunks).flatMap((b) =>
      range(4).flatMap((i) => range(tile.quads).map((q) => [ty, tx, b, i, q] as const))
    )
  );
  const name = ([ty, tx, b, i, q]: (typeof terms)[number]) => `a${ty}_${tx}_${b}_${i}_${q}`;
  const loads = share === 1
    ? inputs.map(([b, r, c]) =>
      `let x${b}_${r}_${c} = textureLoad(x, vec2u(px + ${c}u * ${gap}, py + ${r}u * ${gap} + ${b}u * u.cellRows), 0);`
    )
    : [
      ...range(Math.ceil(inputs.length / share)).map((k) =>
        `let v${k} = textureLoad(x, vec2u(px, py) + own${k}, 0);`
      ),
      ...inputs.map(([b, r, c], k) => {
        const from = `v${Math.floor(k / share)}`, lane = `${k % share}u`;
        const shared = share === 8
          ? `subgroupBroadcast(${from}, ${lane})`
          : `subgroupShuffle(${from}, first + ${lane})`;
        return `let x${b}_${r}_${c} = ${shared};`;
      }),
    ];
  const sums = terms.map((term) => {
    const [ty, tx, b, i, q] = term;
    const products = pixels.map(([y, x]) => {
      const row = single ? y : y * stride + ty, column = single ? x : x * stride + tx;
      return `x${b}_${row}_${column}.${XYZW[i]} * d${y}_${x}_${q}`;
    });
    return `${name(term)} += ${products.join(" + ")};`;
  });
  return `${LINEAR_INDEX.replace("let i", "let index")}
  // No early return: all lanes of a subgroup have to load inputs.
  var rest = min(index, u.count - 1u);
  let group = rest % u.groups; rest /= u.groups;
  let block = rest % u.blocks; rest /= u.blocks;
  let tap = rest % u.taps; let split = rest / u.taps;
  ${
    share === 1 ? "" : `let lane = li & ${share - 1}u; let first = (li & 7u) - lane;
  ${
      range(Math.ceil(inputs.length / share)).map((k) => {
        const e = `min(lane + ${k * share}u, ${inputs.length - 1}u)`;
        return `let e${k} = ${e}; let own${k} = vec2u(e${k} % ${columns}u * ${gap}, e${k} / ${columns}u % ${rows}u * ${gap} + e${k} / ${
          columns * rows
        }u * u.cellRows);`;
      }).join("\n  ")
    }`
  }
  ${terms.map((t) => `var ${name(t)} = vec4f(0);`).join("\n")}
  for (var n = split * u.perSplit; n < min(split * u.perSplit + u.perSplit, u.images); n++) {
    let left = n % u.across * u.cellColumns + u.offset${single ? " + tap % u.tapColumns" : ""};
    var py = n / u.across * u.imageRows + block * ${tile.chunks}u * u.cellRows + u.offset${
    single ? " + tap / u.tapColumns" : ""
  };
    let dyLeft = n % u.dyAcross * u.dyCellColumns + u.dyOffset;
    var dyTop = n / u.dyAcross * u.dyImageRows + group * ${tile.quads}u * u.dyCellRows + u.dyOffset;
    for (var y0 = 0u; y0 < u.height; y0 += ${BLOCK.height}u) {
      var px = left;
      for (var x0 = 0u; x0 < u.width; x0 += ${BLOCK.width}u) {
        ${loads.join("\n")}
        ${
    pixels.flatMap(([y, x]) =>
      range(tile.quads).map((q) =>
        `let d${y}_${x}_${q} = textureLoad(dy, vec2u(dyLeft + x0 + ${x}u, dyTop + ${y}u + ${q}u * u.dyCellRows), 0);`
      )
    ).join("\n")
  }
        ${sums.join("\n")}
        px += ${BLOCK.width}u * ${step};
      }
      py += ${BLOCK.height}u * ${step};
      dyTop += ${BLOCK.height}u;
    }
  }
  if (index >= u.count) { return; }
  let channel = block * ${4 * tile.chunks}u;
  let quad = group * ${tile.quads}u;
  let at = ((split * ${
    single ? "u.taps + tap" : `${taps.length}u`
  }) * u.inputs + channel) * u.quads + quad;
  ${
    terms.map((term) => {
      const [ty, tx, b, i, q] = term;
      const row = `(${ty * tapColumns + tx}u * u.inputs + ${4 * b + i}u) * u.quads + ${q}u`;
      const fits = `channel + ${4 * b + i}u < u.inputs${
        q === 0 && tile.quads === 1 ? "" : ` && quad + ${q}u < u.quads`
      }`;
      return `if (${tile.quads === 1 ? "quad < u.quads && " : ""}${fits}) { y[at + ${row}] = ${
        name(term)
      }; }`;
    }).join("\n")
  }`;
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}

function pairs(rows: number, columns: number): [number, number][] {
  return Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
}
