/**
 * Counts how often each true class was taken for each class.
 *
 * @param labels True classes.
 * @param predictions Predicted classes, as many as `labels`.
 * @param options.classes Number of classes C.
 * @returns Counts [C, C], row-major; the row is the true class, the column the predicted one.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If a class is not in 0..C-1.
 *
 * @example Count two rights and a wrong
 * ```ts
 * import { confusionMatrix } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...confusionMatrix([0, 1, 1], [0, 1, 0], { classes: 2 })], [1, 0, 1, 1]);
 * ```
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  { classes }: { readonly classes: number },
): Uint32Array {
  if (labels.length !== predictions.length) {
    throw new TypeError(
      `Cannot compare ${predictions.length} predictions with ${labels.length} labels`,
    );
  }
  const counts = new Uint32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!, prediction = predictions[i]!; // i is inside both
    if (!isClass(label, classes) || !isClass(prediction, classes)) {
      throw new RangeError(
        `Label ${label} and prediction ${prediction} at ${i} must be classes from 0 to ${
          classes - 1
        }`,
      );
    }
    counts[label * classes + prediction]!++; // both are inside 0..classes-1
  }
  return counts;
}

/**
 * Divides each row of a confusion matrix by its sum; a row without a sample becomes 0.
 *
 * @param confusion Counts [C, C], row = true class.
 * @param classes Number of classes C.
 * @throws {TypeError} If the matrix is not [C, C].
 */
export function normalizeConfusion(confusion: ArrayLike<number>, classes: number): Float64Array {
  const { trueCounts } = confusionMargins(confusion, classes);
  return Float64Array.from(confusion, (count, i) => {
    const total = trueCounts[Math.floor(i / classes)]!; // confusion has classes² values
    return total === 0 ? 0 : count / total;
  });
}

/** What a confusion matrix says about each class alone. */
export interface ConfusionMargins {
  /** Rightly predicted samples a class, the diagonal. */
  readonly correct: Float64Array;
  /** Samples that are of the class, the row sums. */
  readonly trueCounts: Float64Array;
  /** Samples taken for the class, the column sums. */
  readonly predictedCounts: Float64Array;
  /** All rightly predicted samples. */
  readonly right: number;
  /** All samples. */
  readonly total: number;
}

/**
 * Sums a confusion matrix by rows, by columns and over all, and takes its diagonal.
 *
 * @param confusion Counts [C, C], row = true class.
 * @param classes Number of classes C.
 * @throws {TypeError} If the matrix is not [C, C].
 */
export function confusionMargins(
  confusion: ArrayLike<number>,
  classes: number,
): ConfusionMargins {
  if (confusion.length !== classes * classes) {
    throw new TypeError(
      `A confusion matrix of ${classes} classes has ${
        classes * classes
      } counts, given are ${confusion.length}`,
    );
  }
  const correct = new Float64Array(classes);
  const trueCounts = new Float64Array(classes);
  const predictedCounts = new Float64Array(classes);
  let right = 0, total = 0;
  for (let row = 0; row < classes; row++) {
    for (let column = 0; column < classes; column++) {
      const count = confusion[row * classes + column]!; // inside classes²
      if (row === column) {
        correct[row] = count;
        right += count;
      }
      trueCounts[row]! += count; // row and column are below classes
      predictedCounts[column]! += count;
      total += count;
    }
  }
  return { correct, trueCounts, predictedCounts, right, total };
}

function isClass(value: number, classes: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < classes;
}
