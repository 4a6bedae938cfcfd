import type { Norm } from "../nn/builder.ts";
import type { Shape } from "../autograd/shape.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Recipe } from "./recipe.ts";

/** A list that is never empty. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** How an image is changed before a network sees it. */
export type View = "weak" | "strong" | "identity";

/** Where a batch comes from, seen through one kind of view. */
export type Input = "labeled" | "weak" | "strong" | "identity";

/** A tensor that a method keeps from step to step. */
export interface StateSpec {
  readonly shape: Shape;
  /**
   * Value at the start: zeros (the default), another number everywhere, 1/classes (`uniform`), or
   * the labeled class frequencies (`prior`).
   */
  readonly init?: "zeros" | "uniform" | "prior" | number;
}

/** Declared state by key. */
export type StateSpecs = Readonly<Record<string, StateSpec>>;

/** State of a method; assigning a key replaces that tensor's values after the step. */
export type State<S extends StateSpecs> = { -readonly [K in keyof S]: Tensor };

/** A run of a network over some of the step's images. */
export interface PassSpec {
  /** `teacher` has the averaged weights and no gradient. */
  readonly net: "student" | "teacher";
  /** What it sees, concatenated in this order into one batch. */
  readonly inputs: NonEmpty<Input>;
  /** What batch norm normalises with; `batch` by default. */
  readonly norm?: Norm;
  /** Whether the loss may reach the network; student only, true by default. */
  readonly grad?: boolean;
}

/** A head beside the network's own. */
export interface HeadSpec {
  readonly classes: number;
  /** Optimizer group of its own. */
  readonly group?: string;
  /** Whether its loss stops at the features. */
  readonly detach?: boolean;
}

/** What a method asks for, answered before the first step. */
export interface Needs {
  /** Views of each batch; of several plugins the longest list wins. */
  readonly views?: {
    readonly labeled?: readonly View[];
    readonly unlabeled?: readonly View[];
  };
  /** Network runs; without one for the student it gets a single one over all views. */
  readonly passes?: readonly PassSpec[];
  readonly heads?: Readonly<Record<string, HeadSpec>>;
  /** Head that is evaluated; `main` by default. */
  readonly evalHead?: string;
  /** Which network is evaluated; the averaged one by default. */
  readonly evalNetwork?: "ema" | "raw";
}

/** What is known of the data when a method is set up. */
export interface DataInfo {
  readonly dataset: string;
  readonly classes: number;
  /** Number of labeled and unlabeled images. */
  readonly labeled: number;
  readonly unlabeled: number;
  /** Labeled images of each class. */
  readonly counts: readonly number[];
}

/** Images of a step. It holds no labels of unlabeled images. */
export interface Batch {
  readonly labeled: {
    /** Views [batch, size, size, 3], in the order asked for. */
    readonly x: NonEmpty<Tensor>;
    readonly y: Tensor<"i32">;
    /** Positions in the labeled set. */
    readonly index: Tensor<"i32">;
  };
  readonly unlabeled: {
    readonly weak: readonly Tensor[];
    readonly strong: readonly Tensor[];
    readonly identity: readonly Tensor[];
    /** Positions in the unlabeled set. */
    readonly index: Tensor<"i32">;
  };
}

/** What a network makes of one view of one batch. */
export interface Output {
  /** [batch, features]. */
  readonly features: Tensor;
  /** Logits of a head [batch, classes]; those of `main` have been through `adjust`. */
  logits(head?: string): Tensor;
  /** Logits of `main` before `adjust`. */
  rawLogits(): Tensor;
}

/** Outputs by where the images come from; empty where nobody asked for the view. */
export interface Outputs {
  readonly labeled: readonly Output[];
  readonly weak: readonly Output[];
  readonly strong: readonly Output[];
  readonly identity: readonly Output[];
}

/** What unlabeled images are to be learned as. */
export interface Targets {
  /** [batch, classes]. */
  readonly probs: Tensor;
  /** `hard`: losses take the most probable class. */
  readonly form: "hard" | "soft";
}

/** Where the run is. */
export interface Progress {
  /** Steps done before this one. */
  readonly step: number;
  readonly steps: number;
  /** Epochs done before this one. */
  readonly epoch: number;
  readonly epochSteps: number;
}

/** Random numbers of a step, a function of seed, step and name alone. */
export interface Rng {
  /** Uniform over [0, 1). */
  uniform(shape: Shape): Tensor;
  /** 1 with probability `p`, elementwise, else 0. */
  bernoulli(p: Tensor): Tensor;
  /** One Beta(alpha, alpha) number, drawn on the host. */
  beta(alpha: number): number;
  /** 0 … n − 1 in random order. */
  permutation(n: number): Tensor<"i32">;
}

