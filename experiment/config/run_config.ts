import type { Precision } from "../../kernels/kernel.ts";
import type { UnlabeledShape } from "../../datasets/split/long_tail.ts";
import type { AdapterChoice } from "../../core/autograd/adapter.ts";
import type { RecipeSettings, RecipeSplit } from "../../core/training/plugin/recipe.ts";

/**
 * All options of a run but those of its methods, resolved: what recipes may state, and what only the
 * user can say. Where neither does, they have the values of {@linkcode DEFAULTS}.
 */
export interface RunConfig extends RecipeSettings {
  /** Same seed, same adapter and driver: same result, bit for bit; on the command line −1 draws one. */
  readonly seed: number;
  /** Whose published settings the methods train with; null for those they bring along. */
  readonly recipe: string | null;
  /** Row of a published table whose settings lie beneath all others; null for none. */
  readonly experiment: string | null;
  /** A base and its add-ons, joined by `+`. */
  readonly algorithm: string;
  /** Files and package specifiers of modules from outside. */
  readonly plugins: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  /** Folder of the data set's files, or its parent. */
  readonly dataDir: string | null;
  /** Safetensors file with PyTorch-named weights to start from; null for random ones. */
  readonly weights: string | null;
  /** Folder of an earlier run whose network to start from; null for none. */
  readonly from: string | null;
  /** How the images are dealt out; null leaves an option to the protocol. */
  readonly split: SplitSettings;
  /** Steps of a log period. */
  readonly logEvery: number;
  /** Steps from one checkpoint to the next. */
  readonly checkpointEvery: number;
  /**
   * `validation` keeps the network that recognises the validation images best in `best.safetensors`.
   */
  readonly keepBest: "validation" | null;
  /**
   * In which precision a step keeps activations and their gradients: `f16` halves the memory of a step
   * and what a GPU moves; sums, weights and evaluation stay in single precision.
   */
  readonly precision: Precision;
  /** Where the images are, and how they get to the GPU. */
  readonly loader: LoaderSettings;
  /** Which adapter to ask for. */
  readonly adapter: AdapterChoice;
  /** Whether kernels of GPUs are chosen by their time, before the first step; same result. */
  readonly tune: boolean;
}

/** Options of the split as `config.yaml` has them. */
export interface SplitSettings extends RecipeSplit {
  /** Shape of the unlabeled class counts. */
  readonly unlabeled: UnlabeledShape | null;
  /** Unlabeled images of each class where the shape is `counts`. */
  readonly unlabeledCounts: readonly number[] | null;
  /** Share of each class that is labeled, in place of counts. */
  readonly labeledShare: number | null;
  /** Images set aside for validation; with none they are the data set's own `valid` part, if it has one. */
  readonly valid: number | null;
  /**
   * Share of each class's training images to test on, for data without test images; 0 to train without
   * evaluation, null for the data set's own.
   */
  readonly testShare: number | null;
}

/** Where the images are while a run trains, and how they get to the GPU. */
export interface LoaderSettings {
  /**
   * Images live on the GPU while they have at most so many bytes, and are streamed otherwise; null for
   * what the adapter's buffers can hold. The result is the same.
   */
  readonly residentBytes: number | null;
  /**
   * Steps whose images are read ahead where they are streamed; each holds its images in memory. The
   * result is the same.
   */
  readonly prefetch: number;
}
