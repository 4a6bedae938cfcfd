import { stairDecay } from "../../../core/nn/schedules/multi_step_decay.ts";
import type { Schedule } from "../../../core/nn/schedules/schedule.ts";
import { linearWarmup } from "../../../core/nn/schedules/warmup.ts";

/** Settings of {@linkcode cosslFoodLearningRate}. */
export interface CosslFoodLearningRateOptions {
  /** Rate after the warm-up. */
  readonly base: number;
  /** Steps an epoch. */
  readonly epochSteps: number;
  /** Epochs of warm-up from 0, 5 by default. */
  readonly warmupEpochs?: number;
  /** Epochs a stair; 9000 by default, which no published run reaches. */
  readonly decayEpochs?: number;
  /** What a stair multiplies by, 0.1 by default. */
  readonly factor?: number;
}

/**
 * CoSSL's learning rate on Food-101: linear warm-up from 0 (which step 0 has), then stairs that
 * count from the end of the warm-up.
 *
 * @see Fan et al., "CoSSL: Co-Learning of Representation and Classifier for Imbalanced
 * Semi-Supervised Learning", CVPR 2022.
 */
export function cosslFoodLearningRate(
  { base, epochSteps, warmupEpochs = 5, decayEpochs = 9000, factor = 0.1 }:
    CosslFoodLearningRateOptions,
): Schedule {
  const start = warmupEpochs * epochSteps;
  const stairs = stairDecay({ base, every: decayEpochs * epochSteps, factor, start });
  return linearWarmup(stairs, { steps: start });
}
