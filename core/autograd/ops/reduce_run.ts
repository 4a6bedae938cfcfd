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

/** What {@linkcode reduceRun} computes of the middle axis. */
export interface RunReduction extends MiddleAxis {
  readonly reduction: Reduction;
  /** What results are multiplied by, 1 by default. */
  readonly scale?: number;
  /** Where results go; a new flat tensor by default. */
  readonly out?: Tensor | undefined;
}

/** `scale` × the reduction of the middle axis, in a fixed order; not on the tape. */
export function reduceRun(x: Tensor, run: RunReduction): Tensor {
  return run.inner === 1 && run.length > SHORT_ROW ? reduceRows(x, run) : reduceColumns(x, run);
}

/** A workgroup a row; rows are cut where they are long and few. */
function reduceRows(
  x: Tensor,
  { reduction, outer, length, scale = 1, out }: RunReduction,
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
  const y = splits === 1 && out ? out : device.empty([outer * splits]);
  device.dispatch(
    reduceTreeKernel(reduction, vector, width),
    { x, y },
    { outer, length: steps, inner: 1, splits, chunk, scale: splits > 1 ? 1 : scale },
    linearGrid(outer * splits),
  );
  if (splits === 1) return y;
  return reduceRun(y, {
    reduction: second(reduction),
    outer,
    length: splits,
    inner: 1,
    scale,
    out,
  });
}

/** An invocation a column (or four); columns are shared by several where they are long and few. */
function reduceColumns(
  x: Tensor,
  { reduction, outer, length, inner, scale = 1, out }: RunReduction,
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
  const y = splits === 1 && out ? out : device.empty([outer * splits * inner]);
  device.dispatch(
    reduceLanesKernel(reduction, vector, x.precision),
    { x, y },
    { outer, length, inner: columns, splits, scale: splits > 1 ? 1 : scale },
    scalarGroups(outer * splits * columns),
  );
  if (splits === 1) return y;
  const result = out ?? device.empty([outer * inner]);
  device.dispatch(
    reduceTreeKernel(second(reduction), vector, 64),
    { x: y, y: result },
    { outer, length: splits, inner: columns, splits: 1, chunk: splits, scale },
    linearGrid(outer * columns),
  );
  return result;
}

/** How partial results are reduced. */
function second(reduction: Reduction): Reduction {
  return reduction === "sumSquares" ? "sum" : reduction;
}
