import { stringify } from "csv-stringify/sync";
import { predictedClasses, softmaxRows } from "../../core/training/metrics/logit_rows.ts";

/** What {@linkcode predictionTable} writes. */
export interface PredictedLogits {
  /** Number of each image [N]; what its line is called by. */
  readonly indices: ArrayLike<number>;
  /** Rows [N, C], row-major. */
  readonly logits: ArrayLike<number>;
  /** True classes [N]. */
  readonly labels: ArrayLike<number>;
  /** Number of classes C. */
  readonly classes: number;
}

/**
 * Predictions as CSV, a line an image: `index,label,predicted,confidence,p0,…`. Every score of an
 * evaluation follows from it.
 *
 * @example What a line looks like
 * ```ts ignore
 * predictionTable({ indices: [7], logits: [0, 0], labels: [1], classes: 2 });
 * // index,label,predicted,confidence,p0,p1
 * // 7,1,0,0.5,0.5,0.5
 * ```
 */
export function predictionTable({ indices, logits, labels, classes }: PredictedLogits): string {
  const predicted = predictedClasses(logits, classes), shares = softmaxRows(logits, classes);
  const head = ["index", "label", "predicted", "confidence"];
  const columns = Array.from({ length: classes }, (_, c) => `p${c}`);
  const rows = Array.from(predicted, (best, row) => {
    const own = shares.subarray(row * classes, (row + 1) * classes);
    return [indices[row], labels[row], best, own[best], ...own];
  });
  return stringify([[...head, ...columns], ...rows]);
}
