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

/**
 * Class of the largest value of each row, the first one if several are equal.
 *
 * @param logits Rows [N, C], row-major; probabilities do as well.
 * @param classes Number of classes C.
 * @returns Predicted classes [N].
 */
export function predictedClasses(logits: ArrayLike<number>, classes: number): Int32Array {
  const predictions = new Int32Array(logits.length / classes);
  for (let row = 0; row < predictions.length; row++) {
    const start = row * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (logits[start + c]! > logits[start + best]!) best = c; // both are inside the row
    }
    predictions[row] = best;
  }
  return predictions;
}

/**
 * Counts the rows whose true class is among the `k` largest logits.
 *
 * Of equal logits the lower class ranks first; with fewer than `k` classes every row counts.
 *
 * @param logits Rows [N, C], row-major.
 * @param labels True classes [N].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class.
 *
 * @example Top-1 and top-2
 * ```ts
 * import { topKCorrect } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const logits = [3, 2, 1, 1, 2, 3];
 * assert.equal(topKCorrect(logits, [1, 2], { classes: 3, k: 1 }), 1);
 * assert.equal(topKCorrect(logits, [1, 2], { classes: 3, k: 2 }), 2);
 * ```
 */
export function topKCorrect(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes, k }: { readonly classes: number; readonly k: number },
): number {
  const rows = checkLogitRows(logits, labels, classes);
  let correct = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    const label = labels[row]!; // checked above
    const own = logits[start + label]!; // as above
    let before = 0;
    for (let c = 0; c < classes; c++) {
      const other = logits[start + c]!; // inside the row
      if (other > own || (other === own && c < label)) before++;
    }
    if (before < k) correct++;
  }
  return correct;
}

/**
 * Softmax of each row, in float64.
 *
 * @param logits Rows [N, C], row-major.
 * @param classes Number of classes C.
 * @returns Probabilities [N, C].
 */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const probabilities = Float64Array.from(logits);
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const largest = row.reduce(larger, -Infinity);
    let total = 0;
    for (let c = 0; c < row.length; c++) {
      row[c] = Math.exp(row[c]! - largest); // c is inside the row
      total += row[c]!;
    }
    for (let c = 0; c < row.length; c++) row[c]! /= total;
  }
  return probabilities;
}

/**
 * Largest probability of each row: how sure the prediction is.
 *
 * @param probabilities Rows [N, C], row-major.
 * @param classes Number of classes C.
 * @returns Confidences [N].
 */
export function topConfidence(probabilities: Float64Array, classes: number): Float64Array {
  return Float64Array.from(
    { length: probabilities.length / classes },
    (_, row) => probabilities.subarray(row * classes, (row + 1) * classes).reduce(larger),
  );
}

/**
 * Logarithm of each class's share of the samples; -Infinity for a class without one.
 *
 * @param counts Samples of each class.
 * @returns log π [C], π summing to 1.
 */
export function logLabelPrior(counts: ArrayLike<number>): Float64Array {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  return Float64Array.from(counts, (count) => Math.log(count / total));
}

/**
 * Logits corrected after training for a skewed training set: z - τ log π, π the share of a class.
 *
 * A negative τ adds a prior instead: that of a test set known to be skewed (BalPoE).
 *
 * @param logits Rows [N, C], row-major.
 * @param trainCounts Labeled training samples of each class, all positive; C values.
 * @param options.temperature τ, 1 by default as in DASO's test-time metric.
 * @returns Adjusted logits [N, C].
 * @throws {RangeError} If a count is not positive.
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 9.
 */
export function adjustedLogitRows(
  logits: ArrayLike<number>,
  trainCounts: ArrayLike<number>,
  { temperature = 1 }: { readonly temperature?: number } = {},
): Float64Array {
  if (!Array.from(trainCounts).every((count) => count > 0)) {
    throw new RangeError("Cannot adjust logits by a class prior that has a class without a sample");
  }
  const offsets = logLabelPrior(trainCounts);
  // The subscript is below the number of classes.
  return Float64Array.from(logits, (z, i) => z - temperature * offsets[i % offsets.length]!);
}

function larger(a: number, b: number): number {
  return Math.max(a, b);
}
