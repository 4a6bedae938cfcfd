import { multiStepDecay, type MultiStepDecayOptions } from "./multi_step_decay.ts";
import type { Schedule } from "./schedule.ts";

/** Settings of {@linkcode balpoeLearningRate}; milestones are epochs. */
export interface BalpoeLearningRateOptions extends MultiStepDecayOptions {
  /** Epochs W of warm-up. */
  readonly warmupEpochs: number;
}

/**
 * BalPoE's learning rate on CIFAR, of the 0-based epoch e: {@linkcode multiStepDecay}, times
 * (1 + e) / W while that is below 1.
 *
 * As published: 0.1, by 0.1 at epochs 160 and 180 of 200 after 5 of warm-up; twice all that for
 * long training.
 *
 * @see Sanchez Aimar et al., "Balanced Product of Calibrated Experts for Long-Tailed Recognition",
 * CVPR 2023.
 */
export function balpoeLearningRate(
  { warmupEpochs, ...decay }: BalpoeLearningRateOptions,
): Schedule {
  const schedule = multiStepDecay(decay);
  // W is no whole number where a run's epochs are not the published ones.
  return (epoch) => schedule(epoch) * Math.min(1, (1 + epoch) / warmupEpochs);
}
