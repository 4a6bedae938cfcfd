import { checkLogitRows } from "../logit_rows.ts";

/**
 * Mean negative log-likelihood of the true class, -log softmax(z)_y; the test loss.
 *
 * Computed from logits in float64, so that a confident error stays finite.
 *
 * @param logits Rows [N, C], row-major.
 * @param labels True classes [N].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class.
 */
export function negativeLogLikelihood(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: { readonly classes: number },
): number {
  const rows = checkLogitRows(logits, labels, classes);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[start + c]!); // in the row
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[start + c]! - largest); // in the row
    total += Math.log(sum) + largest - logits[start + labels[row]!]!; // labels are checked
  }
  return total / rows;
}

/**
 * Brier score: mean squared distance of the probabilities from the true class, summed over classes.
 *
 * mean_i Σ_c (p_ic - [y_i = c])², from 0 to 2.
 *
 * @param probabilities Rows [N, C], row-major.
 * @param labels True classes [N].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class.
 *
 * @example Undecided between two classes
 * ```ts
 * import { brierScore } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(brierScore([0.5, 0.5], [0], { classes: 2 }), 0.5);
 * ```
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: { readonly classes: number },
): number {
  const rows = checkLogitRows(probabilities, labels, classes);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) {
      const target = labels[row] === c ? 1 : 0;
      total += (probabilities[row * classes + c]! - target) ** 2; // inside the rows checked above
    }
  }
  return total / rows;
}
