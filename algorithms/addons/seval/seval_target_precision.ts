import type { Schedule } from "../../../core/nn/schedules/schedule.ts";

/** Settings of {@linkcode sevalTargetPrecision}. */
export interface SevalTargetPrecisionOptions {
  /** Precision asked for at step 0. */
  readonly start: number;
  /** Precision asked for at the end; as `start` in every published configuration. */
  readonly end: number;
  /** Length of the run in steps. */
  readonly steps: number;
}

/**
 * Precision that SEVAL's class thresholds aim at, along a line: start + (end - start) t/T.
 *
 * @see Li et al., "Learning Label Refinement and Threshold Adjustment for Imbalanced Semi-Supervised
 * Learning", 2024.
 */
export function sevalTargetPrecision(
  { start, end, steps }: SevalTargetPrecisionOptions,
): Schedule {
  return (step) => start + (end - start) * step / steps;
}
