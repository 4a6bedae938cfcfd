import * as ops from "../../../../core/autograd/ops/mod.ts";
import type { Axes, Tensor } from "../../../../core/autograd/mod.ts";
import { type Nd, nd, reduceNd, rowsNd, total } from "../../../reference/nd.ts";
import { draw, labels, type Refusal, type Sample } from "./sample.ts";

const mean = (v: number[]) => total(v) / v.length;
const squares = (v: number[], center: number) => total(v.map((x) => (x - center) ** 2));
const variance = (v: number[]) => squares(v, mean(v)) / v.length;
const logSumExp = (v: number[]) => {
  const top = Math.max(...v);
  return top + Math.log(total(v.map((x) => Math.exp(x - top))));
};

type Reduce = (x: Tensor, axes?: Axes, options?: { keepAxes?: boolean }) => Tensor;

const REDUCTIONS: Readonly<Record<string, readonly [Reduce, (values: number[]) => number]>> = {
  sum: [ops.sum, total],
  mean: [ops.mean, mean],
  max: [ops.max, (v) => Math.max(...v)],
  min: [ops.min, (v) => Math.min(...v)],
  variance: [ops.variance, variance],
  norm: [ops.norm, (v) => Math.hypot(...v)],
  logSumExp: [ops.logSumExp, logSumExp],
};

/** Long and short rows, few and many columns, whole and broken groups of four, gaps. */
const SHAPES: readonly (readonly [number[], number[] | undefined])[] = [
  [[1], undefined],
  [[3], [0]],
  [[65], undefined],
  [[160], undefined],
  [[5, 33], [1]],
  [[5, 36], [-1]],
  [[33, 5], [0]],
  [[70, 4], [0]],
  [[40, 3], [0]],
  [[2, 40, 8], [1]],
  [[3, 5, 7], [0, 2]],
  [[3, 1, 40], [0, 2]],
  [[2, 3, 4, 5], [1, 2]],
  [[2, 3], []],
];

/** Too large for central differences of each element. */
const LARGE: readonly (readonly [number[], number[]])[] = [
  [[9000], [0]],
  [[5000, 4], [0]],
  [[4103, 3], [0]],
  [[2, 4200], [1]],
];

function argmaxNd(x: Nd, axes: number[]): Nd {
  return reduceNd(x, (v) => v.indexOf(Math.max(...v)), { axes });
}

const TIES = nd([4, 40], (i) => (i * 7919 % 13) % 5);

/** Samples of reductions and of places of extremes. */
export const samples: readonly Sample[] = [
  ...Object.entries(REDUCTIONS).flatMap(([op, [call, f]]) => [
    ...SHAPES.flatMap(([shape, axes]) =>
      [false, true].map((keepAxes): Sample => ({
        op,
        about: `of [${shape}] over ${axes ? `[${axes}]` : "all"}${keepAxes ? ", axes kept" : ""}`,
        inputs: [draw("x", shape)],
        run: ([x]) => call(x!, axes, { keepAxes }),
        reference: ([x]) => reduceNd(x!, f, { ...(axes ? { axes } : {}), keepAxes }),
      }))
    ),
    ...LARGE.map(([shape, axes]): Sample => ({
      op,
      about: `of [${shape}]`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.detach(call(x!, axes)),
      reference: ([x]) => reduceNd(x!, f, { axes }),
      gradient: false,
    })),
  ]),
  {
    op: "variance",
    about: "without bias, far from 0",
    inputs: [draw("x", [3, 6], [1000, 1001])],
    run: ([x]) => ops.variance(x!, -1, { correction: 1 }),
    reference: ([x]) => reduceNd(x!, (v) => squares(v, mean(v)) / (v.length - 1), { axes: [-1] }),
    relative: 1e-3,
  },
  {
    op: "logSumExp",
    about: "of large numbers",
    inputs: [nd([3, 3], [1e4, 1e4, -1e4, -1e4, -1e4, -1e4, 0, 1e4, 1e4 - 1])],
    run: ([x]) => ops.logSumExp(x!, 1),
    reference: ([x]) => reduceNd(x!, logSumExp, { axes: [1] }),
  },
  ...[[[7], 0], [[5, 33], 1], [[5, 70], -1], [[6, 4], 0], [[2, 5, 3], 1]].flatMap(
    ([shape, axis]) => {
      const x = draw("x", shape as number[]);
      return [
        {
          op: "argmax",
          about: `of [${shape}] along ${axis}`,
          inputs: [x],
          run: ([x]) => ops.argmax(x!, axis as number),
          reference: ([x]) => argmaxNd(x!, [axis as number]),
        },
        {
          op: "argmin",
          about: `of [${shape}] along ${axis}`,
          inputs: [x],
          run: ([x]) => ops.argmin(x!, axis as number),
          reference: ([x]) => argmaxNd(nd(x!.shape, x!.data.map((v) => -v)), [axis as number]),
        },
      ] satisfies Sample[];
    },
  ),
  {
    op: "argmax",
    about: "takes the first of equals",
    inputs: [TIES],
    run: ([x]) => ops.argmax(x!),
    reference: ([x]) => argmaxNd(x!, [-1]),
  },
  {
    op: "argmax",
    about: "of infinities and both zeros",
    inputs: [nd([3, 3], [-Infinity, -Infinity, -Infinity, -0, 0, -1, 1, Infinity, 2])],
    run: ([x]) => ops.argmax(x!),
    reference: () => nd([3], [0, 0, 1]),
  },
  ...[1, 3, 40].map((k): Sample => ({
    op: "topK",
    about: `${k} of many equals`,
    inputs: [TIES],
    run: ([x]) => ops.topK(x!, k),
    reference: ([x]) =>
      rowsNd(x!, (row) => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k)),
  })),
];

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  ...Object.entries(REDUCTIONS).flatMap(([op, [call]]): Refusal[] => [
    {
      op,
      call: (d) => call(labels(d, [1, 2]) as never),
      message: /i32\[2\]: it takes f32/,
    },
    { op, call: (d) => call(d.zeros([2, 3]), 2), message: /Axis 2 does not exist/ },
    {
      op,
      call: (d) => call(d.zeros([2, 3]), [0, -2]),
      message: /f32\[2, 3\] over \[0,-2\].* twice/,
    },
  ]),
  { op: "mean", call: (d) => ops.mean(d.zeros([0, 3])), message: /no elements of f32\[0, 3\]/ },
  { op: "max", call: (d) => ops.max(d.zeros([0])), message: /no elements of f32\[0\]/ },
  { op: "argmax", call: (d) => ops.argmax(d.zeros([2]), 1), message: /Axis 1 does not exist/ },
  { op: "argmin", call: (d) => ops.argmin(d.zeros([2, 0])), message: /no elements of f32\[2, 0\]/ },
  {
    op: "topK",
    call: (d) => ops.topK(d.zeros([2, 3]), 4),
    message: /4 largest of the last axis of f32\[2, 3\]: its size is 3/,
  },
];
