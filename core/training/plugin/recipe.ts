import { entryOf } from "../../names.ts";
import type { DecayRule, OptimizerOptions } from "../../nn/optimizer.ts";
import type { WideResNetVariant } from "../../nn/wide_resnet.ts";

/** How the learning rate moves. */
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** Every {@linkcode ScheduleKind}. */
export const SCHEDULE_KINDS = [
  "constant",
  "cosine",
  "multistep",
  "multistep-epochs",
  "half-cosine-epochs",
] as const;

/** How labeled images are drawn. */
export type LabeledSampler = (typeof LABELED_SAMPLERS)[number];

/** Every {@linkcode LabeledSampler}. */
export const LABELED_SAMPLERS = ["uniform", "class-aware"] as const;

/** What a recipe is asked for. */
export interface RecipeTarget {
  /** Name of the data set. */
  readonly dataset: string;
  /** Name of the base that the run stands on. */
  readonly base: string;
  /** Names of the add-ons on it, in their order. */
  readonly addons: readonly string[];
  /**
   * Options that users have set themselves, by section (a method's name, `split`) and name: a
   * published run may differ from another in more than that option.
   */
  readonly given: OptionsByName;
  /** Folder of the run whose network this one starts from; undefined for none. */
  readonly from?: string;
  /** Name of the system whose recipe the user has asked for; undefined for the methods' own. */
  readonly recipe?: string;
}

/** Options by section (a method's name, `split`) and name. */
export type OptionsByName = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Options of a run that a recipe may state, as they are once everything is resolved. */
export interface RecipeSettings {
  /** Training steps in all, those before `--resume` included: the horizon of all schedules. */
  readonly steps: number;
  /** Steps of an epoch, wherever a method counts epochs. */
  readonly epochSteps: number;
  /** Name of the network. */
  readonly model: string;
  /** Whose published form of the network. */
  readonly modelVariant: WideResNetVariant;
  /** What is taken of `weights`: `all`, or `body` to leave out linear layers trained on other classes. */
  readonly weightsPart: "all" | "body";
  /** What is taken of `from`: its network, or nothing but `files` that a method reads of it. */
  readonly fromPart: "network" | "files";
  /** How labeled images are drawn: one by one, or rare classes as often as frequent ones. */
  readonly sampler: LabeledSampler;
  /** β of the `class-aware` sampler, which weighs an image of a class of n by (1 − β) ÷ (1 − βⁿ). */
  readonly samplerBeta: number;
  /** Images of a step. */
  readonly batch: BatchSettings;
  /** How the images are dealt out; null leaves an option to the protocol. */
  readonly split: RecipeSplit;
  /** Width and height of the images in pixels; null for the data set's own. */
  readonly imageSize: number | null;
  /** Whose weak and strong views. */
  readonly augment: string;
  /** Learning rate of the schedule's highest point. */
  readonly learningRate: number;
  /** How the learning rate moves. */
  readonly schedule: ScheduleKind;
  /** Steps in which the learning rate rises to its highest point. */
  readonly warmupSteps: number;
  /** Shares of the run after which the `multistep` schedules go down. */
  readonly milestones: readonly number[];
  /** What each milestone multiplies the learning rate by. */
  readonly milestoneFactor: number;
  /** The optimizer with all of its settings. */
  readonly optimizer: OptimizerOptions;
  /** Weight decay of the parameters that `decayRule` picks. */
  readonly weightDecay: number;
  /** Which parameters are decayed. */
  readonly decayRule: DecayRule;
  /** Share of all weights and running statistics that each step takes off after the average (CoSSL); 0 for none. */
  readonly shrink: number;
  /** Longest gradient, in the 2-norm of all parameters, not shortened; null for any. */
  readonly clipGradient: number | null;
  /** What the learning rate is multiplied by from a layer to the one before it; 1 for the same rate everywhere. */
  readonly layerDecay: number;
  /** The moving average of the weights: by default what is evaluated. */
  readonly average: AverageSettings;
  /** Steps from one evaluation to the next; there is always one at the end. */
  readonly evaluateEvery: number;
}

/** Images of a step. */
export interface BatchSettings {
  /** Labeled images of a step. */
  readonly labeled: number;
  /** Unlabeled images for each labeled one: μ in the papers. */
  readonly ratio: number;
}

/** The moving average of the weights. */
export interface AverageSettings {
  /** Share of the old average that a step keeps. */
  readonly decay: number;
  /** Whether the average starts as the plain mean of all steps: decay min(1 − 1/(t+1), `decay`). */
  readonly warmup: boolean;
  /** Whether running statistics are copied from the network or averaged as well. */
  readonly buffers: "copy" | "average";
}

