import type { Device } from "../../autograd/device.ts";
import type { Shape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Random } from "../../random.ts";
import type { HostFiles } from "./host_files.ts";
import type { DataInfo, NetworkName, State, StateSpecs, View } from "./needs.ts";
import type { Progress } from "./step_slots.ts";

/** What a method sees between steps, the only place that may wait for the GPU. */
export interface Host<C = unknown, S extends StateSpecs = StateSpecs> {
  /** Options of the method. */
  readonly config: C;
  /** State of the method; assigning a key replaces its values. */
  readonly state: State<S>;
  /** What is known of the data. */
  readonly data: DataInfo;
  /** Where the run is. */
  readonly progress: Progress;
  /** Steps of the whole run, over all phases. */
  readonly horizon: number;
  /** Reads a tensor back. */
  read(t: Tensor): Promise<Float32Array>;
  /** A tensor of the given values; freed when the slots between two steps are through. */
  write<D extends "f32" | "i32" = "f32">(
    data: ArrayLike<number>,
    shape: Shape,
    dtype?: D,
  ): Tensor<D>;
  /** Where the run trains, for what a method trains beside the network. */
  readonly device: Device;
  /** Runs GPU work and frees what it makes on the way; what it returns or assigns to state stays. */
  scope<T>(body: () => T): T;
  /** What a network makes of a whole set, in identity views and with running statistics. */
  predict(on: PredictSet, options?: PredictOptions): Promise<Predictions>;
  /** Replaces the weights of a linear head of one of the networks: [classes, features], [classes]. */
  setHead(name: string, weights: HeadWeights): void;
  /** Names of the network's heads. */
  readonly heads: readonly string[];
  /** Files of the run that methods write and read, by name; in memory for runs without a folder. */
  readonly files: HostFiles;
  /** Weights of a linear head of one of the networks. */
  readHead(name: string, network: NetworkName): HeadWeights;
  /** Random numbers of this name, other ones each time the slot runs. */
  random(name: string): Random;
}

/** Weights of a linear head. */
export interface HeadWeights {
  /** Whose head. */
  readonly network: NetworkName;
  /** [classes, features]. */
  readonly weight: Tensor;
  /** [classes]. */
  readonly bias: Tensor;
}

/** A set that can be predicted. */
export type PredictSet = "labeled" | "unlabeled" | "holdout" | "valid";

/** Settings of {@linkcode Host.predict}. */
export interface PredictOptions {
  /** `average` by default. */
  readonly network?: NetworkName;
  /** `main` by default. */
  readonly head?: string;
  /** How the images are seen, `identity` by default; others are drawn anew each time. */
  readonly view?: View;
  /** Also return features; false by default. */
  readonly features?: boolean;
}

/** Predictions on a whole set, in its order. */
export interface Predictions {
  /** [images, classes]. */
  readonly logits: Float32Array;
  /** [images, features], empty if not asked for. */
  readonly features: Float32Array;
  /** Null for unlabeled images. */
  readonly labels: Int32Array | null;
  /** Number of images. */
  readonly images: number;
  /** Number of classes. */
  readonly classes: number;
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
  /**
   * The phase of a number that begins now, or null if the one before goes on to the end of the run.
   * Exclusive: of several plugins only one may have it. Without it a run is one phase.
   */
  phase?(h: Host<C, S>, index: number): Phase | null | Promise<Phase | null>;
}

/**
 * A stretch of a run: schedules, ramps, warm-ups and epochs count from its start, as if it were a
 * run of its own. State of the plugins goes on.
 */
export interface Phase {
  /** Its steps, at least 1. */
  readonly steps: number;
  /** Whether network, average and optimizer start anew; `keep` by default. */
  readonly model?: "keep" | "reset";
  /**
   * Unlabeled images that count as labeled in it, by position, and their classes. The labeled class
   * frequencies follow them. They are saved with the run, for a network asked again might differ.
   */
  readonly labels?: ReadonlyMap<number, number>;
}
