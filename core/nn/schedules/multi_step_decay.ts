import type { Schedule } from "./schedule.ts";

/** Settings of {@linkcode multiStepDecay}. */
export interface MultiStepDecayOptions {
  /** Value before the first milestone. */
  readonly base: number;
  /** Steps that already have the lower value. */
  readonly milestones: readonly number[];
  /** What each milestone multiplies by. */
  readonly factor: number;
}

/**
 * Drops at milestones: base · factor^(number of milestones <= t).
 *
 * @example Two drops
 * ```ts
 * import { multiStepDecay } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const learningRate = multiStepDecay({ base: 8, milestones: [10, 20], factor: 0.5 });
 * assert.deepEqual([9, 10, 19, 20].map(learningRate), [8, 4, 4, 2]);
 * ```
 */
export function multiStepDecay({ base, milestones, factor }: MultiStepDecayOptions): Schedule {
  return (step) => base * factor ** milestones.filter((milestone) => milestone <= step).length;
}

/** Settings of {@linkcode epochStepsDecay}; milestones are epochs. */
export interface EpochStepsDecayOptions extends MultiStepDecayOptions {
  /** Epochs W of warm-up. */
  readonly warmupEpochs: number;
}

/**
 * Drops at epochs after a warm-up by epochs, of the 0-based epoch e: {@linkcode multiStepDecay}, times
 * (1 + e) / W while that is below 1, so that the first epoch has a rate, too.
 *
 * @see Sanchez Aimar et al., "Balanced Product of Calibrated Experts for Long-Tailed Recognition",
 * CVPR 2023, which trains CIFAR so: 0.1, by 0.1 at epochs 160 and 180 of 200 after 5 of warm-up.
 *
 * @example Two epochs of warm-up
 * ```ts
 * import { epochStepsDecay } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const rate = epochStepsDecay({ base: 4, milestones: [3], factor: 0.5, warmupEpochs: 2 });
 * assert.deepEqual([0, 1, 2, 3].map(rate), [2, 4, 4, 2]);
 * ```
 */
export function epochStepsDecay(
  { warmupEpochs, ...decay }: EpochStepsDecayOptions,
): Schedule {
  const schedule = multiStepDecay(decay);
  // W is no whole number where a run's epochs are not the published ones.
  return (epoch) => schedule(epoch) * Math.min(1, (1 + epoch) / warmupEpochs);
}
