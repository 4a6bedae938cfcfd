import type { Shape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Norm } from "../../nn/builder.ts";
import type { DataInfo, Input, NonEmpty, State, StateSpecs, UpdateRule } from "./needs.ts";

/** Images of a step. It holds no labels of unlabeled images. */
export interface Batch {
  /** Labeled images. */
  readonly labeled: {
    /** Views [batch, size, size, 3], in the order asked for. */
    readonly x: NonEmpty<Tensor>;
    readonly y: Tensor<"i32">;
    /** Positions in the labeled set. */
    readonly index: Tensor<"i32">;
  };
  /** Unlabeled images: the views of each kind that were asked for. */
  readonly unlabeled: {
    readonly weak: readonly Tensor[];
    readonly strong: readonly Tensor[];
    readonly identity: readonly Tensor[];
    /** Positions in the unlabeled set. */
    readonly index: Tensor<"i32">;
    /** 1 for an image that is in the labeled set too, else 0 [batch]. */
    readonly isLabeled: Tensor;
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
  /** Of the labeled images' views. */
  readonly labeled: readonly Output[];
  /** Of the unlabeled images' weak views. */
  readonly weak: readonly Output[];
  /** Of their strong views. */
  readonly strong: readonly Output[];
  /** Of their unchanged views. */
  readonly identity: readonly Output[];
}

/** What a network makes of a stream. */
export interface StreamBatch {
  /** Classes, −1 for unlabeled images. */
  readonly y: Tensor<"i32">;
  /** Positions in the set it is from. */
  readonly index: Tensor<"i32">;
  /** What the network made of its images. */
  readonly out: Output;
}

/** What unlabeled images are to be learned as. */
export interface Targets {
  /** [batch, classes]. */
  readonly probs: Tensor;
  /** `hard`: losses take the most probable class. */
  readonly form: "hard" | "soft";
  /**
   * What masks look at in place of `probs` [batch, classes]: predictions before they were refined.
   * Stays with the targets unless a later plugin puts others there.
   */
  readonly judged?: Tensor;
}

/** Where the run is. */
export interface Progress {
  /** Steps of the phase done before this one. */
  readonly step: number;
  /** Steps of the phase, the schedules' horizon: those of the run where it is not divided. */
  readonly steps: number;
  /** Epochs of the phase done before this one. */
  readonly epoch: number;
  /** Steps of an epoch. */
  readonly epochSteps: number;
  /** Number of the phase, 0 for the first or only one. */
  readonly phase?: number;
}

/** Random numbers of a step, a function of seed, step and name alone. */
export interface Rng {
  /** Uniform over [0, 1). */
  uniform(shape: Shape): Tensor;
  /** Standard normal. */
  normal(shape: Shape): Tensor;
  /** 1 with probability `p`, elementwise, else 0. */
  bernoulli(p: Tensor): Tensor;
  /** One whole number of 0 … n − 1, drawn on the host. */
  integer(n: number): number;
  /** One Beta(alpha, alpha) number, drawn on the host. */
  beta(alpha: number): number;
  /** 0 … n − 1 in random order. */
  permutation(n: number): Tensor<"i32">;
}

/** What a method sees of one step. Everything on it only records kernels. */
export interface Step<C = unknown, S extends StateSpecs = StateSpecs> {
  /** Options of the method. */
  readonly config: C;
  /** State of the method; assigning a key replaces its values after the step. */
  readonly state: State<S>;
  /** Images of the step. */
  readonly batch: Batch;
  /** What the trained network makes of them. */
  readonly student: Outputs;
  /** What the average makes of them; throws if no pass asked for it. */
  readonly average: Outputs;
  /** Labeled class frequencies [classes]. */
  readonly prior: Tensor;
  /** What is known of the data. */
  readonly data: DataInfo;
  /** Where the run is. */
  readonly progress: Progress;
  /** Outputs of a declared pass that has a name. */
  pass(name: string): Outputs;
  /** Per-sample weights of a batch, piped through the `weights` slots from ones. */
  weights(where: "labeled" | "unlabeled"): Tensor;
  /** Batch of a declared stream. */
  stream(name: string): StreamBatch;
  /** What the student makes of a declared image of one colour: rows of one image, no gradient. */
  solid(name: string): Output;
  /** Output of the pass over what `inputs` returned under this name. */
  late(name: string): Output;
  /**
   * Gradient, by images, of a number that the student's output on them has; the weights get none of it.
   * The pass is the caller's alone: nobody adjusts its logits.
   *
   * @param x Images [batch, size, size, 3].
   * @param value One number of the output.
   * @param norm What batch norm normalises with, `frozen` by default: running statistics stay.
   * @returns [batch, size, size, 3].
   */
  imageGradient(x: Tensor, value: (out: Output) => Tensor, norm?: Norm): Tensor;
  /** Logits of a head on any features. */
  head(name: string, features: Tensor): Tensor;
  /** Weight of a linear head of the student [classes, features], through which a loss reaches it. */
  headWeight(name: string): Tensor;
  /** Random numbers of this name. */
  random(name: string): Rng;
  /** Targets of a head beside `main`, piped through the other plugins' `refine` slots. */
  refine(t: Targets, head: string): Targets;
  /** Mask of a head's targets, piped through the other plugins' `refineMask` slots. */
  refineMask(t: Targets, m: Tensor, head: string): Tensor;
  /** Weight of a ramped term: `share · weight`, piped through the plugins' `ramp` slots. */
  ramp(share: number, weight: number): number;
  /** Reports a scalar; its mean over the log period is logged. */
  log(name: string, value: Tensor): void;
  /**
   * Reports pseudo-labels beside the step's own, those of a second head or what a label is made of; log
   * rows say how good they were. A name once a step.
   *
   * @param probs [batch, classes], one row an unlabeled image.
   * @param mask Weight of each [batch], where not all are learned.
   */
  logLabels(name: string, probs: Tensor, mask?: Tensor): void;
}

/** Images made within a step that get a pass of their own. */
export interface Late {
  /** Images [batch, size, size, 3]. */
  readonly x: Tensor;
  /** What batch norm normalises with; `batch` by default. */
  readonly norm?: Norm;
}

/** The four hooks: what most methods are made of. Only `loss` has gradients. */
export interface Hooks<C, S extends StateSpecs> {
  /** Turns targets, at first the softmax of the weak view, into other targets. Piped in plugin order. */
  pseudoLabel?(s: Step<C, S>, t: Targets): Targets;
  /** Weight of each unlabeled sample [batch]. Piped, from ones. */
  mask?(s: Step<C, S>, t: Targets, m: Tensor): Tensor;
  /** Named, weighted terms. Merged and summed; a repeated name is an error. */
  loss?(s: Step<C, S>, t: Targets, m: Tensor): Readonly<Record<string, Tensor>>;
  /** Moves queues and priors, after optimizer and average. In plugin order. */
  priorUpdate?(s: Step<C, S>, t: Targets, m: Tensor): undefined;
}

/** The other slots of a step, in the order in which they run. */
export interface StepSlots<C, S extends StateSpecs> {
  /**
   * Changes main logits of the `view`th view where they are used. Piped in plugin order; with
   * gradients where a loss uses them.
   */
  adjust?(s: Step<C, S>, logits: Tensor, where: Input, view: number): Tensor;
  /** Weight of each sample in the losses that ask for it [batch]. Piped, from ones. */
  weights?(s: Step<C, S>, where: "labeled" | "unlabeled", w: Tensor): Tensor;
  /** Images made once the targets are known; each gets a late pass. Merged. */
  inputs?(s: Step<C, S>, t: Targets): Readonly<Record<string, Late>>;
  /**
   * Does to targets of another plugin's head what `pseudoLabel` does to those of `main`, where that
   * plugin asks for it. Piped; must not assign state.
   */
  refine?(s: Step<C, S>, t: Targets, head: string): Targets;
  /** Does to the mask of another plugin's head what `mask` does to that of `main`; as `refine`. */
  refineMask?(s: Step<C, S>, t: Targets, m: Tensor, head: string): Tensor;
  /** Weight of the terms that a base ramps up, given what it is so far and without a ramp. Piped. */
  ramp?(s: Step<C, S>, weight: number, full: number): number;
  /** Leaves out or scales terms, those of the other plugins too; must not add any. Piped. */
  terms?(s: Step<C, S>, terms: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
  /**
   * How this step updates weights and average, for methods whose parts of the run differ in that.
   * Merged; of two that say the same thing the later one wins.
   */
  update?(config: C, progress: Progress): UpdateRule;
}
