import type { UnlabeledShape } from "../../datasets/split/long_tail.ts";
import type { AdapterChoice } from "../../core/autograd/adapter.ts";
import type { DecayRule } from "../../core/nn/optimizer.ts";
import type { OptimizerOptions } from "../../core/nn/optimizer.ts";
import type { WideResNetVariant } from "../../core/nn/wide_resnet.ts";
import type { ScheduleKind } from "../../core/training/plugin/recipe.ts";

/**
 * All options of a run but those of its methods, resolved. Where the recipe of the base says
 * nothing, they have the values of {@linkcode DEFAULTS}.
 */
export interface RunConfig {
  /** Same seed, same adapter and driver: same result, bit for bit. */
  readonly seed: number;
  /** Training steps, the horizon of all schedules. */
  readonly steps: number;
  /** Steps of an epoch, wherever a method counts epochs. */
  readonly epochSteps: number;
  /** A base and its add-ons, joined by `+`. */
  readonly algorithm: string;
  /** Files and specifiers of methods from outside. */
  readonly plugins: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  /** Folder of the data set's files, or its parent. */
  readonly dataDir: string | null;
  /** Width and height of the images in pixels; null for the data set's own. */
  readonly imageSize: number | null;
  /** `small-cnn`, `wrn-D-K`, `resnet-18`, `resnet-34` or `resnet-50`. */
  readonly model: string;
  /** Whose published form of the model. */
  readonly modelVariant: WideResNetVariant;
  /** Safetensors file with PyTorch-named weights to start from; null for random ones. */
  readonly weights: string | null;
  /**
   * What is taken of it: everything, or everything but linear layers, of a network that was trained on
   * other classes.
   */
  readonly weightsPart: "all" | "body";
  /** Images of a step. */
  readonly batch: {
    /** Labeled images. */
    readonly labeled: number;
    /** Unlabeled images for each labeled one: μ in the papers. */
    readonly ratio: number;
  };
  /** How the images are dealt out; null leaves an option to the protocol. */
  readonly split: SplitSettings;
  /** Learning rate of the schedule's highest point. */
  readonly learningRate: number;
  /** How the learning rate moves. */
  readonly schedule: ScheduleKind;
  /** Steps in which the learning rate rises to that point. */
  readonly warmupSteps: number;
  /** Shares of the run after which the `multistep` schedules go down. */
  readonly milestones: readonly number[];
  /** What each of them multiplies the learning rate by. */
  readonly milestoneFactor: number;
  /** The optimizer and its settings. */
  readonly optimizer: OptimizerOptions;
  /** Weight decay of the parameters that `decayRule` picks. */
  readonly weightDecay: number;
  /** Which parameters are decayed. */
  readonly decayRule: DecayRule;
  /**
   * Share of all weights and running statistics that each step takes off, after the average: CoSSL's
   * way of decay. 0 for none.
   */
  readonly shrink: number;
  /** The moving average of the weights: the teacher, and by default what is evaluated. */
  readonly average: {
    /** Share of the old average that a step keeps. */
    readonly decay: number;
    /** Start as the plain mean of all steps. */
    readonly warmup: boolean;
    /** Whether running statistics are copied from the network or averaged as well. */
    readonly buffers: "copy" | "average";
  };
  /** Whose weak and strong views. */
  readonly augment: string;
  /** Steps of a log period. */
  readonly logEvery: number;
  /** Steps from one evaluation to the next; there is always one at the end. */
  readonly evaluateEvery: number;
  /** Steps from one checkpoint to the next. */
  readonly checkpointEvery: number;
  /** Where the images are. */
  readonly loader: {
    /**
     * Images live on the GPU while they have at most so many bytes, and are streamed otherwise; null
     * for what the adapter's buffers can hold. The result is the same.
     */
    readonly residentBytes: number | null;
  };
  /** Which adapter to ask for. */
  readonly adapter: AdapterChoice;
}

/** Options of the split as `config.yaml` has them. */
export interface SplitSettings {
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
  /** Shape of the unlabeled class counts. */
  readonly unlabeled: UnlabeledShape | null;
  /** Unlabeled images of each class where the shape is `counts`. */
  readonly unlabeledCounts: readonly number[] | null;
  /** Share of each class that is labeled, in place of counts. */
  readonly labeledShare: number | null;
  /** Whether the labeled images are in the unlabeled set too. */
  readonly includeLabeled: boolean | null;
  /** Labeled images kept for calibration: a share below 1, or a number. */
  readonly holdout: number | null;
  /** Images kept for validation. */
  readonly valid: number | null;
}