/** What a method sees of one step. Everything on it only records kernels. */
export interface Step<C = unknown, S extends StateSpecs = StateSpecs> {
  readonly config: C;
  readonly state: State<S>;
  readonly batch: Batch;
  readonly student: Outputs;
  /** Throws if no pass asked for it. */
  readonly teacher: Outputs;
  /** Labeled class frequencies [classes]. */
  readonly prior: Tensor;
  readonly progress: Progress;
  /** Per-sample weights of a batch, piped through the `weights` slots from ones. */
  weights(where: "labeled" | "unlabeled"): Tensor;
  /** Output of the pass over what `inputs` returned under this name. */
  late(name: string): Output;
  /** Logits of a head on any features. */
  head(name: string, features: Tensor): Tensor;
  /** Random numbers of this name. */
  random(name: string): Rng;
  /** Reports a scalar; its mean over the log period is logged. */
  log(name: string, value: Tensor): void;
}

/** Images made within a step that get a pass of their own. */
export interface Late {
  readonly x: Tensor;
  readonly norm?: Norm;
}

/** Slots of a step, in the order in which they run. Only `loss`, and `adjust` in it, have gradients. */
export interface StepSlots<C, S extends StateSpecs> {
  /** Changes main logits where they are used. Piped in plugin order. */
  adjust?(s: Step<C, S>, logits: Tensor, where: Input): Tensor;
  /** Turns the weak view's softmax into targets. Piped. */
  pseudoLabel?(s: Step<C, S>, t: Targets): Targets;
  /** Weight of each unlabeled sample [batch]. Piped, from ones. */
  mask?(s: Step<C, S>, t: Targets, m: Tensor): Tensor;
  /** Weight of each sample in the losses that ask for it [batch]. Piped, from ones. */
  weights?(s: Step<C, S>, where: "labeled" | "unlabeled", w: Tensor): Tensor;
  /** Images made once the targets are known; each gets a late pass. Merged. */
  inputs?(s: Step<C, S>, t: Targets): Readonly<Record<string, Late>>;
  /** Named, weighted terms. Merged and summed; a repeated name is an error. */
  loss?(s: Step<C, S>, t: Targets, m: Tensor): Readonly<Record<string, Tensor>>;
  /** Queues and priors, after optimizer and average. In plugin order. */
  priorUpdate?(s: Step<C, S>, t: Targets, m: Tensor): undefined;
}

/** What a method sees between steps, the only place that may wait for the GPU. */
export interface Host<C = unknown, S extends StateSpecs = StateSpecs> {
  readonly config: C;
  readonly state: State<S>;
  readonly data: DataInfo;
  readonly progress: Progress;
  /** Reads a tensor back. */
  read(t: Tensor): Promise<Float32Array>;
  /** A tensor of the given values. */
  write(data: ArrayLike<number>, shape: Shape): Tensor;
}

/** Slots between steps. */
export interface HostSlots<C, S extends StateSpecs> {
  /** Before the first step of a run, also of a resumed one. */
  setup?(h: Host<C, S>): void | Promise<void>;
  /** After every `steps(config)` steps. */
  readonly every?: {
    steps(config: C): number;
    run(h: Host<C, S>): void | Promise<void>;
  };
  /** After each epoch. */
  epoch?(h: Host<C, S>): void | Promise<void>;
}

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
  needs?(config: C, data: DataInfo): Needs;
  /** Declared state, saved and restored by the trainer. */
  state?(config: C, data: DataInfo): S;
  /** Published training settings for a data set, of the base. */
  recipe?(data: { readonly dataset: string }): Recipe;
}

/** A configured method; the types of its options and state are erased. */
export interface Plugin {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly spec: ErasedSpec;
}

/** A method whose types are erased: what the trainer works with. */
export interface ErasedSpec extends
  Omit<
    // deno-lint-ignore no-explicit-any -- slots take the method's own option and state types
    AlgorithmSpec<any, any>,
    "defaults"
  > {
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Makes a configured method from options; those left out have their defaults. */
export interface Algorithm<C> {
  (config?: Partial<C>): Plugin;
  readonly spec: ErasedSpec;
}

/**
 * Defines a method.
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
 * // @ts-expect-error a misspelt option does not compile
 * plain({ temprature: 2 });
 * ```
 */
export function defineAlgorithm<
  C extends object,
  const S extends StateSpecs = Record<never, never>,
>(spec: AlgorithmSpec<C, S>): Algorithm<C> {
  const erased = spec as unknown as ErasedSpec;
  const make = (config: Partial<C> = {}): Plugin => ({
    name: spec.name,
    config: { ...spec.defaults, ...config } as Readonly<Record<string, unknown>>,
    spec: erased,
  });
  return Object.assign(make, { spec: erased });
}
