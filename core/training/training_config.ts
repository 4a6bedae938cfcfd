import type { Precision } from "../../kernels/kernel.ts";
import type { Schedule } from "../nn/schedules/schedule.ts";
import type { RecipeSettings } from "./plugin/recipe.ts";

/** Options of a run that the trainer takes as they are. */
export type TrainerOption =
  | "steps"
  | "epochSteps"
  | "optimizer"
  | "weightDecay"
  | "decayRule"
  | "shrink"
  | "average";

/** Settings that a {@linkcode Trainer} needs, all resolved. */
export interface TrainingConfig extends Pick<RecipeSettings, TrainerOption> {
  /** Seed of all random numbers of the run. */
  readonly seed: number;
  /** Longest gradient that is not shortened; null, the default, for any. */
  readonly clipGradient?: RecipeSettings["clipGradient"];
  /** What the learning rate is multiplied by from layer to layer, towards the first; 1 by default. */
  readonly layerDecay?: RecipeSettings["layerDecay"];
  /** In which precision a step keeps activations and their gradients; single by default. */
  readonly precision?: Precision;
  /** Whether layers run in the tiles that are the fastest on the adapter; true by default. */
  readonly tune?: boolean;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images a step and view. */
  readonly unlabeled: number;
  /** Learning rate of a step, counted from 0. */
  readonly learningRate: Schedule;
}
