import type { BenchCase, CaseSizes } from "../bench_case.ts";
import { judgeAgreement } from "../judge.ts";
import {
  type FixMatchProblem,
  fixmatchProblem,
  type FixMatchShape,
} from "../network/fixmatch_problem.ts";
import { networkShape } from "../network/network_shape.ts";

/** Whole training steps, at batches that the slowest peer can bear on this kind of adapter. */
export function fixmatchStepCases({ quick, software }: CaseSizes): BenchCase[] {
  const thin = { depth: 10, width: 1, classes: 10, size: 32 };
  const full = { depth: 28, width: 2, classes: 10, size: 32 };
  if (quick) {
    return [fixmatchStepCase({ ...thin, size: 16, labeled: 8, unlabeled: 16 })];
  }
  if (!software) {
    return [fixmatchStepCase({ ...full, labeled: 64, unlabeled: 128 })];
  }
  return [
    fixmatchStepCase({ ...thin, labeled: 16, unlabeled: 32 }),
    fixmatchStepCase({ ...full, labeled: 8, unlabeled: 16 }),
  ];
}

function fixmatchStepCase(shape: FixMatchShape): BenchCase {
  const { depth, width, labeled, unlabeled, size } = shape;
  const forward = networkShape(shape, size).flops;
  return {
    name: "fixmatch-step",
    shape: `wrn-${depth}-${width} ${labeled}+2x${unlabeled} ${size}x${size}`,
    amount: {
      // A gradient costs two more passes; the weak views need none.
      flops: forward * (3 * (labeled + unlabeled) + unlabeled),
      images: labeled + 2 * unlabeled,
    },
    stateful: true,
    prepare() {
      const problem = fixmatchProblem(shape);
      return {
        start: (contender) => contender.fixmatchStep?.(problem),
        judge: (results) => judgeAgreement(results, (a, b) => stepDistance(problem, [a, b])),
      };
    },
  };
}

/**
 * Distance of two results of one step: the largest, over the loss and all parameters, of
 * ‖difference‖ ÷ (1 % of ‖how far the step moved it‖ + float32's rounding of it). NaN if either
 * holds one or has another length.
 */
export function stepDistance(
  { parameters }: Pick<FixMatchProblem, "parameters">,
  [a, b]: readonly [Float32Array, Float32Array],
): number {
  const loss = Float32Array.of(0);
  let at = 0;
  // Math.max keeps a NaN.
  const worst = [{ value: loss }, ...parameters].reduce((most, { value }) => {
    const [start, end] = [at, at += value.length];
    const [one, other] = [a.subarray(start, end), b.subarray(start, end)];
    const allowed = 0.01 * distance(one, value) + 1e-6 * norm(one);
    return Math.max(most, distance(one, other) / allowed);
  }, 0);
  return a.length === at && b.length === at ? worst : NaN;
}

function norm(v: Float32Array): number {
  return Math.sqrt(v.reduce((sum, value) => sum + value ** 2, 0));
}

function distance(a: Float32Array, b: Float32Array): number {
  return norm(a.map((v, i) => v - (b[i] ?? NaN)));
}
