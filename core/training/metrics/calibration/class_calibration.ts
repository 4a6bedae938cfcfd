import { checkLogitRows, predictedClasses } from "../logit_rows.ts";
import {
  binsBetween,
  calibrationErrors,
  checkBins,
  type ReliabilityBins,
  reliabilityBins,
} from "./reliability_bins.ts";

/** Settings of the class-wise calibration errors. */
export interface ClassCalibrationOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Bins a class, 15 by default. */
  readonly bins?: number;
  /** Probabilities below it count as 0; 0 by default. TACE of BalPoE's code takes 0.01. */
  readonly threshold?: number;
}

/**
 * SCE: mean over classes of the expected calibration error of that class's probability.
 *
 * Right-closed bins of equal width. As in BalPoE's code a sample counts as correct for class c if
 * prediction and label agree on being c or not, [pred = c] = [label = c]; the paper's definition
 * asks for label = c.
 *
 * @param probabilities Rows [N, C], row-major.
 * @param labels True classes [N].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class or `bins` is not a positive integer.
 * @see Nixon et al., "Measuring Calibration in Deep Learning", CVPR Workshops 2019.
 */
export function staticCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: ClassCalibrationOptions,
): number {
  const { bins = 15 } = options;
  return meanOverClasses(
    probabilities,
    labels,
    options,
    (column, agrees) => reliabilityBins(column, agrees, { bins, closed: "right" }),
  );
}

/**
 * ACE: as {@linkcode staticCalibrationError}, with bins that hold equally many samples; TACE if a
 * threshold is given.
 *
 * The edges of a class are its sorted probabilities at positions i ⌊N / bins⌋, the last edge is 1;
 * a bin owns its upper edge, so the smallest probability lies in no bin.
 *
 * @param probabilities Rows [N, C], row-major.
 * @param labels True classes [N].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a label is not a class or `bins` is not a positive integer.
 * @see Nixon et al., "Measuring Calibration in Deep Learning", CVPR Workshops 2019.
 */
export function adaptiveCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: ClassCalibrationOptions,
): number {
  const { bins = 15 } = options;
  checkBins(bins);
  return meanOverClasses(probabilities, labels, options, (column, agrees) => {
    const sorted = column.toSorted();
    const step = Math.floor(column.length / bins);
    const edges = Float64Array.from(
      { length: bins + 1 },
      (_, i) => i === bins ? 1 : sorted[i * step]!, // i * step is below column.length
    );
    return binsBetween(column, agrees, { edges });
  });
}

function meanOverClasses(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes, threshold = 0 }: ClassCalibrationOptions,
  binned: (column: Float64Array, agrees: Uint8Array) => ReliabilityBins,
): number {
  const rows = checkLogitRows(probabilities, labels, classes);
  const predictions = predictedClasses(probabilities, classes);
  const column = new Float64Array(rows);
  const agrees = new Uint8Array(rows);
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    for (let row = 0; row < rows; row++) {
      const probability = probabilities[row * classes + c]!; // inside the rows checked above
      column[row] = probability < threshold ? 0 : probability;
      agrees[row] = (predictions[row] === c) === (labels[row] === c) ? 1 : 0;
    }
    sum += calibrationErrors(binned(column, agrees)).expected;
  }
  return sum / classes;
}
