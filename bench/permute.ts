/**
 * A copy of a row-major array with its axes in another order: axis `i` of the result is axis
 * `order[i]` of the input, as in NumPy's `transpose`.
 *
 * @throws {RangeError} if `order` is no permutation of the axes.
 */
export function permute(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  if (
    order.toSorted((a, b) => a - b).some((axis, i) => axis !== i) ||
    order.length !== shape.length
  ) {
    throw new RangeError(
      `Axes [${order}] are no permutation of the ${shape.length} axes`,
    );
  }
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => stride[axis] ?? 1);
  const out = new Float32Array(data.length);
  const index = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] ?? NaN;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] ?? 1;
      const step = steps[axis] ?? 1;
      const next = (index[axis] ?? 0) + 1;
      from += step;
      if (next < size) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= step * size;
    }
  }
  return out;
}
