import type { Shape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Norm } from "../../nn/builder.ts";

/** A list that is never empty. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** The two networks of a run: what is trained, and the moving average of its weights. */
export type NetworkName = "student" | "average";

/** How an image is changed before a network sees it. */
export type View = "weak" | "strong" | "identity" | "contrast";

/** Views of unlabeled images; `contrast`, for contrastive losses, is of labeled ones alone. */
export type UnlabeledView = Exclude<View, "contrast">;

/** Where a batch comes from, seen through one kind of view. */
export type Input = "labeled" | "weak" | "strong" | "identity";

/** One of several views of a kind, counted from 0, e.g. `weak/1`. */
export type NthInput = `${Input}/${number}`;

/** A tensor that a method keeps from step to step. */
export interface StateSpec {
  /** Lengths of the axes. */
  readonly shape: Shape;
  /**
   * Value at the start: zeros (the default), another number everywhere, 1/classes (`uniform`), or
   * the labeled class frequencies (`prior`).
   */
  readonly init?: "zeros" | "uniform" | "prior" | number;
  /** Whether log rows hold its values: what they are at the end of the log period. */
  readonly logged?: boolean;
  /**
   * Of which images it estimates the class shares [classes], which need not add up to 1: the unlabeled
   * ones, or all. Such state is logged, with its distance from the hidden truth, and evaluations can
   * adjust to it.
   */
  readonly estimates?: "unlabeled" | "all";
}

/** Declared state by key. */
export type StateSpecs = Readonly<Record<string, StateSpec>>;

/** State of a method; assigning a key replaces that tensor's values after the step. */
export type State<S extends StateSpecs> = { -readonly [K in keyof S]: Tensor };

/** A run of a network over some of the step's images. */
export interface PassSpec {
  /** Which network runs; the average gets no gradient. */
  readonly net: NetworkName;
  /**
   * What it sees, concatenated in this order into one batch: all views of a kind, or a single one.
   * Its outputs are numbered by their order here, not by the views'.
   */
  readonly inputs: NonEmpty<Input | NthInput>;
  /** What batch norm normalises with; `batch` by default. */
  readonly norm?: Norm;
  /** Whether the loss may reach the network; student only, true by default. */
  readonly grad?: boolean;
  /**
   * Keeps its outputs apart, for `s.pass(name)`. For the student such a pass only runs where another
   * plugin gives it passes of its own: else its single pass over all views is what is handed out.
   */
  readonly name?: string;
}

/** A head beside the network's own. */
export interface HeadSpec {
  /** Number of outputs. */
  readonly classes: number;
  /**
   * Classifiers side by side, whose logits are [batch, experts, classes] and are evaluated as their
   * mean; a single one with logits [batch, classes] if not given.
   */
  readonly experts?: number;
  /** Name in the state dict, by default `heads.NAME`. */
  readonly parameterName?: string;
  /** Optimizer group of its own. */
  readonly group?: string;
  /** Weight decay of its weight; its bias then has none. */
  readonly weightDecay?: number;
  /** Whether its loss stops at the features. */
  readonly detach?: boolean;
  /**
   * Makes it a projector: a hidden layer of so many numbers comes first, and what comes out are unit
   * vectors [batch, classes] for contrastive losses.
   */
  readonly projector?: ProjectorSpec;
}

/** What comes before the last layer of a projector; ReLU follows it. */
export interface ProjectorSpec {
  /** Numbers of the hidden layer. */
  readonly hidden: number;
  /** Whether batch norm follows it: over all rows of a pass, or of what the head is applied to. */
  readonly norm: boolean;
  /** Projectors side by side, whose mean is scaled to length 1; a single one if not given. */
  readonly copies?: number;
}

