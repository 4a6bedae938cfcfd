import * as ops from "../../../../core/autograd/ops/mod.ts";
import { mapNd, type Nd, nd, reduceNd, rowsNd, total, zipNd } from "../../../reference/nd.ts";
import { draw, type Refusal, type Sample } from "./sample.ts";

/** `log softmax` of one row. */
export function logSoftmaxRow(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const rest = Math.log(total(row.map((v) => Math.exp(v - top))));
  return row.map((v) => v - top - rest);
}

/** `softmax` of one row. */
export function softmaxRow(row: readonly number[]): number[] {
  return logSoftmaxRow(row).map(Math.exp);
}

function klRow(p: readonly number[], logits: readonly number[]): number {
  const q = logSoftmaxRow(logits);
  return total(p.map((v, k) => v === 0 ? 0 : v * (Math.log(v) - q[k]!))); // equally long
}

function klNd(p: Nd, logits: Nd): number[] {
  const length = p.shape.at(-1)!; // rows have an axis
  const row = (x: Nd, r: number) => [...x.data.slice(r * length, (r + 1) * length)];
  return Array.from(
    { length: p.data.length / length },
    (_, r) => klRow(row(p, r), row(logits, r)),
  );
}

function normalizeNd(x: Nd, eps: number): Nd {
  return rowsNd(x, (row) => row.map((v) => v / Math.max(Math.hypot(...row), eps)));
}

function cosinesNd(f: Nd, p: Nd): Nd {
  const [b, c, d] = [f.shape[0]!, p.shape[0]!, f.shape[1]!]; // matrices
  const fs = normalizeNd(f, 1e-8).data, ps = normalizeNd(p, 1e-8).data;
  return nd([b, c], (i) => {
    const from = Math.floor(i / c) * d, to = i % c * d;
    return total(Array.from({ length: d }, (_, k) => fs[from + k]! * ps[to + k]!));
  });
}

const ROWS = [[1], [3, 1], [2, 3], [5, 5], [33, 10], [2, 3, 33], [3, 65], [2, 150]];
const SHARES = rowsNd(draw("p", [3, 5]), softmaxRow);
/** A wanted distribution with classes that are ruled out. */
const HARD = nd([2, 3], [0, 1, 0, 0.5, 0, 0.5]);
const mean = (v: number[]) => total(v) / v.length;

/** Samples of operations along the last axis. */
export const samples: readonly Sample[] = [
  ...ROWS.flatMap((shape): Sample[] => [
    {
      op: "softmax",
      about: `of [${shape}]`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.softmax(x!),
      reference: ([x]) => rowsNd(x!, softmaxRow),
    },
    {
      op: "logSoftmax",
      about: `of [${shape}]`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.logSoftmax(x!),
      reference: ([x]) => rowsNd(x!, logSoftmaxRow),
    },
    {
      op: "l2Normalize",
      about: `of [${shape}]`,
      inputs: [draw("x", shape, [0.25, 1])],
      run: ([x]) => ops.l2Normalize(x!),
      reference: ([x]) => normalizeNd(x!, 1e-12),
    },
    {
      op: "klDivergence",
      about: `between softmaxes of [${shape}]`,
      inputs: [draw("a", shape), draw("b", shape)],
      run: ([a, b]) => ops.klDivergence(a!, b!, { target: "logits" }),
      reference: ([a, b]) => nd([], [mean(klNd(rowsNd(a!, softmaxRow), b!))]),
    },
  ]),
  {
    op: "l2Normalize",
    about: "of rows shorter than eps",
    inputs: [draw("x", [3, 4], [0, 0.1])],
    run: ([x]) => ops.l2Normalize(x!, { eps: 2 }),
    reference: ([x]) => mapNd(x!, (v) => v / 2),
  },
  {
    op: "klDivergence",
    about: "from probabilities, rows apart",
    inputs: [mapNd(SHARES, Math.fround), draw("b", [3, 5])],
    run: ([p, b]) => ops.klDivergence(p!, b!, { reduction: "none" }),
    reference: ([p, b]) => nd([3], klNd(p!, b!)),
  },
  {
    op: "klDivergence",
    about: "from probabilities of 0, summed",
    inputs: [draw("b", [2, 3])],
    run: ([b]) =>
      ops.klDivergence(b!.device.tensor(Float32Array.from(HARD.data), HARD.shape), b!, {
        reduction: "sum",
      }),
    reference: ([b]) => nd([], [total(klNd(HARD, b!))]),
  },
  {
    op: "klDivergence",
    about: "between softmaxes, rows apart",
    inputs: [draw("a", [2, 40]), draw("b", [2, 40])],
    run: ([a, b]) => ops.klDivergence(a!, b!, { target: "logits", reduction: "none" }),
    reference: ([a, b]) => nd([2], klNd(rowsNd(a!, softmaxRow), b!)),
  },
  ...(["mean", "sum", "none"] as const).map((reduction): Sample => ({
    op: "mse",
    about: reduction,
    inputs: [draw("a", [3, 4]), draw("b", [4])],
    run: ([a, b]) => ops.mse(a!, b!, { reduction }),
    reference: ([a, b]) => {
      const squares = zipNd((x, y) => (x! - y!) ** 2, a!, b!);
      if (reduction === "none") return squares;
      return reduceNd(squares, reduction === "sum" ? total : mean);
    },
  })),
  ...[[4, 3, 5], [2, 9, 65]].map(([b, c, d]): Sample => ({
    op: "cosineLogits",
    about: `of ${b} features and ${c} prototypes of ${d}`,
    inputs: [draw("f", [b!, d!]), draw("p", [c!, d!])], // three numbers
    run: ([f, p]) => ops.cosineLogits(f!, p!, { temperature: 0.2 }),
    reference: ([f, p]) => mapNd(cosinesNd(f!, p!), (v) => v / 0.2),
  })),
];

const NO_AXIS = /f32\[\]: it has no axis/;

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  { op: "softmax", call: (d) => ops.softmax(d.zeros([])), message: NO_AXIS },
  { op: "logSoftmax", call: (d) => ops.logSoftmax(d.zeros([])), message: NO_AXIS },
  { op: "l2Normalize", call: (d) => ops.l2Normalize(d.zeros([])), message: NO_AXIS },
  {
    op: "softmax",
    call: (d) => ops.softmax(d.zeros([2], "i32") as never),
    message: /i32\[2\]: it takes f32/,
  },
  {
    op: "klDivergence",
    call: (d) => ops.klDivergence(d.zeros([2, 3]), d.zeros([3, 2])),
    message: /f32\[2, 3\] and f32\[3, 2\]/,
  },
  {
    op: "mse",
    call: (d) => ops.mse(d.zeros([2]), d.zeros([3])),
    message: /\[2\] and \[3\]: sizes 2 and 3 differ/,
  },
  {
    op: "cosineLogits",
    call: (d) => ops.cosineLogits(d.zeros([2, 3]), d.zeros([2, 4])),
    message: /f32\[2, 3\] by f32\[2, 4\]ᵀ: inner sizes 3 and 4 differ/,
  },
  {
    op: "cosineLogits",
    call: (d) => ops.cosineLogits(d.zeros([1, 1]), d.zeros([1, 1]), { temperature: 0 }),
    message: /temperature 0/,
  },
];
