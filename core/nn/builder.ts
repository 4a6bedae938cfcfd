import type { Precision } from "../../kernels/kernel.ts";
import { batchNorm, type BatchNormActivation } from "../autograd/ops/batch_norm.ts";
import { conv2d } from "../autograd/ops/conv2d.ts";
import { linear } from "../autograd/ops/matmul.ts";
import type { Shape } from "../autograd/shape.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { constant, type Init, kaimingNormal, xavierNormal } from "./init.ts";
import {
  type BufferSpec,
  type Layout,
  ParameterSet,
  type ParameterSpec,
  type Weights,
} from "./parameters.ts";

/**
 * What batch norm normalises with: the batch's statistics (and move the running ones), the same
 * without moving them, or the running ones.
 */
export type Norm = "batch" | "frozen" | "running";

/** What a layer runs with: whose weights, and how batch norm behaves. */
export interface Pass {
  /** Whose parameters and buffers. */
  readonly weights: Weights;
  /** What batch norm normalises with. */
  readonly norm: Norm;
  /** In which precision convolutions leave their results in memory; single by default. */
  readonly precision?: Precision;
}

/** A layer: a function of a tensor and the pass it runs in. */
export type Layer = (x: Tensor, pass: Pass) => Tensor;

/** A convolution, which may end a residual block: `plus` is the shortcut, added to its result. */
export type ConvLayer = (x: Tensor, pass: Pass, plus?: Tensor) => Tensor;

/** Settings of {@linkcode Builder.conv2d}. */
export interface ConvOptions {
  /** Pixels from one window to the next, 1 by default. */
  readonly stride?: number;
  /** Zeros around the image, 0 by default. */
  readonly padding?: number;
  /** Parts of the channels that do not see each other, 1 by default. */
  readonly groups?: number;
  /** Start of the weight; Kaiming normal over the outputs by default. */
  readonly init?: Init;
  /** Start of a bias; without it there is none. */
  readonly bias?: Init;
}

/** Settings of {@linkcode Builder.batchNorm}. */
export interface NormOptions {
  /** Share of the batch in the new running statistics, as PyTorch counts it. */
  readonly momentum?: number;
  /** Added to the variance, 1e-5 by default. */
  readonly eps?: number;
  /** What is applied to the result; nothing by default. */
  readonly activation?: BatchNormActivation;
}

/** Settings of {@linkcode Builder.linear}. */
export interface LinearOptions {
  /** Start of the weight; Xavier normal by default. */
  readonly init?: Init;
  /** Start of the bias; false for none. */
  readonly bias?: Init | false;
  /** Optimizer group; `main` if not given. */
  readonly group?: string;
}

/**
 * Collects the parameters that a network declares and hands back its layers.
 *
 * @example A network of one's own
 * ```ts
 * import { Builder, globalAvgPool, relu, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const b = new Builder();
 * const conv = b.conv2d("conv", 3, 4, 3, { padding: 1 });
 * const set = b.finish();
 * assert.equal(set.count, 3 * 3 * 3 * 4);
 *
 * const device = await requestDevice();
 * const weights = set.allocate(device);
 * set.initialize(weights, 1);
 * const y = globalAvgPool(relu(conv(device.zeros([2, 8, 8, 3]), { weights, norm: "batch" })));
 * assert.deepEqual(y.shape, [2, 4]);
 * device.destroy();
 * ```
 */
export class Builder {
  readonly #parameters: ParameterSpec[] = [];
  readonly #buffers: BufferSpec[] = [];

  /** Declares a parameter; returns how to get it in a pass. */
  parameter(
    name: string,
    shape: Shape,
    init: Init,
    { layout = "plain", group = "main" }: { layout?: Layout; group?: string } = {},
  ): (pass: Pass) => Tensor {
    const index = this.#parameters.push({ name, shape, init, layout, group }) - 1;
    return ({ weights }) => weights.parameters[index]!; // declared above, so it is there
  }

  /** Declares a buffer; returns how to get it in a pass. */
  buffer(name: string, shape: Shape, initial: number): (pass: Pass) => Tensor {
    const index = this.#buffers.push({ name, shape, initial }) - 1;
    return ({ weights }) => weights.buffers[index]!; // declared above, so it is there
  }

  /** A square convolution, `NAME.weight` (and `NAME.bias`). */
  conv2d(
    name: string,
    inputs: number,
    outputs: number,
    kernel: number,
    options: ConvOptions = {},
  ): ConvLayer {
    const { stride = 1, padding = 0, groups = 1, init = kaimingNormal(outputs, kernel) } = options;
    const shape = [kernel, kernel, inputs / groups, outputs];
    const weight = this.parameter(`${name}.weight`, shape, init, { layout: "convolution" });
    const bias = options.bias && this.parameter(`${name}.bias`, [outputs], options.bias);
    return named(name, (x, pass, plus) =>
      conv2d(x, weight(pass), {
        stride,
        padding,
        groups,
        ...(pass.precision ? { precision: pass.precision } : {}),
        bias: bias && bias(pass),
        plus,
      }));
  }

  /** Batch norm over the last axis with its activation: `NAME.weight`, `.bias`, `.running_…`. */
  batchNorm(name: string, channels: number, options: NormOptions = {}): Layer {
    const { momentum = 0.1, eps = 1e-5, activation = { kind: "none" } } = options;
    const gamma = this.parameter(`${name}.weight`, [channels], constant(1));
    const beta = this.parameter(`${name}.bias`, [channels], constant(0));
    const mean = this.buffer(`${name}.running_mean`, [channels], 0);
    const variance = this.buffer(`${name}.running_var`, [channels], 1);
    return named(name, (x, pass) =>
      batchNorm(x, {
        gamma: gamma(pass),
        beta: beta(pass),
        runningMean: mean(pass),
        runningVar: variance(pass),
        mode: pass.norm,
        momentum,
        eps,
        activation,
      }));
  }

  /** A linear layer, `NAME.weight` [outputs, inputs] and `NAME.bias`. */
  linear(name: string, inputs: number, outputs: number, options: LinearOptions = {}): Layer {
    const { init = xavierNormal(inputs, outputs), bias = constant(0), group = "main" } = options;
    const weight = this.parameter(`${name}.weight`, [outputs, inputs], init, { group });
    const offset = bias && this.parameter(`${name}.bias`, [outputs], bias, { group });
    return named(name, (x, pass) => linear(x, weight(pass), offset ? offset(pass) : undefined));
  }

  /** Everything declared so far. */
  finish(): ParameterSet {
    return new ParameterSet(this.#parameters, this.#buffers);
  }
}

/** A layer whose errors begin with its name. */
function named(name: string, layer: ConvLayer): ConvLayer {
  return (x, pass, plus) => {
    try {
      return layer(x, pass, plus);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) {
        error.message = `${name}: ${error.message}`;
      }
      throw error;
    }
  };
}
