import type { Schedule } from "../nn/schedules/schedule.ts";
import type { DecayRule, OptimizerOptions } from "../nn/optimizer.ts";

/** Settings that a {@linkcode Trainer} needs, all resolved. */
export interface TrainingConfig {
  /** Seed of all random numbers of the run. */
  readonly seed: number;
  /** The schedules' horizon. */
  readonly steps: number;
  /** Steps of an epoch. */
  readonly epochSteps: number;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images a step and view. */
  readonly unlabeled: number;
  /** Learning rate of a step, counted from 0. */
  readonly learningRate: Schedule;
  /** The optimizer and its settings. */
  readonly optimizer: OptimizerOptions;
  /** Weight decay of the parameters that `decayRule` picks. */
  readonly weightDecay: number;
  /** Which parameters are decayed. */
  readonly decayRule: DecayRule;
  /** Share of all weights and running statistics that each step takes off, 0 for none. */
  readonly shrink: number;
  /** The moving average of the weights. */
  readonly average: {
    readonly decay: number;
    readonly warmup: boolean;
    readonly buffers: "copy" | "average";
  };
}
