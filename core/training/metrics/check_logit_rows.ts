/**
 * Checks that logits (or probabilities) form rows of `classes` values, one row a label.
 *
 * @returns The number of rows.
 * @throws {TypeError} If they do not.
 * @throws {RangeError} If a label is not in 0..C-1.
 */
export function checkLogitRows(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const rows = labels.length;
  if (logits.length !== rows * classes) {
    throw new TypeError(
      `${rows} labels of ${classes} classes need ${
        rows * classes
      } logits, given are ${logits.length}`,
    );
  }
  for (let i = 0; i < rows; i++) {
    const label = labels[i]!; // i is below rows
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(`Label ${label} at ${i} must be a class from 0 to ${classes - 1}`);
    }
  }
  return rows;
}
