import * as ops from "../../../../core/autograd/ops/mod.ts";
import { Random } from "../../../../core/random.ts";
import { type Nd, nd } from "../../../reference/nd.ts";
import { draw, drawLabels, labels, type Refusal, type Sample, toDevice } from "./sample.ts";

function gatherNd(x: Nd, index: ArrayLike<number>, shape: readonly number[]): Nd {
  const [rows, ...row] = x.shape;
  const width = x.data.length / rows!; // x has an axis
  return nd([...shape, ...row], (i) => {
    const r = index[Math.floor(i / width)]!; // one index a row
    return r >= 0 && r < rows! ? x.data[r * width + i % width]! : 0;
  });
}

function scatterNd(x: Nd, index: ArrayLike<number>, rows: number, row: readonly number[]): Nd {
  const width = row.reduce((a, b) => a * b, 1);
  return nd([rows, ...row], (i) => {
    let sum = 0;
    for (let k = 0; k < index.length; k++) {
      if (index[k] === Math.floor(i / width)) sum += x.data[k * width + i % width]!; // inside x
    }
    return sum;
  });
}

const index = drawLabels("index", 6, 4);
/** With numbers that name no row. */
const loose = [2, -1, 4, 2, 0, 100];
/** Of which the second 2 and the 0 do not count. */
const kept = [1, 1, 1, 0, 0, 1];
const words = { seed: 3, step: 1, name: "sample" };

function host<T>(size: number, draw: (random: Random) => T): T[] {
  const random = new Random(words);
  return Array.from({ length: size }, () => draw(random));
}

/** Samples of operations by index, and of those that make tensors. */
export const samples: readonly Sample[] = [
  ...[[4], [4, 3], [4, 2, 5]].flatMap((shape): Sample[] => [
    {
      op: "gather",
      about: `rows of [${shape}]`,
      inputs: [draw("x", shape)],
      run: ([x], d) => ops.gather(x!, labels(d, index, [2, 3])),
      reference: ([x]) => gatherNd(x!, index, [2, 3]),
    },
    {
      op: "gather",
      about: `rows of [${shape}] of which some are missing`,
      inputs: [draw("x", shape)],
      run: ([x], d) => ops.gather(x!, labels(d, loose)),
      reference: ([x]) => gatherNd(x!, loose, [6]),
    },
    {
      op: "scatterAdd",
      about: `rows of [${shape.slice(1)}]`,
      inputs: [draw("x", [6, ...shape.slice(1)])],
      run: ([x], d) => ops.scatterAdd(x!, labels(d, loose), { rows: 4 }),
      reference: ([x]) => scatterNd(x!, loose, 4, shape.slice(1)),
    },
  ]),
  {
    op: "scatterRows",
    about: "with numbers that repeat or name no row",
    inputs: [draw("rows", [6, 3])],
    run: ([rows], d) =>
      ops.scatterRows(toDevice(d, draw("table", [5, 3])), labels(d, loose), ops.detach(rows!)),
    reference: ([rows]) =>
      nd([5, 3], (i) => {
        const last = loose.lastIndexOf(Math.floor(i / 3));
        return last < 0 ? draw("table", [5, 3]).data[i]! : rows!.data[last * 3 + i % 3]!;
      }),
    gradient: false,
  },
  {
    op: "scatterRows",
    about: "of which a mask leaves some out",
    inputs: [draw("rows", [6, 3])],
    run: ([rows], d) =>
      ops.scatterRows(toDevice(d, draw("table", [5, 3])), labels(d, loose), ops.detach(rows!), {
        mask: d.tensor(kept, [6]),
      }),
    reference: ([rows]) =>
      nd([5, 3], (i) => {
        const last = loose.findLastIndex((row, k) => row === Math.floor(i / 3) && kept[k] === 1);
        return last < 0 ? draw("table", [5, 3]).data[i]! : rows!.data[last * 3 + i % 3]!;
      }),
    gradient: false,
  },
  {
    op: "oneHot",
    about: "smoothed",
    inputs: [],
    run: (_, d) => ops.oneHot(labels(d, loose, [2, 3]), 4, { on: 0.75, off: 0.25 }),
    reference: () => nd([2, 3, 4], (i) => loose[Math.floor(i / 4)] === i % 4 ? 0.75 : 0.25),
  },
  {
    op: "histogram",
    about: "of many labels",
    inputs: [],
    run: (_, d) => ops.histogram(labels(d, drawLabels("many", 1000, 12)), 10),
    reference: () =>
      nd([10], (c) => drawLabels("many", 1000, 12).filter((label) => label === c).length),
  },
  {
    op: "histogram",
    about: "of labels held as floats",
    inputs: [],
    run: (_, d) => ops.histogram(d.tensor(loose, [6]), 4),
    reference: () => nd([4], (c) => loose.filter((label) => label === c).length),
  },
  {
    op: "histogram",
    about: "weighted",
    inputs: [],
    run: (_, d) => ops.histogram(labels(d, index), 5, { weights: toDevice(d, draw("w", [6])) }),
    reference: () => scatterNd(draw("w", [6]), index, 5, []),
  },
  ...[1, 5, 9000].map((size): Sample => ({
    op: "allFinite",
    about: `of ${size} numbers`,
    inputs: [draw("x", [size])],
    run: ([x]) => ops.allFinite(x!),
    reference: () => nd([1], [1]),
  })),
  ...[NaN, Infinity, -Infinity].map((v): Sample => ({
    op: "allFinite",
    about: `finds ${v} among 9000`,
    inputs: [nd([9000], (i) => i === 8999 ? v : 1)],
    run: ([x]) => ops.allFinite(x!),
    reference: () => nd([1], [0]),
  })),
  {
    op: "randomUniform",
    about: "as on the host",
    inputs: [],
    run: (_, d) => ops.randomUniform(d, [3, 5], words),
    reference: () => nd([3, 5], host(15, (r) => r.uniform())),
  },
  {
    op: "randomNormal",
    about: "as on the host",
    inputs: [],
    run: (_, d) => ops.randomNormal(d, [7], words),
    reference: () => nd([7], host(7, (r) => r.normal())),
  },
  {
    op: "randomBernoulli",
    about: "as on the host",
    inputs: [],
    run: (_, d) => ops.randomBernoulli(d, [33], { ...words, p: 0.5 }),
    reference: () => nd([33], host(33, (r) => r.bernoulli(0.5) ? 1 : 0)),
  },
  {
    op: "randomWords",
    about: "as on the host",
    inputs: [],
    run: (_, d) => ops.randomWords(d, [6], words),
    reference: () => nd([6], host(6, (r) => r.word())),
  },
];

