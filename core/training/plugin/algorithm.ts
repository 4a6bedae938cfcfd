import type { Tensor } from "../../autograd/tensor.ts";
import type { Capability, DeclaredCapability } from "./capabilities.ts";
import type { HostSlots } from "./host_slots.ts";
import type { BatchSizes, DataInfo, Needs, State, StateSpecs } from "./needs.ts";
import type { Recipe, RecipeTarget } from "./recipe.ts";
import type { Hooks, StepSlots } from "./step_slots.ts";

/**
 * Everything that makes a method. Most are made of the four {@linkcode Hooks} and a few words about
 * who they are and what they ask for; each of the other slots serves one kind of method.
 */
export interface AlgorithmSpec<C extends object, S extends StateSpecs>
  extends
    Hooks<C, S>,
    Identity<C>,
    Asks<C, S>,
    StepSlots<C, S>,
    HostSlots<C, S>,
    EvaluationSlots<C, S>,
    Settings<C> {}

/** Who a method is. */
export interface Identity<C extends object> {
  /** Lower case, no `+`. */
  readonly name: string;
  /** A run has exactly one base and any number of add-ons. */
  readonly kind: "base" | "addon";
  /** Where it was published. */
  readonly paper: string;
  /** Options and their defaults; also the schema of `--set name.option=value`. */
  readonly defaults: C;
  /** What each option is, in a sentence with its unit: what `options NAME` shows. */
  readonly docs?: OptionDocs<NoInfer<C>>;
  /** What its hooks compute: what `options NAME` shows. */
  readonly formulas?: Formulas;
}

/** What may have a formula: the four hooks and the slots beside them. */
export type FormulaSlot = keyof (
  & Hooks<object, StateSpecs>
  & StepSlots<object, StateSpecs>
  & HostSlots<object, StateSpecs>
  & EvaluationSlots<object, StateSpecs>
);

/**
 * What each hook computes with the default options: a line of mathematics in the symbols of
 * docs/methods.md. Its parts are parted by `; `.
 */
export type Formulas = Readonly<Partial<Record<FormulaSlot, string>>>;

/** A sentence for each option of a method. */
export type OptionDocs<C> = Readonly<Record<keyof C & string, string>>;

/** What a method asks for before the first step, and what it offers to others. */
export interface Asks<C, S extends StateSpecs> {
  /** Views, passes, heads, streams. */
  needs?(config: C, data: DataInfo): Needs;
  /** Declared state, saved and restored by the trainer. */
  state?(config: C, data: DataInfo): S;
  /** Of a base: what add-ons can rely on, beside what its needs say. */
  readonly provides?: readonly DeclaredCapability[];
  /** Of an add-on: what a base must have for it to stand on; nothing if not given. */
  readonly requires?: readonly Capability[];
}

/** Slots of an evaluation, which only record kernels as well. */
export interface EvaluationSlots<C, S extends StateSpecs> {
  /**
   * Changes a head's logits [batch, classes] in evaluations, those of experts already being their
   * mean. Piped in plugin order; must not assign state.
   */
  adjustEvaluation?(s: EvaluationStep<C, S>, logits: Tensor, head: string): Tensor;
}

/** What a method says of its options and of a run's. */
export interface Settings<C> {
  /** Settings under which 30 steps make every slot run. */
  readonly smoke?: Readonly<Record<string, unknown>>;
  /**
   * What is wrong with the options beyond their types, or null: a sentence that begins with an
   * option's name, such as `threshold is 2: give a number from 0 to 1`. Asked when methods are
   * composed, before any data is read.
   */
  check?(config: C): string | null;
  /**
   * Why the options do not fit the data or the batches, or null; asked once they are known. What
   * needs neither belongs into `check`.
   */
  fits?(config: C, data: Omit<DataInfo, "features">, batch: BatchSizes): string | null;
  /** Published settings for a data set. */
  recipe?(target: RecipeTarget): Recipe;
  /** Parts that begin late: a run that ends before them is told. */
  starts?(config: C, run: RunLength): readonly LatePart[];
}

/** How long a run is. */
export interface RunLength {
  /** Its steps. */
  readonly steps: number;
  /** Steps of an epoch. */
  readonly epochSteps: number;
}

/** A part of a method that begins late. */
export interface LatePart {
  /** What the method does from then on, in words that follow its name: `distills`. */
  readonly does: string;
  /** Steps before the first one with it. */
  readonly after: number;
  /** Key of the option that says so, such as `daso.warmup` or `epochSteps`. */
  readonly by: string;
}

/** What a method sees of an evaluation. */
export interface EvaluationStep<C = unknown, S extends StateSpecs = StateSpecs> {
  /** Options of the method. */
  readonly config: C;
  /** State of the method. */
  readonly state: Readonly<State<S>>;
  /** What is known of the data. */
  readonly data: DataInfo;
  /**
   * Logits [1, classes] of the head that is evaluated for a declared image of one colour, by the same
   * network and with running statistics.
   */
  solid(name: string): Tensor;
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
    "defaults" | "docs"
  > {
  /** Options and their defaults. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** What each option is, where the method says so. */
  readonly docs?: Readonly<Record<string, string>>;
}

/** Makes a configured method from options; those left out have their defaults. */
export interface Algorithm<C> {
  (config?: Partial<C>): Plugin;
  /** What it is made of. */
  readonly spec: ErasedSpec;
}
