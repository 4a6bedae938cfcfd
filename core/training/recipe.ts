import type { DecayRule } from "../nn/decay_rule.ts";
import type { OptimizerOptions } from "../nn/optimizer.ts";
import type { WideResNetVariant } from "../nn/wide_resnet.ts";

/** How the learning rate moves. */
export type ScheduleKind = "constant" | "cosine" | "multistep";

/**
 * Training settings that a method brings along, as published for a data set. What is left out has
 * the trainer's default; what the user sets wins.
 */
export interface Recipe {
  readonly model?: string;
  readonly modelVariant?: WideResNetVariant;
  readonly steps?: number;
  readonly epochSteps?: number;
  readonly batch?: { readonly labeled?: number; readonly ratio?: number };
  readonly learningRate?: number;
  readonly schedule?: ScheduleKind;
  readonly optimizer?: OptimizerOptions;
  readonly weightDecay?: number;
  readonly decayRule?: DecayRule;
  readonly average?: {
    readonly decay?: number;
    /** Start as the plain mean of all steps: decay min(1 − 1/(t+1), decay). */
    readonly warmup?: boolean;
    readonly buffers?: "copy" | "average";
  };
  /** Whose weak and strong views; see the data sets' recipes. */
  readonly augment?: string;
  readonly imageSize?: number;
  /** How the images are dealt out; other options follow from the data set. */
  readonly split?: {
    readonly protocol?: string;
    readonly labeledMax?: number;
    readonly unlabeledMax?: number;
    readonly gammaLabeled?: number;
    readonly gammaUnlabeled?: number;
  };
}
