import type { Schedule } from "../nn/schedules/schedule.ts";
import type { DecayRule } from "../nn/decay_rule.ts";
import type { OptimizerOptions } from "../nn/optimizer.ts";

/** Settings that a {@linkcode Trainer} needs, all resolved. */
export interface TrainingConfig {
  readonly seed: number;
  /** The schedules' horizon. */
  readonly steps: number;
  readonly epochSteps: number;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images a step and view. */
  readonly unlabeled: number;
  /** Learning rate of a step, counted from 0. */
  readonly learningRate: Schedule;
  readonly optimizer: OptimizerOptions;
  readonly weightDecay: number;
  readonly decayRule: DecayRule;
  readonly average: {
    readonly decay: number;
    readonly warmup: boolean;
    readonly buffers: "copy" | "average";
  };
}
