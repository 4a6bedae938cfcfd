/**
 * Running sums of weights, divided by their total, so that the last is 1.
 *
 * @param options `single`: round every sum and quotient to float32.
 * @throws {RangeError} If a weight is negative or not finite, or all are 0.
 */
export function cumulative(
  weights: ArrayLike<number>,
  { single = false }: { readonly single?: boolean } = {},
): Float64Array {
  const round = single ? Math.fround : (x: number) => x;
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!; // i is inside the weights
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`Cannot draw by weight ${weight}: give finite numbers from 0 up`);
    }
    sums[i] = total = round(total + weight);
  }
  if (!(total > 0)) throw new RangeError("Cannot draw by weights that are all 0");
  return sums.map((sum) => round(sum / total));
}

/** First index whose entry of a rising list is above `value`; the length if none is. */
export function firstAbove(rising: ArrayLike<number>, value: number): number {
  let low = 0, high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! > value) high = middle; // low <= middle < high <= length
    else low = middle + 1;
  }
  return low;
}

/** First index whose entry of a rising list is at least `value`; the length if none is. */
export function firstAtLeast(rising: ArrayLike<number>, value: number): number {
  let low = 0, high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! >= value) high = middle; // as above
    else low = middle + 1;
  }
  return low;
}
