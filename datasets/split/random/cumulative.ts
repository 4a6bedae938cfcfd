/**
 * Running sums of weights, divided by their total, so that the last is 1.
 *
 * @returns A rising list, for {@linkcode firstAbove} to look up draws from [0, 1).
 * @throws {RangeError} If a weight is negative or not finite, or all are 0.
 */
export function cumulative(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!; // i is inside the weights
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`Cannot draw by weight ${weight}: give finite numbers from 0 up`);
    }
    sums[i] = total += weight;
  }
  if (!(total > 0)) throw new RangeError("Cannot draw by weights that are all 0");
  return sums.map((sum) => sum / total);
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
