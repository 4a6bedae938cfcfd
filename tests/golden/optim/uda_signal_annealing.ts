import type { Schedule } from "../../../core/nn/schedules/schedule.ts";

/** How fast {@linkcode udaSignalAnnealing} lets sure samples in. */
export type SignalAnnealing = "none" | "linear" | "exponential" | "logarithmic";

/** Settings of {@linkcode udaSignalAnnealing}. */
export interface UdaSignalAnnealingOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Length of the run in steps. */
  readonly steps: number;
  /** How the threshold rises. */
  readonly shape: SignalAnnealing;
}

/**
 * UDA's training signal annealing: labeled samples surer than this are left out of the loss.
 *
 * η = f (1 - 1/C) + 1/C with f = t/T (linear), e^(5 (t/T - 1)) (exponential) or 1 - e^(-5 t/T)
 * (logarithmic); η = 1 if there is none, as in USB by default.
 *
 * @see Xie et al., "Unsupervised Data Augmentation for Consistency Training", NeurIPS 2020,
 * appendix on training signal annealing.
 */
export function udaSignalAnnealing(
  { classes, steps, shape }: UdaSignalAnnealingOptions,
): Schedule {
  return (step) => released(shape, Math.min(step / steps, 1)) * (1 - 1 / classes) + 1 / classes;
}

function released(shape: SignalAnnealing, progress: number): number {
  switch (shape) {
    case "none":
      return 1;
    case "linear":
      return progress;
    case "exponential":
      return Math.exp(5 * (progress - 1));
    case "logarithmic":
      return 1 - Math.exp(-5 * progress);
  }
}
