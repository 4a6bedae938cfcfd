import { crossEntropy, type CrossEntropyReduction } from "../../../../core/autograd/mod.ts";
import { type Nd, nd, rowsNd, total } from "../../../reference/nd.ts";
import { logSoftmaxRow, softmaxRow } from "./rows.ts";
import { draw, drawLabels, labels, type Refusal, type Sample, toDevice } from "./sample.ts";

interface Reference {
  readonly target: readonly number[][];
  readonly weights?: ArrayLike<number>;
  readonly offsets?: ArrayLike<number>;
  readonly temperature?: number;
  readonly kept?: readonly boolean[];
  readonly reduction?: CrossEntropyReduction;
}

/** The formula of the function's doc, in doubles. */
function reference(
  logits: Nd,
  { target, weights, offsets, temperature = 1, kept, reduction = "mean" }: Reference,
): Nd {
  const each: number[] = [];
  rowsNd(logits, (row, r) => {
    const log = logSoftmaxRow(row.map((v, k) => (v + (offsets?.[k] ?? 0)) / temperature));
    const loss = -total(log.map((v, k) => target[r]![k] ? v * target[r]![k]! : 0));
    each.push(kept?.[r] === false ? 0 : loss * (weights?.[r] ?? 1));
    return row;
  });
  if (reduction === "none") return nd([each.length], each);
  const parts = each.map((_, r) => kept?.[r] === false ? 0 : 1);
  const divisor = reduction === "sum"
    ? 1
    : total(reduction === "mean" ? parts : parts.map((p, r) => p * (weights?.[r] ?? 1)));
  return nd([], [divisor === 0 ? 0 : total(each) / divisor]);
}

function hot(classes: ArrayLike<number>, length: number): number[][] {
  return Array.from(
    classes,
    (c) => Array.from({ length }, (_, k) => k === c ? 1 : 0),
  );
}

function rowsOf(x: Nd): number[][] {
  const rows: number[][] = [];
  rowsNd(x, (row) => (rows.push(row), row));
  return rows;
}

const REDUCTIONS = ["mean", "sum", "none", "weightedMean"] as const;
const B = 5, C = 7;
const y = drawLabels("y", B, C);
const some = y.map((label, i) => i % 2 ? label : -1);
const weights = draw("w", [B], [0, 2]);
const offsets = draw("o", [C]);
const soft = (size: number) => {
  const p = rowsNd(draw("q", [B, size]), softmaxRow);
  return nd(p.shape, p.data.map(Math.fround));
};

/** Samples of cross entropy in all its forms. */
export const samples: readonly Sample[] = [
  ...REDUCTIONS.flatMap((reduction): Sample[] => [
    {
      op: "crossEntropy",
      about: `with hard labels, ${reduction}`,
      inputs: [draw("z", [B, C])],
      run: ([z], d) => crossEntropy(z!, labels(d, y), { reduction }),
      reference: ([z]) => reference(z!, { target: hot(y, C), reduction }),
    },
    {
      op: "crossEntropy",
      about: `with ignored labels and weights, ${reduction}`,
      inputs: [draw("z", [B, C])],
      run: ([z], d) =>
        crossEntropy(z!, labels(d, some), {
          weights: toDevice(d, weights),
          ignoreIndex: -1,
          reduction,
        }),
      reference: ([z]) =>
        reference(z!, {
          target: hot(some, C),
          weights: weights.data,
          kept: [...some].map((label) => label >= 0),
          reduction,
        }),
    },
    {
      op: "crossEntropy",
      about: `with soft labels, offsets and a temperature, ${reduction}`,
      inputs: [draw("z", [B, C]), soft(C), offsets],
      run: ([z, q, o], d) =>
        crossEntropy(z!, q!, {
          offsets: o!,
          temperature: 0.5,
          weights: toDevice(d, weights),
          reduction,
        }),
      reference: ([z, q, o]) =>
        reference(z!, {
          target: rowsOf(q!),
          offsets: o!.data,
          temperature: 0.5,
          weights: weights.data,
          reduction,
        }),
    },
  ]),
  ...[1, 2, 33, 200].flatMap((classes): Sample[] => [
    {
      op: "crossEntropy",
      about: `of ${classes} classes with hard labels and offsets`,
      inputs: [draw("z", [B, classes]), draw("o", [classes])],
      run: ([z, o], d) =>
        crossEntropy(z!, labels(d, drawLabels("y", B, classes)), { offsets: o!, temperature: 2 }),
      reference: ([z, o]) =>
        reference(z!, {
          target: hot(drawLabels("y", B, classes), classes),
          offsets: o!.data,
          temperature: 2,
        }),
    },
    {
      op: "crossEntropy",
      about: `of ${classes} classes with soft labels`,
      inputs: [draw("z", [B, classes]), soft(classes)],
      run: ([z, q]) => crossEntropy(z!, q!),
      reference: ([z, q]) => reference(z!, { target: rowsOf(q!) }),
    },
  ]),
  {
    op: "crossEntropy",
    about: "with a class that a prior rules out",
    inputs: [draw("z", [1, 3])],
    run: ([z], d) =>
      crossEntropy(z!, d.tensor([0.5, 0.5, 0], [1, 3]), {
        offsets: d.tensor([0, 0, -Infinity], [3]),
      }),
    reference: ([z]) => reference(z!, { target: [[0.5, 0.5, 0]], offsets: [0, 0, -Infinity] }),
  },
  {
    op: "crossEntropy",
    about: "with every label ignored",
    inputs: [draw("z", [2, 3])],
    run: ([z], d) => crossEntropy(z!, labels(d, [-1, -1]), { ignoreIndex: -1 }),
    reference: () => nd([], [0]),
  },
  {
    op: "crossEntropy",
    about: "with weights that are all 0",
    inputs: [draw("z", [2, 3])],
    run: ([z], d) =>
      crossEntropy(z!, labels(d, [0, 1]), { weights: d.zeros([2]), reduction: "weightedMean" }),
    reference: () => nd([], [0]),
  },
];

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([2, 3]), labels(d, [0, 1, 2])),
    message: /f32\[2, 3\] and i32\[3\]: a target of i32 must be \[2\]/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([2, 3]), d.zeros([2])),
    message: /f32\[2, 3\] and f32\[2\]: a target of f32 must be \[2,3\]/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([3]), labels(d, [0])),
    message: /logits must be \[B, C\]/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([1, 3]), labels(d, [0]), { weights: d.zeros([3]) }),
    message: /weights are f32\[3\], not f32\[1\]/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([1, 3]), labels(d, [0]), { offsets: d.zeros([1]) }),
    message: /offsets are f32\[1\], not f32\[3\]/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([1, 3]), d.zeros([1, 3]), { ignoreIndex: 0 }),
    message: /only a hard label can be ignored/,
  },
  {
    op: "crossEntropy",
    call: (d) => crossEntropy(d.zeros([1, 3]), labels(d, [0]), { temperature: 0 }),
    message: /temperature 0: it must be above 0/,
  },
];