/** A loader beside labeled and unlabeled, and the pass that its images get. */
export interface StreamSpec {
  /** Which set its images are drawn from. */
  readonly from: "labeled" | "unlabeled" | "all";
  /** How they are changed. */
  readonly view: View;
  /**
   * `uniform`: epoch by epoch; `class-balanced`: with replacement, every class as often;
   * `effective-number`: with replacement, by (1 − β) / (1 − βⁿ) for n images of a class.
   */
  readonly sampler: "uniform" | "class-balanced" | "effective-number";
  /** β of `effective-number`. */
  readonly beta?: number;
  /** Images a step; the labeled batch by default. */
  readonly batch?: number;
  /** Which network sees them. */
  readonly net: NetworkName;
  /** What batch norm normalises with; `batch` by default. */
  readonly norm?: Norm;
}

/** An image of one colour, which the network sees alone and before everything else of a step. */
export interface SolidImage {
  /** What each number of it is as the network sees it, that is after normalisation. */
  readonly value: number;
  /** What batch norm normalises with in a step; `batch` by default. */
  readonly norm?: Norm;
}

/** What a method asks for, answered before the first step. */
export interface Needs {
  /** Views of each batch; of several plugins the longest list wins. */
  readonly views?: {
    readonly labeled?: readonly View[];
    readonly unlabeled?: readonly UnlabeledView[];
  };
  /**
   * Network runs; without one for the student it gets a single one over all views. Where two plugins
   * ask for the average over different inputs with the same norm, it runs once over both.
   */
  readonly passes?: readonly PassSpec[];
  /**
   * `late`: without a pass for the student it sees only what `inputs` returns. Holds if one plugin
   * says so.
   */
  readonly student?: "late";
  /** A head of a name that the model has itself is the model's. */
  readonly heads?: Readonly<Record<string, HeadSpec>>;
  /**
   * Batch norms side by side on the network's last map, each with its own scale and shift, by their
   * names in the state dict. Every head then sees all of them: its logits are the mean over them,
   * those of one norm are under `HEAD/NORM`. Features are the normalised map's, before any scale.
   */
  readonly classwiseNorms?: NonEmpty<string>;
  /** Loaders beside labeled and unlabeled, by name. */
  readonly streams?: Readonly<Record<string, StreamSpec>>;
  /**
   * Images of one colour, by name: the student sees each alone, without gradient and before the step's
   * other passes, and so does the evaluated network in evaluations.
   */
  readonly solids?: Readonly<Record<string, SolidImage>>;
  /** Head that is evaluated; `main` by default. */
  readonly evalHead?: string;
  /** Share of the run before which `main` is evaluated in its place; 0 by default. */
  readonly evalHeadFrom?: number;
  /** Which network is evaluated; `average` by default. */
  readonly evalNetwork?: NetworkName;
}

/** How many images a step draws, each view of them counted once. */
export interface BatchSizes {
  /** Labeled images. */
  readonly labeled: number;
  /** Unlabeled images; none where no method asks for views of them. */
  readonly unlabeled: number;
}

/** What is known of the data when a method is set up. */
export interface DataInfo {
  /** Name of the data set. */
  readonly dataset: string;
  /** Number of classes. */
  readonly classes: number;
  /** Number of labeled images. */
  readonly labeled: number;
  /** Number of unlabeled images. */
  readonly unlabeled: number;
  /** Labeled images of each class. */
  readonly counts: readonly number[];
  /** Images held out for calibration. */
  readonly holdout: number;
  /** Images set aside for validation. */
  readonly valid: number;
  /** Length of a feature vector of the network's body. */
  readonly features: number;
  /**
   * The data set's own number of each class, where the split ranks classes by size; not given where
   * they are the same.
   */
  readonly sourceClasses?: readonly number[];
  /**
   * Hidden: unlabeled images of each class, null where unknown. Only for variants of a method that
   * are published as being told the truth, and for nothing else.
   */
  readonly trueUnlabeledCounts: readonly number[] | null;
}

/**
 * Which of the run's settings for weight updates hold in a step; what a rule does not say stays as
 * the run has it.
 */
export interface UpdateRule {
  /** Whether weights decay. */
  readonly weightDecay?: boolean;
  /** Whether weights and running statistics shrink. */
  readonly shrink?: boolean;
  /** Share of the old average that stays, in place of the run's. */
  readonly averageDecay?: number;
}
