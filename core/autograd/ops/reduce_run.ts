import { linearGrid } from "../../../kernels/kernel.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import { reduceLanesKernel, reduceTreeKernel, type Reduction } from "../../../kernels/reduce.ts";
import type { Tensor } from "../tensor.ts";

/** A tensor seen as three axes, of which the middle one is reduced. */
export interface MiddleAxis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Below this length a row is not worth a workgroup. */
const SHORT_ROW = 32;

/** Elements that an invocation should add before an axis is split further. */
const WORTHWHILE = 16;

/** `scale` × the reduction of the middle axis, flat, in a fixed order; not on the tape. */
export function reduceRun(reduction: Reduction, x: Tensor, axis: MiddleAxis, scale = 1): Tensor {
  return axis.inner === 1 && axis.length > SHORT_ROW
    ? reduceRows(reduction, x, axis, scale)
    : reduceColumns(reduction, x, axis, scale);
}

/** A workgroup a row; rows are cut where they are long and few. */
function reduceRows(
  reduction: Reduction,
  x: Tensor,
  { outer, length }: MiddleAxis,
  scale: number,
): Tensor {
  const { device } = x;
  const vector = length % 4 === 0 ? "length" : "none";
  const steps = vector === "length" ? length / 4 : length;
  const [width, groups] = device.software ? [64, 16] : [256, 512];
  const splits = Math.max(
    1,
    Math.min(Math.ceil(steps / (width * WORTHWHILE)), Math.ceil(groups / Math.max(outer, 1))),
  );
  const chunk = Math.ceil(steps / splits);
  const y = device.empty([outer * splits]);
  device.dispatch(
    reduceTreeKernel(reduction, vector, width),
    [x, y],
    [outer, steps, 1, splits, chunk, splits > 1 ? 1 : scale],
    linearGrid(y.size),
  );
  if (splits === 1) return y;
  return reduceRun(second(reduction), y, { outer, length: splits, inner: 1 }, scale);
}

/** An invocation a column (or four); columns are shared by several where they are long and few. */
function reduceColumns(
  reduction: Reduction,
  x: Tensor,
  { outer, length, inner }: MiddleAxis,
  scale: number,
): Tensor {
  const { device } = x;
  const vector = inner % 4 === 0 ? "inner" : "none";
  const columns = vector === "inner" ? inner / 4 : inner;
  const wanted = device.software ? 256 : 8192;
  const splits = Math.max(
    1,
    Math.min(
      Math.ceil(wanted / Math.max(outer * columns, 1)),
      Math.floor(length / WORTHWHILE),
    ),
  );
  const y = device.empty([outer * splits * inner]);
  device.dispatch(
    reduceLanesKernel(reduction, vector),
    [x, y],
    [outer, length, columns, splits, splits > 1 ? 1 : scale],
    scalarGroups(outer * splits * columns),
  );
  if (splits === 1) return y;
  const result = device.empty([outer * inner]);
  device.dispatch(
    reduceTreeKernel(second(reduction), vector, 64),
    [y, result],
    [outer, splits, columns, 1, splits, scale],
    linearGrid(outer * columns),
  );
  return result;
}

/** How partial results are reduced. */
function second(reduction: Reduction): Reduction {
  return reduction === "sumSquares" ? "sum" : reduction;
}
