import type { DecayRule } from "../nn/decay_rule.ts";
import type { OptimizerOptions } from "../nn/optimizer.ts";
import type { WideResNetVariant } from "../nn/wide_resnet.ts";

/** How the learning rate moves. */
export type ScheduleKind = "constant" | "cosine" | "multistep";

/** What a recipe is asked for. */
export interface RecipeTarget {
  readonly dataset: string;
  /** Name of the base that the run stands on. */
  readonly base: string;
}

/**
 * Settings that a method brings along, as published for a data set. Recipes are laid over each
 * other, the base's first, then those of the add-ons in the order given; what none states has the
 * trainer's default, and what the user sets wins.
 */
export interface Recipe {
  /** Options of the method itself that differ from its defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
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
