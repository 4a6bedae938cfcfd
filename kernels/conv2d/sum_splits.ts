import {
  defineKernel,
  type Kernel,
  type Launch,
  linearGrid,
  linearIndex,
  memoKernel,
  read,
  write,
} from "../kernel.ts";
import { range } from "../unroll.ts";

/** Splits that are loaded before the first is added: else each would wait for the one before. */
const AHEAD = 8;

/** Uniforms of {@linkcode sumSplitsKernel}. */
export type SumUniform = "size" | "outputs" | "padded" | "splits" | "stride" | "scale";

/**
 * Adds partial results `[splits, rows, padded]` in order into `[rows, outputs]`, times `scale`, an
 * invocation four of a row (`vector`) or one. Order is fixed, so that runs repeat bit for bit.
 */
export function sumSplitsKernel(
  vector: boolean,
): Kernel<"x" | "y", SumUniform> {
  const type = vector ? "vec4f" : "f32";
  return memoKernel(`sum splits ${type}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read(type), y: write(type) },
      uniforms: {
        size: "u32",
        outputs: "u32",
        padded: "u32",
        splits: "u32",
        stride: "u32",
        scale: "f32",
      },
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let splits = u.splits; let stride = u.stride;
  var at = ${vector ? "i" : "i / u.outputs * u.padded + i % u.outputs"};
  var sum = ${type}(0); var s = 0u;
  for (; s + ${AHEAD}u <= splits; s += ${AHEAD}u) {
    ${range(AHEAD).map((k) => `let x${k} = x[at + ${k}u * stride];`).join(" ")}
    ${range(AHEAD).map((k) => `sum += x${k};`).join(" ")}
    at += ${AHEAD}u * stride;
  }
  for (; s < splits; s++) { sum += x[at]; at += stride; }
  y[i] = u.scale * sum;`,
    }));
}

/** Uniforms and grid of {@linkcode sumSplitsKernel} for `rows` of `outputs` floats. */
export function sumSplitsLaunch(
  rows: number,
  outputs: number,
  { splits, vector, scale = 1 }: { splits: number; vector: boolean; scale?: number },
): Launch<SumUniform> {
  const lanes = vector ? 4 : 1, padded = Math.ceil(outputs / 4) * 4;
  const size = rows * outputs / lanes;
  return {
    uniforms: {
      size,
      outputs: outputs / lanes,
      padded: padded / lanes,
      splits,
      stride: rows * padded / lanes,
      scale,
    },
    grid: linearGrid(Math.ceil(size / 64)),
  };
}
