import type { BenchCase, CaseSizes } from "../bench_case.ts";
import { concatenate } from "../concatenate.ts";
import { judgeAgreement } from "../judge.ts";
import {
  type FixMatchProblem,
  fixmatchProblem,
  type FixMatchShape,
  fixmatchViewsProblem,
} from "../network/fixmatch_problem.ts";
import { networkShape } from "../network/network_shape.ts";

/**
 * Whole training steps, on views that are there and on views that each step makes, at batches that
 * the slowest peer can bear on this kind of adapter.
 */
export function fixmatchStepCases(sizes: CaseSizes): BenchCase[] {
  const shapes = shapesFor(sizes);
  return [...shapes.map(stepCase), ...shapes.map(stepWithViewsCase)];
}

function shapesFor({ quick, software }: CaseSizes): FixMatchShape[] {
  const thin = { depth: 10, width: 1, classes: 10, size: 32 };
  const full = { depth: 28, width: 2, classes: 10, size: 32 };
  if (quick) return [{ ...thin, size: 16, labeled: 8, unlabeled: 16 }];
  if (!software) return [{ ...full, labeled: 64, unlabeled: 128 }];
  return [{ ...thin, labeled: 16, unlabeled: 32 }, { ...full, labeled: 8, unlabeled: 16 }];
}

function stepCase(shape: FixMatchShape): BenchCase {
  return {
    name: "fixmatch-step",
    ...workOf(shape),
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

/** Everyone draws views of their own, from the same images. */
function stepWithViewsCase(shape: FixMatchShape): BenchCase {
  return {
    name: "fixmatch-step-with-views",
    ...workOf(shape),
    stateful: true,
    prepare() {
      const problem = fixmatchViewsProblem(shape);
      return {
        start: (contender) => contender.fixmatchStepWithViews?.(problem),
        judge: (results) => judgeAgreement(results, (a, b) => directionDistance(problem, [a, b])),
      };
    },
  };
}

function workOf(shape: FixMatchShape): Pick<BenchCase, "shape" | "amount"> {
  const { depth, width, labeled, unlabeled, size } = shape;
  const forward = networkShape(shape, size).flops;
  return {
    shape: `wrn-${depth}-${width} ${labeled}+2x${unlabeled} ${size}x${size}`,
    amount: {
      // A gradient costs two more passes; the weak views need none.
      flops: forward * (3 * (labeled + unlabeled) + unlabeled),
      images: labeled + 2 * unlabeled,
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

/**
 * Distance of two results of one step on views that were drawn apart: the largest of the angle
 * between the ways that the parameters went ÷ 70° and how often the losses, and the lengths of the
 * ways, differ by a factor of two. Unrelated ways stand at right angles.
 */
export function directionDistance(
  { parameters }: Pick<FixMatchProblem, "parameters">,
  [a, b]: readonly [Float32Array, Float32Array],
): number {
  const before = concatenate([Float32Array.of(0), ...parameters.map(({ value }) => value)]);
  if (a.length !== before.length || b.length !== before.length) return NaN;
  const way = (after: Float32Array) => after.map((v, i) => i === 0 ? 0 : v - (before[i] ?? NaN));
  const [one, other] = [way(a), way(b)];
  const lengths = [norm(one), norm(other)] as const;
  const cosine = one.reduce((sum, v, i) => sum + v * (other[i] ?? NaN), 0) / lengths[0] /
    lengths[1];
  const twofold = (x = NaN, y = NaN) => Math.abs(Math.log2(x / y));
  const angle = Math.acos(Math.min(cosine, 1)) * 180 / Math.PI;
  return Math.max(angle / 70, twofold(a[0], b[0]), twofold(...lengths));
}

function norm(v: Float32Array): number {
  return Math.sqrt(v.reduce((sum, value) => sum + value ** 2, 0));
}

function distance(a: Float32Array, b: Float32Array): number {
  return norm(a.map((v, i) => v - (b[i] ?? NaN)));
}
