/** Sizes along the axes of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** A shape as error messages show it: `[64, 10]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The shape that two shapes broadcast to, by NumPy's rule: axes are matched from the last one,
 * and a size of 1 (or a missing axis) stretches.
 *
 * @throws {TypeError} If two sizes differ and neither is 1.
 */
export function broadcastShapes(a: Shape, b: Shape, what = "broadcast"): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const m = a[axis - rank + a.length] ?? 1, n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new TypeError(
        `Cannot ${what} ${showShape(a)} and ${
          showShape(b)
        }: sizes ${m} and ${n} differ and neither is 1`,
      );
    }
    shape.push(m === 1 ? n : m);
  }
  return shape;
}

/** Row-major strides in elements, with 0 along axes that `shape` stretches to reach `to`. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let i = 1; i <= shape.length; i++) {
    const size = shape[shape.length - i]!; // i is at most the rank
    if (size !== 1) strides[to.length - i] = stride;
    stride *= size;
  }
  return strides;
}

/** A valid axis for a rank; negative ones count from the end. */
export function normalizeAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    throw new RangeError(`Axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return normal;
}
