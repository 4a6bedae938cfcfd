/** Predictions that {@linkcode estimateCounts} works with; logits are [images, classes]. */
export interface CountEvidence {
  /** Images whose classes are known. */
  readonly heldOut: { readonly logits: ArrayLike<number>; readonly labels: ArrayLike<number> };
  /** Images whose classes are to be counted. */
  readonly unlabeled: { readonly logits: ArrayLike<number> };
  /** Number of classes. */
  readonly classes: number;
}

/** What {@linkcode estimateCounts} finds. */
export interface EstimatedCounts {
  /** Sum of the predictions over the unlabeled images: q̃. */
  readonly predicted: readonly number[];
  /** Unlabeled images of each class: q. */
  readonly counts: readonly number[];
  /** Condition number of the confusion matrix in the 2-norm. */
  readonly condition: number;
  /** Whether no count is negative and the condition number is below the limit. */
  readonly accepted: boolean;
}

/**
 * Class counts of unlabeled images by confusion: q = Conf⁻¹ q̃, Conf's column y being the mean
 * prediction of held-out images of class y (Lipton et al., "Detecting and correcting for label shift",
 * ICML 2018; Kim et al., "DARP", NeurIPS 2020, appendix).
 *
 * @param limit Condition number from which a confusion matrix is not trusted; DASO's code has 100.
 * @throws {RangeError} If a class has no held-out image.
 *
 * @example A network that takes a quarter of class 0 for class 1
 * ```ts
 * import { estimateCounts } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const mixed = [Math.log(3), 0], sure = [-40, 40];
 * const { counts } = estimateCounts({
 *   heldOut: { logits: [...mixed, ...sure], labels: [0, 1] },
 *   unlabeled: { logits: [...mixed, ...mixed, ...sure] },
 *   classes: 2,
 * });
 * assert.deepEqual(counts.map((n) => n.toFixed(6)), ["2.000000", "1.000000"]);
 * ```
 */
export function estimateCounts(
  { heldOut, unlabeled, classes }: CountEvidence,
  limit: number = 100,
): EstimatedCounts {
  const confusion = Array.from({ length: classes }, () => new Float64Array(classes));
  const known = softmaxRows(heldOut.logits, classes);
  const seen = new Float64Array(classes);
  known.forEach((row, i) => {
    const y = heldOut.labels[i]!; // as many labels as rows
    seen[y]! += 1;
    row.forEach((p, k) => confusion[k]![y]! += p); // it is square
  });
  const missing = seen.indexOf(0);
  if (missing >= 0) {
    throw new RangeError(`Cannot estimate: no held-out image is of class ${missing}`);
  }
  for (const row of confusion) row.forEach((_, y) => row[y]! /= seen[y]!); // it is square
  const predicted = new Float64Array(classes);
  for (const row of softmaxRows(unlabeled.logits, classes)) {
    row.forEach((p, k) => predicted[k]! += p); // one a class
  }
  const inverse = invert(confusion);
  const counts = inverse.map((row) => row.reduce((sum, x, k) => sum + x * predicted[k]!, 0)); // it is square
  const condition = Math.sqrt(largestSquare(confusion) * largestSquare(inverse));
  const accepted = counts.every((q) => q >= 0) && condition < limit;
  return { predicted: [...predicted], counts, condition, accepted };
}

function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array[] {
  return Array.from({ length: logits.length / classes }, (_, i) => {
    const row = Float64Array.from({ length: classes }, (_, k) => logits[i * classes + k]!); // rows are whole
    const top = Math.max(...row);
    const powers = row.map((z) => Math.exp(z - top));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((p) => p / total);
  });
}

/** Inverse by Gauss and Jordan with the largest pivot; Infinity where there is none. */
function invert(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const rows = matrix.map((row, i) =>
    Float64Array.from([...row, ...row.map((_, k) => +(k === i))])
  );
  // Indices below are inside the n rows of 2n numbers.
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    const scale = rows[k]![k]!;
    rows[k] = rows[k]!.map((x) => x / scale);
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![k]!;
      if (i !== k) rows[i] = rows[i]!.map((x, j) => x - factor * rows[k]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Largest eigenvalue of MᵀM, by powers. */
function largestSquare(matrix: readonly Float64Array[]): number {
  const n = matrix.length;
  let v = new Float64Array(n).fill(1), value = 0;
  for (let round = 0; round < 10_000; round++) {
    const image = matrix.map((row) => row.reduce((sum, x, k) => sum + x * v[k]!, 0)); // it is square
    const next = v.map((_, k) => matrix.reduce((sum, row, i) => sum + row[k]! * image[i]!, 0)); // it is square
    const length = Math.hypot(...next);
    if (Math.abs(length - value) <= 1e-13 * length) return length;
    value = length;
    v = next.map((x) => x / length);
  }
  return value;
}
