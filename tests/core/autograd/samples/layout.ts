import * as ops from "../../../../core/autograd/ops/mod.ts";
import { at, coordinates, type Nd, nd, zipNd } from "../../../reference/nd.ts";
import { draw, labels, type Refusal, type Sample, toDevice } from "./sample.ts";

function permuteNd(x: Nd, order: readonly number[]): Nd {
  const shape = order.map((axis) => x.shape[axis]!); // an axis of x
  return nd(shape, (i) => {
    const where = coordinates(i, shape);
    return at(x, x.shape.map((_, k) => where[order.indexOf(k)]!));
  });
}

function sliceNd(x: Nd, axis: number, start: number, end: number): Nd {
  const shape = x.shape.with(axis, end - start);
  return nd(shape, (i) => {
    const where = coordinates(i, shape);
    return at(x, where.with(axis, where[axis]! + start));
  });
}

function concatNd(parts: readonly Nd[], axis: number): Nd {
  const first = parts[0]!; // never empty
  const shape = first.shape.with(axis, parts.reduce((n, p) => n + p.shape[axis]!, 0));
  return nd(shape, (i) => {
    const where = coordinates(i, shape);
    let k = where[axis]!; // an axis of all
    const part = parts.find((p) => k < p.shape[axis]! || !(k -= p.shape[axis]!, true))!;
    return at(part, where.with(axis, k));
  });
}

const PERMUTATIONS = [[1, 0], [2, 0, 1], [0, 2, 1], [0, 2, 3, 1], [4, 1, 0, 3, 2]];
const PADS: readonly (readonly [number[], number, number, number])[] = [
  [[5], 0, 0, 2],
  [[2, 3, 3, 8], 3, 4, 4],
  [[3, 5, 7], 1, 1, 0],
];
const CUTS: readonly (readonly [number[], number, number, number])[] = [
  [[5], 0, 1, 3],
  [[4, 8], 0, 2, 4],
  [[4, 8], 1, 4, 8],
  [[3, 5, 7], 1, 1, 4],
  [[3, 5], 1, 2, 2],
];
const JOINS: readonly (readonly [number[][], number])[] = [
  [[[3], [1], [5]], 0],
  [[[2, 4], [3, 4]], 0],
  [[[3, 4], [3, 8]], 1],
  [[[2, 3, 5], [2, 1, 5], [2, 33, 5]], 1],
];

