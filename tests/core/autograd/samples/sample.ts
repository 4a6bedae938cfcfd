import type { AnyTensor, Device, Tensor } from "../../../../core/autograd/mod.ts";
import { Random } from "../../../../core/random.ts";
import { type Nd, nd } from "../../../reference/nd.ts";

/** One use of an operation, with what must come out. */
export interface Sample {
  /** Name of the exported function, or of the row of a table. */
  readonly op: string;
  /** What is special about this use. */
  readonly about: string;
  /** Values fed in; those of float32, so that device and reference get the same. */
  readonly inputs: readonly Nd[];
  readonly run: (x: readonly Tensor[], device: Device) => AnyTensor;
  /** The same in doubles. */
  readonly reference: (x: readonly Nd[]) => Nd;
  /** Whether gradients flow to all inputs (the default) or none is recorded. */
  readonly gradient?: boolean;
  /** Allowance for values and gradients, as a share of the largest magnitude; 1e-5 by default. */
  readonly relative?: number;
}

/** A call that must be refused, with what the message has to say. */
export interface Refusal {
  readonly op: string;
  readonly call: (device: Device) => unknown;
  readonly message: RegExp;
}

/** Normal numbers (or uniform ones in a range) that float32 can hold. */
export function draw(
  name: string,
  shape: readonly number[],
  range?: readonly [low: number, high: number],
): Nd {
  const random = new Random({ seed: 11, name: `${name} ${shape}` });
  return nd(shape, () => {
    const v = range ? range[0] + (range[1] - range[0]) * random.uniform() : random.normal();
    return Math.fround(v);
  });
}

/** Whole numbers 0 … n − 1. */
export function drawLabels(name: string, size: number, n: number): Int32Array {
  const random = new Random({ seed: 12, name });
  return Int32Array.from({ length: size }, () => random.below(n));
}

/** A float tensor with the values of a reference array. */
export function toDevice(device: Device, x: Nd): Tensor {
  return device.tensor(Float32Array.from(x.data), x.shape);
}

/** A tensor of labels. */
export function labels(device: Device, values: ArrayLike<number>, shape = [values.length]) {
  return device.tensor(Int32Array.from(values), shape, "i32");
}