/** What a recipe may state of the split; null leaves an option to the protocol. */
export interface RecipeSplit {
  /** `free`, or the system whose published split is made. */
  readonly protocol: string;
  /** Labeled images of the largest class: N1. */
  readonly labeledMax: number | null;
  /** Unlabeled images of the largest class: M1. */
  readonly unlabeledMax: number | null;
  /** N1 ÷ labeled images of the smallest class, at least 1. */
  readonly gammaLabeled: number | null;
  /** M1 ÷ unlabeled images of the smallest class, at least 1. */
  readonly gammaUnlabeled: number | null;
  /** Whether the labeled images are in the unlabeled set too. */
  readonly includeLabeled: boolean | null;
  /** Labeled images kept for calibration: a share of each class below 1, or how many. */
  readonly holdout: number | null;
}

/**
 * Settings that a method brings along, as published for a data set. Recipes are laid over each
 * other, the base's first, then those of the add-ons in the order given; what none states has the
 * trainer's default, and what the user sets wins.
 */
export interface Recipe extends Partial<Omit<RecipeSettings, "batch" | "split" | "average">> {
  /** Options of the method itself that differ from its defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of an add-on: options that the base was run with beneath it, in place of the base's own. */
  readonly baseOptions?: Readonly<Record<string, unknown>>;
  /**
   * Of an add-on: its settings, not its options, give way where the run has an add-on whose recipe
   * does not, so that methods of one system leave the training to that of another.
   */
  readonly yields?: boolean;
  /** Images of a step. */
  readonly batch?: Partial<BatchSettings>;
  /** The moving average of the weights. */
  readonly average?: Partial<AverageSettings>;
  /** How the images are dealt out; other options follow from the data set. */
  readonly split?: Partial<RecipeSplit>;
}

/** Settings of a run, without what a recipe says of methods. */
export type RecipeParts = Omit<Recipe, "options" | "baseOptions" | "yields">;

/**
 * How a published system trains, whatever method stands in its tables: the user's choice, in place
 * of what the methods bring along.
 */
export interface PublishedRecipe {
  /** Name as in `--recipe`. */
  readonly name: string;
  /** Where it was published. */
  readonly paper: string;
  /** Settings of a run, of whichever stack. */
  settings(target: RecipeTarget): RecipeParts;
  /** Options with which the system's code runs methods where that is not their default, by method. */
  options(target: RecipeTarget): OptionsByName;
}

/**
 * What a system's own method brings along by itself: the system's settings, and its options there.
 *
 * @param method Name of the method.
 *
 * @example A method whose system has one recipe
 * ```ts
 * import { ownRecipe, type PublishedRecipe } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const ours: PublishedRecipe = {
 *   name: "ours",
 *   paper: "Ours (2026)",
 *   settings: () => ({ steps: 1000 }),
 *   options: () => ({ ours: { strength: 2 }, fixmatch: { threshold: 0.9 } }),
 * };
 * const target = { dataset: "cifar10", base: "ours", addons: [], given: {} };
 * assert.deepEqual(ownRecipe(ours, "ours")(target), { steps: 1000, options: { strength: 2 } });
 * ```
 */
export function ownRecipe(
  { settings, options }: PublishedRecipe,
  method: string,
): (target: RecipeTarget) => Recipe {
  return (target) => ({ ...settings(target), options: entryOf(options(target), method) ?? {} });
}

/** What recipes come to for one method of a run. */
export interface LaidRecipe {
  /** Options of the method that differ from its defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Settings of the run, to be laid over those of the methods before it. */
  readonly settings: RecipeParts;
}

/**
 * The recipes of a run's methods, the base's first: add-ons have had their say of the base's options,
 * and those that yield to others have done so.
 *
 * @param published The recipe that the user has asked for: all settings are its own, of those of the
 *   methods only their options are left, and its word on them is the last.
 */
export function layRecipes(
  methods: readonly { readonly name: string; recipe?(target: RecipeTarget): Recipe }[],
  target: RecipeTarget,
  published?: PublishedRecipe,
): LaidRecipe[] {
  const recipes = methods.map((method) => method.recipe?.(target));
  const yielding = recipes.slice(1).some((recipe) => recipe && !recipe.yields);
  const said = published?.options(target) ?? {};
  return recipes.map((recipe, i) => {
    const { options, baseOptions: _, yields, ...settings } = recipe ?? {};
    const asked = i === 0 ? recipes.map((other) => other?.baseOptions) : [];
    const own = yields && yielding ? {} : settings;
    return {
      options: Object.assign({}, options, ...asked, said[methods[i]!.name]), // one for each
      settings: published ? i === 0 ? published.settings(target) : {} : own,
    };
  });
}
