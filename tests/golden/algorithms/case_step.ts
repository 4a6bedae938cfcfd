import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import type { Progress, Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import type { PresetDraws } from "./preset_random.ts";

/** Images of one view; a stub network's come from `StubModel.images`. */
export interface CaseImages {
  readonly input: Input;
  /** The first axis counts images. */
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** What one step of a case gives. */
export interface CaseStep {
  /** Views in the order in which gradients are to come back. */
  readonly images: readonly CaseImages[];
  /** Classes of the labeled images. */
  readonly y: ArrayLike<number>;
  readonly progress: Progress;
  /** Labeled images of each class in this step, where a phase has taken in others. */
  readonly counts?: readonly number[];
  /** Positions in the labeled and unlabeled sets; 0, 1, … if not given. */
  readonly index?: { readonly labeled?: ArrayLike<number>; readonly unlabeled?: ArrayLike<number> };
  /** 1 for unlabeled images that are in the labeled set too; none are if not given. */
  readonly isLabeled?: ArrayLike<number>;
  /** Declared streams by name. */
  readonly streams?: Readonly<Record<string, Omit<CaseImages, "input"> & CaseStream>>;
  /** Random numbers by `plugin/name`. */
  readonly random?: Readonly<Record<string, PresetDraws>>;
  /** Parameters of the student and of the average by name; their start values if not given. */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>>;
  readonly averageWeights?: Readonly<Record<string, ArrayLike<number>>>;
  /** What else to read back, made in the place of a loss; without gradients. */
  probe?(s: Step, t: Targets, m: Tensor): Readonly<Record<string, AnyTensor>>;
}

/** Labels of a stream's images. */
export interface CaseStream {
  readonly y: ArrayLike<number>;
  readonly index?: ArrayLike<number>;
}

/** What came out of a step. */
export interface StepReading {
  /** Loss terms by name, weighted as they enter the sum. */
  readonly terms: Readonly<Record<string, number>>;
  /** Their sum. */
  readonly loss: number;
  /** Pseudo-labels and mask; empty without a weak view. */
  readonly probs: Float32Array;
  readonly form: Targets["form"] | null;
  readonly mask: Float32Array;
  /** Gradients of the images, view by view as given; of a network that stays none. */
  readonly images: readonly Float32Array[];
  /** Gradients of everything by name: `images/0`, `stream/NAME`, parameters. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly logged: Readonly<Record<string, number>>;
  readonly probed: Readonly<Record<string, ArrayLike<number>>>;
  /** Indices of the parameters that got a gradient. */
  readonly present: ReadonlySet<number>;
}
