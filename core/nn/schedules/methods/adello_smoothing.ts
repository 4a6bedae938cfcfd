import type { Schedule } from "../schedule.ts";

/** Settings of {@linkcode adelloSmoothing}. */
export interface AdelloSmoothingOptions {
  /** Length N of the run in steps. */
  readonly steps: number;
  /** Exponent at the end, 0.1 by default. */
  readonly minimum?: number;
  /** How late the exponent falls: k in the code, d in the paper; 2 by default. */
  readonly power?: number;
  /** Steps an epoch, if the exponent is to change only between epochs (UDAL). */
  readonly epochSteps?: number;
}

/**
 * Exponent that flattens ADELLO's target prior as training goes on: 1 - (1 - minimum) (t/N)^k.
 *
 * The target is the estimated unlabeled prior to this power, normalised: the estimate itself at
 * step 0, nearly uniform at the end. By epochs, t/N becomes ⌊t/E⌋ / (N/E) with E steps an epoch.
 *
 * @see Sanchez Aimar et al., "Flexible Distribution Alignment: Towards Long-tailed Semi-supervised
 * Learning with Proper Calibration", ECCV 2024.
 */
export function adelloSmoothing(
  { steps, minimum = 0.1, power = 2, epochSteps = 1 }: AdelloSmoothingOptions,
): Schedule {
  return (step) => {
    const progress = Math.floor(step / epochSteps) / (steps / epochSteps);
    return 1 - (1 - minimum) * progress ** power;
  };
}
