/**
 * Numbers that say how good a classifier, its confidences and its pseudo-labels are.
 *
 * @module
 */
export * from "./calibration/class_calibration.ts";
export {
  type CalibrationErrors,
  calibrationErrors,
  type ReliabilityBinOptions,
  type ReliabilityBins,
  reliabilityBins,
} from "./calibration/reliability_bins.ts";
export * from "./calibration/scoring_rules.ts";
export * from "./class_rates.ts";
export * from "./confusion.ts";
export * from "./evaluation.ts";
export * from "./history.ts";
export {
  adjustedLogitRows,
  logLabelPrior,
  predictedClasses,
  softmaxRows,
  topConfidence,
  topKCorrect,
} from "./logit_rows.ts";
export * from "./macro_scores.ts";
export * from "./pseudo_label_diagnostics.ts";
export * from "./pseudo_labels.ts";
export * from "./shot_groups.ts";
