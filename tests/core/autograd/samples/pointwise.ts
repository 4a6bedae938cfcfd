import * as ops from "../../../../core/autograd/ops/mod.ts";
import { binary, unary } from "../../../../core/autograd/ops/apply.ts";
import {
  BINARY,
  type BinaryName,
  UNARY,
  type UnaryName,
} from "../../../../core/autograd/ops/pointwise_table.ts";
import type { Tensor } from "../../../../core/autograd/mod.ts";
import { mapNd, type Nd, zipNd } from "../../../reference/nd.ts";
import { draw, type Refusal, type Sample } from "./sample.ts";

interface UnaryCase {
  readonly f: (x: number, s: number, t: number) => number;
  /** Where inputs are drawn from; normal by default. */
  readonly range?: readonly [number, number];
  readonly s?: number;
  readonly t?: number;
}

/** What each row of the unary table means; a row without an entry does not compile. */
const UNARY_CASES: Readonly<Record<UnaryName, UnaryCase>> = {
  neg: { f: (x) => -x },
  exp: { f: Math.exp },
  log: { f: Math.log, range: [0.1, 5] },
  sqrt: { f: Math.sqrt, range: [0.1, 5] },
  square: { f: (x) => x * x },
  abs: { f: Math.abs },
  reciprocal: { f: (x) => 1 / x, range: [0.5, 3] },
  sigmoid: { f: (x) => 1 / (1 + Math.exp(-x)) },
  tanh: { f: Math.tanh },
  relu: { f: (x) => Math.max(x, 0) },
  leakyRelu: { f: (x, s) => x > 0 ? x : s * x, s: 0.25 },
  pow: { f: (x, s) => x ** s, range: [0.2, 3], s: 0.37 },
  powEven: { f: (x, s) => x ** s, range: [-2, 2], s: 4 },
  powOdd: { f: (x, s) => x ** s, range: [-2, 2], s: 3 },
  clamp: { f: (x, s, t) => Math.min(Math.max(x, s), t), s: -0.5, t: 0.75 },
  maximumNumber: { f: (x, s) => Math.max(x, s), s: 0.25 },
  minimumNumber: { f: (x, s) => Math.min(x, s), s: 0.25 },
  addNumber: { f: (x, s) => x + s, s: 1.5 },
  subtractFromNumber: { f: (x, s) => s - x, s: 1.5 },
  mulNumber: { f: (x, s) => x * s, s: -2.5 },
  divideNumber: { f: (x, s) => s / x, range: [0.5, 3], s: 2 },
  atLeast: { f: (x, s) => x >= s ? 1 : 0, s: 0.25 },
  above: { f: (x, s) => x > s ? 1 : 0, s: 0.25 },
  sign: { f: Math.sign },
  floor: { f: Math.floor },
};

/** What each row of the binary table means. */
const BINARY_CASES: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => a > b ? 1 : 0,
  greaterEqual: (a, b) => a >= b ? 1 : 0,
  equal: (a, b) => a === b ? 1 : 0,
};

const SIZES = [1, 3, 5, 33, 65];

/** Shapes that broadcast in every way: rows, columns, scalars, outer products, inner axes. */
const PAIRS: readonly (readonly [number[], number[]])[] = [
  [[33], [33]],
  [[4, 5], [5]],
  [[5], [4, 5]],
  [[2, 3, 4], [3, 1]],
  [[2, 1, 5], [4, 1]],
  [[65], []],
  [[], [3]],
  [[1, 3], [5, 1]],
  [[2, 1, 2, 1, 3], [2, 1, 4, 1]],
];

const rows = Object.keys(UNARY) as UnaryName[];
const pairs = Object.keys(BINARY) as BinaryName[];

/** Samples of both tables: a new row is tested unasked. */
export const tableSamples: readonly Sample[] = [
  ...rows.flatMap((name) =>
    SIZES.map((size): Sample => {
      const { f, range, s = 0, t = 0 } = UNARY_CASES[name];
      return {
        op: name,
        about: `of ${size}`,
        inputs: [draw(name, [size], range)],
        run: ([x]) => unary(name, x!, s, t),
        reference: ([x]) => mapNd(x!, (v) => f(v, s, t)),
        gradient: UNARY[name].backward !== null,
      };
    })
  ),
  ...pairs.flatMap((name) =>
    PAIRS.map(([a, b]): Sample => ({
      op: name,
      about: `of [${a}] and [${b}]`,
      inputs: [draw("a", a), draw("b", b, [0.5, 2])],
      run: ([x, z]) => binary(name, x!, z!),
      reference: ([x, z]) => zipNd(BINARY_CASES[name], x!, z!),
      gradient: BINARY[name].backward !== null,
    }))
  ),
];

type OneTensor = (x: Tensor) => Tensor;

