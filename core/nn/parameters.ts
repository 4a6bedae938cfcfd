import type { Device } from "../autograd/device.ts";
import { type Shape, sizeOf } from "../autograd/shape.ts";
import { Tensor } from "../autograd/tensor.ts";
import { drawInit, type Init } from "./init.ts";

/** How a parameter lies in memory compared with PyTorch's state dict. */
export type Layout =
  /** As PyTorch has it. */
  | "plain"
  /** A convolution's weight: ours [KH, KW, IC, OC], PyTorch's [OC, IC, KH, KW]. */
  | "convolution";

/** A trainable array of a network. */
export interface ParameterSpec {
  /** PyTorch's state-dict name, e.g. `block1.layer.0.conv1.weight`. */
  readonly name: string;
  /** Shape in our layout. */
  readonly shape: Shape;
  /** How it lies in memory. */
  readonly layout: Layout;
  /** How its start values are drawn. */
  readonly init: Init;
  /** Optimizer group of its own, or `main`. */
  readonly group: string;
}

/** An array that training moves without gradients: running statistics. */
export interface BufferSpec {
  /** PyTorch's state-dict name, e.g. `bn1.running_mean`. */
  readonly name: string;
  /** Lengths of its axes. */
  readonly shape: Shape;
  /** Value of every element at the start. */
  readonly initial: number;
}

/** Floats that parameters are aligned to in the flat buffer: 256 bytes, as buffer bindings need. */
export const ALIGNMENT = 64;

/** Where each array lies in a flat buffer. */
export class FlatLayout<S extends { readonly name: string; readonly shape: Shape }> {
  /** The arrays, in the order in which they were declared. */
  readonly specs: readonly S[];
  /** First float of each array. */
  readonly offsets: readonly number[];
  /** Floats of the whole buffer. */
  readonly size: number;

  /**
   * Lays the arrays out one after the other.
   *
   * @throws {TypeError} If two arrays share a name.
   */
  constructor(specs: readonly S[]) {
    const names = new Set<string>();
    const offsets: number[] = [];
    let size = 0;
    for (const { name, shape } of specs) {
      if (names.has(name)) throw new TypeError(`Two parameters are called '${name}'`);
      names.add(name);
      offsets.push(size);
      size += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
    }
    this.specs = specs;
    this.offsets = offsets;
    this.size = Math.max(size, ALIGNMENT);
  }

  /** A tensor of the flat buffer's size and a view of it for each array. */
  allocate(device: Device): { flat: Tensor; views: Tensor[] } {
    const flat = device.keep(() => device.zeros([this.size]));
    return { flat, views: this.slices(flat) };
  }

  /** A view of each array in a flat tensor of this layout. */
  slices(flat: Tensor): Tensor[] {
    return this.specs.map(({ shape }, i) =>
      new Tensor(flat.device, flat.storage, shape, "f32", { offset: 4 * this.offsets[i]! }) // one offset a spec
    );
  }
}

/** Values of all parameters and buffers of a network: the student's, or its moving average's. */
export interface Weights {
  /** A view of each parameter. */
  readonly parameters: readonly Tensor[];
  /** A view of each buffer. */
  readonly buffers: readonly Tensor[];
  /** All parameters in one tensor, padded between arrays. */
  readonly flatParameters: Tensor;
  /** All buffers in one tensor, padded between arrays. */
  readonly flatBuffers: Tensor;
}

/** Records making one set of values like another. */
export function copyWeights(from: Weights, to: Weights): void {
  const { device } = from.flatParameters;
  device.copy(from.flatParameters, to.flatParameters);
  device.copy(from.flatBuffers, to.flatBuffers);
}

/** The arrays that a network declares, and how to make and start sets of their values. */
export class ParameterSet {
  /** Where the parameters lie. */
  readonly parameters: FlatLayout<ParameterSpec>;
  /** Where the buffers lie. */
  readonly buffers: FlatLayout<BufferSpec>;

  /** The arrays that a builder has collected. */
  constructor(parameters: readonly ParameterSpec[], buffers: readonly BufferSpec[]) {
    this.parameters = new FlatLayout(parameters);
    this.buffers = new FlatLayout(buffers);
  }

  /** Number of trainable floats, without padding. */
  get count(): number {
    return this.parameters.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** A set of values, all zero. It outlives scopes. */
  allocate(device: Device): Weights {
    const p = this.parameters.allocate(device), b = this.buffers.allocate(device);
    return {
      parameters: p.views,
      buffers: b.views,
      flatParameters: p.flat,
      flatBuffers: b.flat,
    };
  }

  /**
   * Draws the start values, each array by its own name, so that adding a head changes no other.
   *
   * @param seed Seed of the run.
   */
  initialize(weights: Weights, seed: number): void {
    const { device } = weights.flatParameters;
    const values = new Float32Array(this.parameters.size);
    this.parameters.specs.forEach(({ name, shape, init }, i) => {
      values.set(drawInit(init, sizeOf(shape), seed, name), this.parameters.offsets[i]);
    });
    const buffers = new Float32Array(this.buffers.size);
    this.buffers.specs.forEach(({ shape, initial }, i) => {
      const start = this.buffers.offsets[i]!; // one offset a spec
      buffers.fill(initial, start, start + sizeOf(shape));
    });
    device.write(weights.flatParameters, values);
    device.write(weights.flatBuffers, buffers);
  }
}
