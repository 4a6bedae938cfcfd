import type { Reduction } from "../../../kernels/reduce.ts";
import { normalizeAxis, sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type MiddleAxis, reduceRun } from "./reduce_run.ts";

/** Axes that a reduction goes over: one, several, or all where not given. */
export type Axes = number | readonly number[] | undefined;

/** Settings of a reduction. */
export interface ReduceOptions {
  /** Whether reduced axes stay, with size 1, instead of being left out. */
  readonly keepAxes?: boolean;
}

/** Sum over some axes, which are left out of the result; not on the tape. */
export function reduceSum(x: Tensor, axes: readonly number[]): Tensor {
  return reduceOver("sum", x, axes).view(leftShape(x, axes));
}

/** `x` summed over the axes along which `shape` was broadcast to reach it; not on the tape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) =>
    i < extra || (shape[i - extra] === 1 && x.shape[i] !== 1)
  );
  return reduceSum(x, axes).view(shape);
}

/** Neighbouring reduced axes `first … last`, seen as the middle axis of three. */
export interface Run extends MiddleAxis {
  readonly first: number;
  readonly last: number;
}

/** Reduces all axes of a set, run by run from the last; keeps them with size 1. */
export function reduceOver(
  reduction: Reduction,
  x: Tensor,
  axes: readonly number[],
  scale = 1,
): Tensor {
  const runs = runsOf(x.shape, axes);
  let y = x;
  runs.forEach((run, i) => {
    y = reduceRun(y, {
      ...run,
      reduction: i > 0 && reduction === "sumSquares" ? "sum" : reduction,
      scale: i === runs.length - 1 ? scale : 1,
    });
  });
  return y.view(keptShape(x, axes));
}

/** Runs of reduced axes, last first, each with the sizes it finds when those behind are reduced. */
export function runsOf(shape: Shape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  let inner = 1, length = 1, last = -1, first = -1;
  const close = () => {
    if (last >= 0) runs.push({ first, last, length, inner, outer: sizeOf(shape.slice(0, first)) });
    last = -1;
    length = 1;
  };
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!; // i is inside
    if (axes.includes(i)) {
      if (last < 0) last = i;
      first = i;
      length *= size;
    } else if (size === 1 && last >= 0) {
      first = i;
    } else {
      close();
      inner *= size;
    }
  }
  close();
  // A copy is still a result of its own: a reduction over nothing is the identity.
  return runs.length > 0
    ? runs
    : [{ first: 0, last: -1, outer: sizeOf(shape), length: 1, inner: 1 }];
}

/** Axes as numbers from 0 on, each once. Throws a RangeError for one that does not exist. */
export function normalizeAxes(axes: Axes, x: Tensor): readonly number[] {
  const rank = x.shape.length;
  if (axes === undefined) return [...x.shape.keys()];
  if (typeof axes === "number") return [normalizeAxis(axes, rank)];
  const normal = axes.map((axis) => normalizeAxis(axis, rank));
  if (new Set(normal).size !== normal.length) {
    throw new RangeError(`Cannot reduce ${x} over [${axes}]: an axis is named twice`);
  }
  return normal;
}

/** The shape of a result whose reduced axes stay. */
export function keptShape({ shape }: Tensor, axes: readonly number[]): Shape {
  return shape.map((d, i) => axes.includes(i) ? 1 : d);
}

/** The shape of a result without its reduced axes. */
export function leftShape({ shape }: Tensor, axes: readonly number[]): Shape {
  return shape.filter((_, i) => !axes.includes(i));
}

/** How many elements go into one result. */
export function countOver({ shape }: Tensor, axes: readonly number[]): number {
  return axes.reduce((n, axis) => n * shape[axis]!, 1); // normalizeAxes() has refused axes outside the shape
}