/** Exported functions of one tensor, as they are called, with the row they should use. */
const CALLS: readonly (readonly [op: string, about: string, call: OneTensor, f: UnaryCase])[] = [
  ...rows.filter((name) => name in ops && (UNARY_CASES[name].s ?? 0) === 0).map((name) =>
    [name, "as exported", ops[name as "exp"] as OneTensor, UNARY_CASES[name]] as const
  ),
  ["leakyRelu", "with its default slope", (x) => ops.leakyRelu(x), {
    f: (x) => x > 0 ? x : 0.1 * x,
  }],
  ["clamp", "as exported", (x) => ops.clamp(x, -1, 0.5), {
    f: (x) => Math.min(Math.max(x, -1), 0.5),
  }],
  ["atLeast", "as exported", (x) => ops.atLeast(x, 0.5), { f: (x) => x >= 0.5 ? 1 : 0 }],
  ["above", "as exported", (x) => ops.above(x, 0.5), { f: (x) => x > 0.5 ? 1 : 0 }],
  ["add", "a number", (x) => ops.add(ops.add(x, 2), ops.add(1, x)), { f: (x) => 2 * x + 3 }],
  ["sub", "a number", (x) => ops.sub(ops.sub(x, 2), ops.sub(1, x)), { f: (x) => 2 * x - 3 }],
  ["mul", "a number", (x) => ops.mul(ops.mul(x, 2), ops.mul(0.5, x)), { f: (x) => x * x }],
  ["div", "a number", (x) => ops.add(ops.div(x, 2), ops.div(3, x)), {
    f: (x) => x / 2 + 3 / x,
    range: [0.5, 3],
  }],
  ["maximum", "a number", (x) => ops.maximum(x, 0.5), { f: (x) => Math.max(x, 0.5) }],
  ["minimum", "a number", (x) => ops.minimum(x, 0.5), { f: (x) => Math.min(x, 0.5) }],
  ["lerp", "towards a number of itself", (x) => ops.lerp(x, ops.square(x), 0.3), {
    f: (x) => 0.7 * x + 0.3 * x * x,
  }],
  ...[-3, -2, -1, 0, 0.5, 1, 2, 3, 2.5].map((p) =>
    ["pow", `to the ${p}`, (x: Tensor) => ops.pow(x, p), {
      f: (x: number) => x ** p,
      range: [0.5, 2],
    }] as const
  ),
  ...[-3, -2, -1, 1, 2, 3, 4].map((p) =>
    ["pow", `of negative numbers to the ${p}`, (x: Tensor) => ops.pow(x, p), {
      f: (x: number) => x ** p,
      range: [-2, -0.5],
    }] as const
  ),
];

const WITHOUT_GRADIENT = ["greater", "greaterEqual", "equal", "atLeast", "above", "sign", "floor"];

/** Samples of the exported functions over the tables. */
export const samples: readonly Sample[] = [
  ...CALLS.map(([op, about, call, { f, range }]): Sample => ({
    op,
    about,
    inputs: [draw(`${op} ${about}`, [7], range)],
    run: ([x]) => call(x!),
    reference: ([x]) => mapNd(x!, (v) => f(v, 0, 0)),
    gradient: !WITHOUT_GRADIENT.includes(op) && about !== "to the 0",
  })),
  ...pairs.map((name): Sample => ({
    op: name,
    about: "as exported",
    inputs: [draw("a", [3, 4]), draw("b", [4], [0.5, 2])],
    run: ([a, b]) => ops[name](a!, b!),
    reference: ([a, b]) => zipNd(BINARY_CASES[name], a!, b!),
    gradient: !WITHOUT_GRADIENT.includes(name),
  })),
  {
    op: "lerp",
    about: "by a share that is a tensor",
    inputs: [draw("a", [3, 2]), draw("b", [3, 2]), draw("share", [2], [0, 1])],
    run: ([a, b, share]) => ops.lerp(a!, b!, share!),
    reference: (x: readonly Nd[]) => zipNd((a, b, s) => a! + (b! - a!) * s!, ...x),
  },
];

const NEITHER = /(\[2, 3\] and \[2\]|\[2\] and \[2, 3\]): sizes/;

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  ...CALLS.map(([op, , call]): Refusal => ({
    op,
    call: (device) => call(device.zeros([2], "i32") as never), // the wrong type is the point
    message: /i32\[2\]: it takes f32/,
  })),
  ...pairs.map((name): Refusal => ({
    op: name,
    call: (device) => ops[name](device.zeros([2, 3]), device.zeros([2])),
    message: NEITHER,
  })),
  {
    op: "lerp",
    call: (d) => ops.lerp(d.zeros([2, 3]), d.zeros([2]), 0.5),
    message: /Cannot lerp \[2, 3\] and \[2\]/,
  },
  {
    op: "clamp",
    call: (d) => ops.clamp(d.zeros([1]), 2, 1),
    message: /\[2, 1\]: the range is empty/,
  },
  { op: "add", call: () => ops.add(1, 2), message: /two numbers: one operand must be a tensor/ },
];
