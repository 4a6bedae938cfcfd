import type { BenchCase, CaseSizes } from "../bench_case.ts";
import { judgeElements } from "../judge.ts";
import type { BatchNormProblem } from "../contender.ts";
import { randomArray } from "../random_array.ts";

/** Batch normalization, forward and backward, at the three widths of WRN-28-2: `[channels, size]`. */
const SHAPES: readonly (readonly [number, number])[] = [[32, 32], [64, 16], [128, 8]];

/** Batch normalization with batch statistics, forward and backward in one. */
export function batchNormCases({ quick, software }: CaseSizes): BenchCase[] {
  const batch = quick ? 8 : software ? 32 : 128;
  return SHAPES.map(([channels, size]) => batchNormCase({ batch, channels, size }));
}

function batchNormCase(shape: Pick<BatchNormProblem, "batch" | "channels" | "size">): BenchCase {
  const { batch, channels, size } = shape;
  const length = batch * channels * size ** 2;
  return {
    name: "batch-norm-train",
    shape: `n${batch} c${channels} ${size}x${size}`,
    // Forward reads x for the statistics, then again, and writes y; backward reads x and dy twice
    // and writes dx.
    amount: { bytes: 8 * 4 * length },
    stateful: false,
    prepare() {
      const problem: BatchNormProblem = {
        ...shape,
        epsilon: 1e-5,
        x: randomArray(length, 1),
        gamma: randomArray(channels, 2),
        beta: randomArray(channels, 3),
        dy: randomArray(length, 4),
      };
      return {
        start: (contender) => contender.batchNormTrain?.(problem),
        judge(results) {
          const right = batchNormValues(problem);
          const valueAt = (place: number) => right[place] ?? NaN;
          return judgeElements(results, {
            length: right.length,
            valueAt,
            tolerance: 1e-4,
          });
        },
      };
    },
  };
}

/** `y`, `dx`, `dGamma` and `dBeta` in float64. */
export function batchNormValues(problem: BatchNormProblem): Float64Array {
  const { batch, channels, size, epsilon, x, gamma, beta, dy } = problem;
  const pixels = size ** 2;
  const count = batch * pixels;
  const all = new Float64Array(2 * x.length + 2 * channels);
  for (let c = 0; c < channels; c++) {
    const places = Array.from(
      { length: count },
      (_, i) => (Math.trunc(i / pixels) * channels + c) * pixels + i % pixels,
    );
    const sum = (f: (place: number) => number) => places.reduce((s, place) => s + f(place), 0);
    const xAt = (place: number) => x[place] ?? NaN;
    const dyAt = (place: number) => dy[place] ?? NaN;
    const mean = sum(xAt) / count;
    const deviation = Math.sqrt(sum((p) => (xAt(p) - mean) ** 2) / count + epsilon);
    const normal = (place: number) => (xAt(place) - mean) / deviation;
    const dBeta = sum(dyAt);
    const dGamma = sum((p) => dyAt(p) * normal(p));
    const scale = gamma[c] ?? NaN;
    for (const p of places) {
      all[p] = scale * normal(p) + (beta[c] ?? NaN);
      all[x.length + p] = scale / deviation *
        (dyAt(p) - dBeta / count - normal(p) * dGamma / count);
    }
    all[2 * x.length + c] = dGamma;
    all[2 * x.length + channels + c] = dBeta;
  }
  return all;
}
