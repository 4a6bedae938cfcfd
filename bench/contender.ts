/**
 * What the bench asks of a library, and what a library hands back.
 *
 * Arrays cross this border in one layout, PyTorch's: activations `[batch, channels, height, width]`,
 * filters `[out, in, height, width]`, matrices row by row. A contender brings them into its own
 * layout before the clock runs.
 *
 * @module
 */
import type { Stack } from "@longtail/longtail/core";
import type { FixMatchProblem, FixMatchViewsProblem } from "./network/fixmatch_problem.ts";

/** Sizes of `[m, k] × [k, n]`. */
export interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A square convolution padded by `(kernel − 1) / 2`, without bias. */
export interface Conv2dShape {
  readonly batch: number;
  /** Height and width of the input, pixels. */
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

/** Which of the three convolutions of a training step. */
export type Conv2dKind = "forward" | "input" | "filter";

/** Two matrices to multiply. */
export interface GemmProblem extends GemmShape {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** A convolution with all three operands; each kind reads the two it needs. */
export interface Conv2dProblem extends Conv2dShape {
  readonly kind: Conv2dKind;
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly dy: Float32Array;
}

/** Batch normalization with batch statistics, forward and backward. */
export interface BatchNormProblem {
  readonly batch: number;
  readonly channels: number;
  /** Height and width, pixels. */
  readonly size: number;
  readonly epsilon: number;
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly dy: Float32Array;
}

/** A weak and a strong view of each image; bytes lie as images do, channels last. */
export interface AugmentProblem {
  readonly images: number;
  /** Height and width, pixels. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly seed: number;
  readonly step: number;
}

/** Steps of a method, for longtail alone. */
export interface MethodProblem {
  /** Of the Wide ResNet. */
  readonly depth: number;
  readonly width: number;
  /** Height and width of the images, pixels. */
  readonly size: number;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images for each labeled one. */
  readonly ratio: number;
  readonly stack: Stack;
  /** Whole steps, or only their views. */
  readonly only: "step" | "views";
  /** Whether images come from a file step by step; on the device already by default. */
  readonly streamed?: boolean;
}

/** Images that are read from a packed store and uploaded, step by step; for longtail alone. */
export interface StreamProblem {
  /** Height and width of the images, pixels. */
  readonly size: number;
  /** Training images in the store. */
  readonly stored: number;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images a step. */
  readonly unlabeled: number;
}

/** One prepared piece of work: operands on the device, nothing compiled yet. */
export interface Work {
  /** Does the work `times` times, each time anew, and waits until the device is idle. */
  run(times: number): Promise<void>;
  /**
   * Outputs of the latest run, one after the other: a product; a convolution's one result; batch
   * normalization's `y`, `dx`, `dGamma`, `dBeta`; all weak views, then all strong ones, channels
   * last; a training step's loss, then all parameters; of a method's step and of a stream nothing.
   */
  result(): Promise<Float32Array>;
  /** Milliseconds of processor time that other processes have spent on it so far. */
  elsewhere?(): number;
  /** Frees the device memory. */
  dispose(): void;
}

/** A library under test. What it cannot do it leaves out. */
export interface Contender {
  /** As in the report: `longtail`, `tfjs-webgpu`, … */
  readonly name: string;
  readonly version: string;
  /** Errors that its device reported since it was opened; none of them throws in WebGPU. */
  readonly deviceErrors: readonly string[];
  gemm?(problem: GemmProblem): Promise<Work>;
  conv2d?(problem: Conv2dProblem): Promise<Work>;
  batchNormTrain?(problem: BatchNormProblem): Promise<Work>;
  augment?(problem: AugmentProblem): Promise<Work>;
  fixmatchStep?(problem: FixMatchProblem): Promise<Work>;
  fixmatchStepWithViews?(problem: FixMatchViewsProblem): Promise<Work>;
  methodStep?(problem: MethodProblem): Promise<Work>;
  stream?(problem: StreamProblem): Promise<Work>;
}
