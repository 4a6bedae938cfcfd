import { linear, matmul } from "../../../../core/autograd/mod.ts";
import { type Nd, nd } from "../../../reference/nd.ts";
import { draw, type Refusal, type Sample } from "./sample.ts";

function swapped({ shape, data }: Nd): Nd {
  const [n, rows, columns] = stackOf(shape);
  return nd(
    [...shape.slice(0, -2), columns, rows],
    Array.from({ length: n * rows * columns }, (_, i) => {
      const z = Math.floor(i / (rows * columns)), r = i % rows;
      const c = Math.floor(i / rows) % columns;
      return data[(z * rows + r) * columns + c]!; // inside
    }),
  );
}

function stackOf(shape: readonly number[]): [number, number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number]; // matrices
  return [shape.length === 3 ? shape[0]! : 1, rows, columns];
}

function matmulNd(a: Nd, b: Nd): Nd {
  const [, rows, inner] = stackOf(a.shape), [, , columns] = stackOf(b.shape);
  return nd([...a.shape.slice(0, -1), columns], (i) => {
    const z = Math.floor(i / (rows * columns)), r = Math.floor(i / columns) % rows;
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      // all inside the matrices
      sum += a.data[(z * rows + r) * inner + k]! * b.data[(z * inner + k) * columns + i % columns]!;
    }
    return sum;
  });
}

const FLAGS = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB }))
);

/** Samples of matrix products. */
export const samples: readonly Sample[] = [
  ...[[[], 3, 5, 4], [[2], 4, 8, 5], [[], 1, 300, 2]].flatMap(([batch, m, k, n]) =>
    FLAGS.map(({ transposeA, transposeB }): Sample => {
      const [rows, inner, columns] = [m, k, n] as number[] as [number, number, number];
      const a = [...batch as number[], ...(transposeA ? [inner, rows] : [rows, inner])];
      const b = [...batch as number[], ...(transposeB ? [columns, inner] : [inner, columns])];
      return {
        op: "matmul",
        about: `[${a}] by [${b}]${transposeA ? ", a transposed" : ""}${
          transposeB ? ", b transposed" : ""
        }`,
        inputs: [draw("a", a), draw("b", b)],
        run: ([a, b]) => matmul(a!, b!, { transposeA, transposeB }),
        reference: ([a, b]) =>
          matmulNd(transposeA ? swapped(a!) : a!, transposeB ? swapped(b!) : b!),
      };
    })
  ),
  ...[[[5, 7], 3], [[2, 3, 8], 4], [[6], 2]].flatMap(([shape, out]) =>
    [true, false].map((biased): Sample => {
      const x = shape as number[], width = x.at(-1)!;
      return {
        op: "linear",
        about: `[${x}] to ${out}${biased ? " with bias" : ""}`,
        inputs: [
          draw("x", x),
          draw("w", [out as number, width]),
          ...(biased ? [draw("b", [out as number])] : []),
        ],
        run: ([x, w, b]) => linear(x!, w!, b),
        reference: ([x, w, b]) => {
          const y = matmulNd(nd([x!.data.length / width, width], x!.data), swapped(w!));
          const n = w!.shape[0]!; // a matrix
          return nd([...x!.shape.slice(0, -1), n], y.data.map((v, i) => v + (b?.data[i % n] ?? 0)));
        },
      };
    })
  ),
];

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  {
    op: "matmul",
    call: (d) => matmul(d.zeros([2, 3]), d.zeros([4, 5])),
    message: /f32\[2, 3\] by f32\[4, 5\]: inner sizes 3 and 4 differ/,
  },
  {
    op: "matmul",
    call: (d) => matmul(d.zeros([2, 2, 3]), d.zeros([1, 3, 2])),
    message: /\[2, 2, 3\] by f32\[1, 3, 2\]: numbers of matrices differ/,
  },
  {
    op: "matmul",
    call: (d) => matmul(d.zeros([2]), d.zeros([2, 2])),
    message: /\[2\].*three axes/,
  },
  {
    op: "linear",
    call: (d) => linear(d.zeros([2, 3]), d.zeros([4, 5])),
    message: /weights f32\[4, 5\] to f32\[2, 3\]/,
  },
  {
    op: "linear",
    call: (d) => linear(d.zeros([2, 3]), d.zeros([4, 3]), d.zeros([3])),
    message: /bias f32\[3\]/,
  },
];
