import type { Tensor } from "../../autograd/tensor.ts";
import { checkSpec } from "./check_spec.ts";
import type { HostSlots } from "./host_slots.ts";
import type { DataInfo, Needs, State, StateSpecs } from "./needs.ts";
import type { Recipe, RecipeTarget } from "./recipe.ts";
import type { Progress, StepSlots } from "./step_slots.ts";
import type { UpdateRule } from "../step/weight_update.ts";

export * from "./host_slots.ts";
export * from "./needs.ts";
export * from "./step_slots.ts";

/** Everything that makes a method. */
export interface AlgorithmSpec<C extends object, S extends StateSpecs>
  extends StepSlots<C, S>, HostSlots<C, S> {
  /** Lower case, no `+`. */
  readonly name: string;
  /** A run has exactly one base and any number of add-ons. */
  readonly kind: "base" | "addon";
  /** Where it was published. */
  readonly paper: string;
  /** Options and their defaults; also the schema of `--set name.option=value`. */
  readonly defaults: C;
  /** Bases an add-on can stand on; all if not given. */
  readonly bases?: readonly string[];
  /** Settings under which 30 steps make every slot fire. */
  readonly smoke?: Readonly<Record<string, unknown>>;
  /** Checks options beyond their types; returns what is wrong with them, or null. */
  check?(config: C, data: DataInfo): string | null;
  /** What it asks for: views, passes, heads, streams. */
  needs?(config: C, data: DataInfo): Needs;
  /** Declared state, saved and restored by the trainer. */
  state?(config: C, data: DataInfo): S;
  /** Added to the main head's logits in evaluations [classes], summed over plugins; null for none. */
  evaluationOffsets?(config: C, data: DataInfo): readonly number[] | null;
  /**
   * Changes a head's logits in evaluations, after the offsets. Piped in plugin order; records kernels
   * and must not assign state.
   */
  adjustEvaluation?(s: EvaluationStep<C, S>, logits: Tensor, head: string): Tensor;
  /**
   * What of the run's decays and average holds in a step, for methods whose parts of the run differ
   * in them. Merged; of two that say the same thing the later one wins.
   */
  update?(config: C, progress: Progress): UpdateRule;
  /** Published settings for a data set. */
  recipe?(target: RecipeTarget): Recipe;
}

/** What a method sees of an evaluation. */
export interface EvaluationStep<C = unknown, S extends StateSpecs = StateSpecs> {
  /** Options of the method. */
  readonly config: C;
  /** State of the method. */
  readonly state: Readonly<State<S>>;
  /** What is known of the data. */
  readonly data: DataInfo;
}

/** A configured method; the types of its options and state are erased. */
export interface Plugin {
  /** Name of the method. */
  readonly name: string;
  /** Its options, the defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The options that were stated; all others have their defaults. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What it is made of. */
  readonly spec: ErasedSpec;
}

/** A method whose types are erased: what the trainer works with. */
export interface ErasedSpec extends
  Omit<
    // deno-lint-ignore no-explicit-any -- slots take the method's own option and state types
    AlgorithmSpec<any, any>,
    "defaults"
  > {
  /** Options and their defaults. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Makes a configured method from options; those left out have their defaults. */
export interface Algorithm<C> {
  (config?: Partial<C>): Plugin;
  /** What it is made of. */
  readonly spec: ErasedSpec;
}

/**
 * Defines a method.
 *
 * @throws {TypeError} If it has a part that there is not, or a step slot that is asynchronous.
 *
 * @example A base that only learns from labels
 * ```ts
 * import { type Algorithm, crossEntropy, defineAlgorithm } from "@longtail/longtail/core";
 *
 * export interface PlainOptions {
 *   temperature: number;
 * }
 * export const plain: Algorithm<PlainOptions> = defineAlgorithm({
 *   name: "plain",
 *   kind: "base",
 *   paper: "none",
 *   defaults: { temperature: 1 },
 *   loss: (s) => ({
 *     labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
 *       temperature: s.config.temperature,
 *     }),
 *   }),
 * });
 * plain({ temperature: 2 });
 * ```
 */
export function defineAlgorithm<
  C extends object,
  const S extends StateSpecs = Record<never, never>,
>(spec: AlgorithmSpec<C, S>): Algorithm<C> {
  checkSpec(spec);
  const erased = spec as unknown as ErasedSpec;
  const make = (config: Partial<C> = {}): Plugin => ({
    name: spec.name,
    config: { ...spec.defaults, ...config } as Readonly<Record<string, unknown>>,
    given: config as Readonly<Record<string, unknown>>,
    spec: erased,
  });
  return Object.assign(make, { spec: erased });
}
