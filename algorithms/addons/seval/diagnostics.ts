import type { KnownLogits } from "./refinement.ts";

/** Largest probability and its class, for each image. */
export interface Predicted {
  readonly confidence: Float64Array;
  readonly predicted: Int32Array;
}

/** What a softmax makes of logits. */
export function predictedOf(rows: readonly ArrayLike<number>[]): Predicted {
  const confidence = new Float64Array(rows.length), predicted = new Int32Array(rows.length);
  rows.forEach((row, i) => {
    const values = Array.from(row), top = Math.max(...values);
    predicted[i] = values.indexOf(top);
    confidence[i] = 1 / values.reduce((sum, z) => sum + Math.exp(z - top), 0);
  });
  return { confidence, predicted };
}

/** Rows of logits, one an image. */
export function rowsOf(
  { logits, classes }: Pick<KnownLogits, "logits" | "classes">,
): Float32Array[] {
  return Array.from(
    { length: logits.length / classes },
    (_, i) => logits.subarray(i * classes, (i + 1) * classes),
  );
}

/** Mean over the images of each class of z_k − max of the others; 0 without image. */
export function meanMargins(known: KnownLogits): number[] {
  const sums = new Array<number>(known.classes).fill(0), counts = sums.slice();
  rowsOf(known).forEach((row, i) => {
    const y = known.labels[i]!; // one an image
    sums[y]! += row[y]! - Math.max(...row.filter((_, k) => k !== y)); // y is a class
    counts[y]!++;
  });
  return sums.map((sum, k) => counts[k]! > 0 ? sum / counts[k]! : 0); // a sum and a count a class
}

/** Mean largest probability of the images predicted to be of each class; −1 without such. */
export function meanConfidences(known: KnownLogits): number[] {
  const { confidence, predicted } = predictedOf(rowsOf(known));
  const sums = new Array<number>(known.classes).fill(0), counts = sums.slice();
  predicted.forEach((k, i) => {
    sums[k]! += confidence[i]!; // one an image
    counts[k]!++;
  });
  return sums.map((sum, k) => counts[k]! > 0 ? sum / counts[k]! : -1); // a sum and a count a class
}
