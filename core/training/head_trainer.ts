import type { Device } from "../autograd/device.ts";
import { crossEntropy } from "../autograd/ops/cross_entropy.ts";
import { linear } from "../autograd/ops/matmul.ts";
import { Tape } from "../autograd/tape.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { Builder } from "../nn/builder.ts";
import { torchDefault } from "../nn/init.ts";
import { Optimizer, type OptimizerOptions } from "../nn/optimizer.ts";
import type { Weights } from "../nn/parameters.ts";
import type { NetworkName } from "./plugin/needs.ts";

/** What a {@linkcode HeadTrainer} trains, and how. */
export interface HeadTrainerOptions {
  /** Length of a feature vector. */
  readonly features: number;
  /** Number of classes. */
  readonly classes: number;
  /** The optimizer. */
  readonly optimizer: OptimizerOptions;
  /** Learning rate. */
  readonly rate: number;
  /** Weight decay of the weight; the bias has none. */
  readonly weightDecay: number;
  /** Share of the old moving average that stays. */
  readonly averageDecay: number;
  /** Of the start values, U(±1/√features) as PyTorch draws them. */
  readonly seed: number;
}

/**
 * Trains a linear head on feature vectors with cross entropy, apart from any network, and keeps a
 * moving average of it that starts as a copy.
 *
 * @example Two classes that are easily told apart
 * ```ts
 * import { HeadTrainer, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const head = new HeadTrainer(device, {
 *   features: 2,
 *   classes: 2,
 *   optimizer: { kind: "sgd", momentum: 0, nesterov: false },
 *   rate: 1,
 *   weightDecay: 0,
 *   averageDecay: 0,
 *   seed: 1,
 * });
 * const x = device.tensor([1, 0, 0, 1], [2, 2]), y = device.tensor([0, 1], [2], "i32");
 * const [first] = await device.read(head.step(x, y));
 * const [second] = await device.read(head.step(x, y));
 * assert.ok(second! < first!);
 * head.dispose();
 * device.destroy();
 * ```
 */
export class HeadTrainer {
  /** What is trained: weight [classes, features] and bias [classes]. */
  readonly student: Weights;
  /** Its moving average. */
  readonly average: Weights;
  /** Gradients of the last step, decay not included: weight and bias. */
  readonly gradients: { readonly flat: Tensor; readonly views: readonly Tensor[] };
  readonly #device: Device;
  readonly #options: HeadTrainerOptions;
  readonly #optimizer: Optimizer;

  /** A head with drawn start values. */
  constructor(device: Device, options: HeadTrainerOptions) {
    const { features, classes, optimizer, weightDecay, seed } = options;
    const b = new Builder(), init = torchDefault(features);
    b.linear("head", features, classes, { init, bias: init });
    const set = b.finish();
    this.#device = device;
    this.#options = options;
    this.student = set.allocate(device);
    this.average = set.allocate(device);
    this.gradients = set.parameters.allocate(device);
    set.initialize(this.student, seed);
    set.initialize(this.average, seed);
    this.#optimizer = new Optimizer(device, set, optimizer, ({ name }) => ({
      weightDecay: name === "head.weight" ? weightDecay : 0,
      rateScale: 1,
      averageScale: 1,
    }));
  }

  /** Weight [classes, features] and bias [classes] of the head or of its average. */
  read(network: NetworkName): { readonly weight: Tensor; readonly bias: Tensor } {
    const [weight, bias] = (network === "average" ? this.average : this.student).parameters;
    return { weight: weight!, bias: bias! }; // a head has both
  }

  /** Sets the head and its average. */
  start(weight: Tensor, bias: Tensor): void {
    for (const network of ["student", "average"] as const) {
      const home = this.read(network);
      this.#device.copy(weight, home.weight);
      this.#device.copy(bias, home.bias);
    }
  }

  /**
   * Records one step.
   *
   * @param x Feature vectors [batch, features].
   * @param y Classes [batch], or probabilities [batch, classes].
   * @returns The mean cross entropy before the step.
   */
  step(x: Tensor, y: Tensor | Tensor<"i32">): Tensor {
    const device = this.#device, { rate, averageDecay } = this.#options;
    return device.scope(() => {
      const { weight, bias } = this.read("student"), [dw, db] = this.gradients.views;
      const tape = new Tape(device, new Map([[weight, dw!], [bias, db!]])); // one a parameter
      const loss = tape.record(() => {
        const loss = crossEntropy(linear(x, weight, bias), y);
        tape.backward(loss);
        return loss;
      });
      this.#optimizer.update(this.student, this.gradients.flat, this.average, {
        rate: () => rate,
        present: new Set([0, 1]),
        averageDecay,
        averageBuffers: "copy",
      });
      return loss;
    });
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const { flatParameters, flatBuffers } of [this.student, this.average]) {
      flatParameters.dispose();
      flatBuffers.dispose();
    }
    this.gradients.flat.dispose();
    this.#optimizer.first.dispose();
    this.#optimizer.second?.dispose();
  }
}