const DRAWS = ["randomUniform", "randomNormal", "randomBernoulli", "randomWords"] as const;

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  {
    op: "gather",
    call: (d) => ops.gather(d.zeros([2]), d.zeros([2]) as never),
    message: /by f32\[2\]: it takes i32/,
  },
  {
    op: "gather",
    call: (d) => ops.gather(d.zeros([]), labels(d, [0])),
    message: /f32\[\]: it has no axis/,
  },
  {
    op: "scatterAdd",
    call: (d) => ops.scatterAdd(d.zeros([3, 2]), labels(d, [0, 1]), { rows: 2 }),
    message: /f32\[3, 2\] by i32\[2\]: the rows must be \[2\] in number/,
  },
  {
    op: "scatterRows",
    call: (d) => ops.scatterRows(d.zeros([4, 3]), labels(d, [0, 1]), d.zeros([2, 2])),
    message: /f32\[2, 2\] into f32\[4, 3\]/,
  },
  {
    op: "scatterRows",
    call: (d) =>
      ops.scatterRows(d.zeros([4]), labels(d, [0, 1]), d.zeros([2]), { mask: d.zeros([3]) }),
    message: /i32\[2\] by f32\[3\]/,
  },
  { op: "oneHot", call: (d) => ops.oneHot(d.zeros([2]) as never, 3), message: /f32\[2\]/ },
  {
    op: "histogram",
    call: (d) => ops.histogram(labels(d, [0, 1]), 3, { weights: d.zeros([3]) }),
    message: /i32\[2\] by f32\[3\]/,
  },
  {
    op: "allFinite",
    call: (d) => ops.allFinite(labels(d, [1]) as never),
    message: /i32\[1\]: it takes f32/,
  },
  ...DRAWS.map((op): Refusal => ({
    op,
    call: (d) => ops[op](d, [1], { seed: -1, name: "x", p: 0.5 }),
    message: /seed -1/,
  })),
];