/** Samples of the operations that move elements about. */
export const samples: readonly Sample[] = [
  {
    op: "reshape",
    about: "with a size left open",
    inputs: [draw("x", [3, 4])],
    run: ([x]) => ops.reshape(x!, [2, -1]),
    reference: ([x]) => nd([2, 6], x!.data),
  },
  {
    op: "detach",
    about: "stops gradients",
    inputs: [draw("x", [3])],
    run: ([x]) => ops.detach(x!),
    reference: ([x]) => x!,
    gradient: false,
  },
  {
    op: "detach",
    about: "inside a product",
    inputs: [draw("x", [3])],
    // The factor that is detached counts as the constant it is.
    run: ([x]) => ops.mul(ops.detach(x!), 1),
    reference: ([x]) => x!,
    gradient: false,
  },
  ...PERMUTATIONS.map((order): Sample => ({
    op: "permute",
    about: `to [${order}]`,
    inputs: [draw("x", order.map((_, k) => k + 2))],
    run: ([x]) => ops.permute(x!, order),
    reference: ([x]) => permuteNd(x!, order),
  })),
  {
    op: "transpose",
    about: "of a stack",
    inputs: [draw("x", [2, 5, 3])],
    run: ([x]) => ops.transpose(x!),
    reference: ([x]) => permuteNd(x!, [0, 2, 1]),
  },
  ...[[[], [3]], [[1], [65]], [[3, 1], [2, 3, 5]], [[2, 1, 3], [2, 4, 3]]].map((
    [from, to],
  ): Sample => ({
    op: "broadcastTo",
    about: `[${from}] to [${to}]`,
    inputs: [draw("x", from!)], // pairs
    run: ([x]) => ops.broadcastTo(x!, to!),
    reference: ([x]) => zipNd((v) => v!, x!, nd(to!, () => 0)),
  })),
  ...CUTS.flatMap(([shape, axis, start, end]): Sample[] => [
    {
      op: "slice",
      about: `${start} … ${end} of axis ${axis} of [${shape}]`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.slice(x!, { axis, start, end }),
      reference: ([x]) => sliceNd(x!, axis, start, end),
    },
    {
      op: "split",
      about: `[${shape}] along axis ${axis}, put together in reverse`,
      inputs: [draw("x", shape)],
      run: ([x]) => {
        const size = shape[axis]!; // an axis of the shape
        const parts = ops.split(x!, [start, size - start], { axis });
        return ops.concat(parts.toReversed(), axis);
      },
      reference: ([x]) =>
        concatNd([sliceNd(x!, axis, start, shape[axis]!), sliceNd(x!, axis, 0, start)], axis),
    },
  ]),
  {
    op: "slice",
    about: "counted from the end",
    inputs: [draw("x", [5, 2])],
    run: ([x]) => ops.slice(x!, { start: -3, end: -1 }),
    reference: ([x]) => sliceNd(x!, 0, 2, 4),
  },
  ...PADS.map(([shape, axis, before, after]): Sample => ({
    op: "pad",
    about: `[${shape}] by ${before} and ${after} along axis ${axis}`,
    inputs: [draw("x", shape)],
    run: ([x]) => ops.pad(x!, { axis, before, after }),
    reference: ([x]) =>
      concatNd(
        [before, null, after].map((n) => n === null ? x! : nd(shape.with(axis, n), () => 0)),
        axis,
      ),
  })),
  ...JOINS.map(([shapes, axis]): Sample => ({
    op: "concat",
    about: `of ${JSON.stringify(shapes)} along axis ${axis}`,
    inputs: shapes.map((shape, i) => draw(`part ${i}`, shape)),
    run: (parts) => ops.concat(parts, axis),
    reference: (parts) => concatNd(parts, axis),
  })),
  {
    op: "where",
    about: "with shapes that broadcast",
    inputs: [draw("a", [3, 1]), draw("b", [2, 1, 4])],
    run: ([a, b], device) => ops.where(toDevice(device, MASK), a!, b!),
    reference: ([a, b]) => zipNd((m, x, y) => m ? x! : y!, MASK, a!, b!),
  },
  {
    op: "where",
    about: "with numbers",
    inputs: [draw("a", [3, 4])],
    run: ([a], device) =>
      ops.add(ops.where(toDevice(device, MASK), a!, 2), ops.where(toDevice(device, MASK), -1, a!)),
    reference: ([a]) => zipNd((m, x) => m ? x! - 1 : 2 + x!, MASK, a!),
  },
];

const MASK = nd([3, 4], [1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1]);

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  {
    op: "reshape",
    call: (d) => ops.reshape(d.zeros([2, 3]), [4]),
    message: /\[2, 3\] as \[4\]: 6 and 4 elements differ/,
  },
  {
    op: "reshape",
    call: (d) => ops.reshape(d.zeros([2, 3]), [4, -1]),
    message: /f32\[2, 3\] to \[4, -1\]/,
  },
  {
    op: "permute",
    call: (d) => ops.permute(d.zeros([2, 3]), [0, 0]),
    message: /\[2, 3\] by \[0,0\]/,
  },
  { op: "transpose", call: (d) => ops.transpose(d.zeros([2])), message: /f32\[2\]: .* two axes/ },
  {
    op: "broadcastTo",
    call: (d) => ops.broadcastTo(d.zeros([4, 3]), [3]),
    message: /f32\[4, 3\] to \[3\]/,
  },
  {
    op: "concat",
    call: (d) => ops.concat([d.zeros([2, 3]), d.zeros([2, 4])]),
    message: /f32\[2, 3\] and f32\[2, 4\] along axis 0/,
  },
  { op: "concat", call: () => ops.concat([]), message: /pass at least one/ },
  {
    op: "concat",
    call: (d) => ops.concat([d.zeros([2]), labels(d, [1, 2])] as never),
    message: /f32\[2\] and i32\[2\]/,
  },
  {
    op: "pad",
    call: (d) => ops.pad(d.zeros([5]), { before: -1 }),
    message: /pad axis 0 of f32\[5\] with -1 and 0 zeros/,
  },
  {
    op: "slice",
    call: (d) => ops.slice(d.zeros([5]), { start: 3, end: 6 }),
    message: /3 … 6 of axis 0 of f32\[5\]: its size is 5/,
  },
  {
    op: "slice",
    call: (d) => ops.slice(d.zeros([5]), { axis: 1 }),
    message: /Axis 1 does not exist/,
  },
  { op: "split", call: (d) => ops.split(d.zeros([5]), [2, 2]), message: /\[2,2\] along axis 0/ },
  {
    op: "where",
    call: (d) => ops.where(d.zeros([2]), d.zeros([3]), 0),
    message: /\[2\] and \[3\]: sizes 2 and 3 differ/,
  },
];
