import type { DecayRule } from "../../nn/optimizer.ts";
import type { OptimizerOptions } from "../../nn/optimizer.ts";
import type { WideResNetVariant } from "../../nn/wide_resnet.ts";

/** How the learning rate moves. */
export type ScheduleKind =
  | "constant"
  | "cosine"
  | "multistep"
  | "multistep-epochs"
  | "half-cosine-epochs";

/** What a recipe is asked for. */
export interface RecipeTarget {
  /** Name of the data set. */
  readonly dataset: string;
  /** Name of the base that the run stands on. */
  readonly base: string;
  /** Names of the add-ons on it, in their order. */
  readonly addons: readonly string[];
  /**
   * Options that the user has set himself, by section (a method's name, `split`) and name: a
   * published run may differ from another in more than that option.
   */
  readonly given: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Settings that a method brings along, as published for a data set. Recipes are laid over each
 * other, the base's first, then those of the add-ons in the order given; what none states has the
 * trainer's default, and what the user sets wins.
 */
export interface Recipe {
  /** Options of the method itself that differ from its defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Name of the network. */
  readonly model?: string;
  /** Whose published form of it. */
  readonly modelVariant?: WideResNetVariant;
  /** What is taken of a file of weights to start from. */
  readonly weightsPart?: "all" | "body";
  /** Training steps. */
  readonly steps?: number;
  /** Steps of an epoch. */
  readonly epochSteps?: number;
  /** Steps from one evaluation to the next, where a published number sums up the last ones. */
  readonly evaluateEvery?: number;
  /** Labeled images of a step, and unlabeled ones for each of them. */
  readonly batch?: { readonly labeled?: number; readonly ratio?: number };
  /** Learning rate of the schedule's highest point. */
  readonly learningRate?: number;
  /** How it moves. */
  readonly schedule?: ScheduleKind;
  /** Steps in which the learning rate rises. */
  readonly warmupSteps?: number;
  /** Shares of the run after which schedules with steps go down. */
  readonly milestones?: readonly number[];
  /** What each of them multiplies the learning rate by. */
  readonly milestoneFactor?: number;
  /** The optimizer with all of its settings. */
  readonly optimizer?: OptimizerOptions;
  /** Weight decay. */
  readonly weightDecay?: number;
  /** Which parameters are decayed. */
  readonly decayRule?: DecayRule;
  /** Share of all weights and running statistics that each step takes off. */
  readonly shrink?: number;
  /** The moving average of the weights. */
  readonly average?: {
    readonly decay?: number;
    /** Start as the plain mean of all steps: decay min(1 − 1/(t+1), decay). */
    readonly warmup?: boolean;
    readonly buffers?: "copy" | "average";
  };
  /** Whose weak and strong views; see the data sets' recipes. */
  readonly augment?: string;
  /** Width and height of the images in pixels. */
  readonly imageSize?: number;
  /** How the images are dealt out; other options follow from the data set. */
  readonly split?: {
    readonly protocol?: string;
    readonly labeledMax?: number;
    readonly unlabeledMax?: number;
    readonly gammaLabeled?: number;
    readonly gammaUnlabeled?: number;
    readonly includeLabeled?: boolean;
    readonly holdout?: number;
  };
}
