import { type Distribution, drawKernel } from "../../../kernels/draw.ts";
import { pointwiseGroups } from "../../../kernels/pointwise.ts";
import { Random } from "../../random.ts";
import type { Device } from "../device.ts";
import type { DType } from "../elements.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Names a sequence of random numbers, as for {@linkcode Random}. */
export interface RandomKey {
  /** Seed of the run. */
  readonly seed: number;
  /** Step of the run, 0 by default. */
  readonly step?: number;
  /** What the numbers are for; other names have other numbers. */
  readonly name: string;
}

/**
 * Numbers in [0, 1), drawn on the GPU. Element `i` is bit for bit what the `i`-th call of
 * `uniform()` of a `Random` of the same key returns.
 *
 * @throws {RangeError} If the seed or the step is out of range.
 *
 * @example The same numbers on the GPU and the host
 * ```ts
 * import { Random, randomUniform, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice(), key = { seed: 7, step: 3, name: "dropout" };
 * const numbers = await device.read(randomUniform(device, [5], key));
 * const random = new Random(key);
 * assert.deepEqual([...numbers], Array.from({ length: 5 }, () => random.uniform()));
 * device.destroy();
 * ```
 */
export function randomUniform(device: Device, shape: Shape, key: RandomKey): Tensor {
  return draw(device, device.empty(shape), "uniform", key);
}

/**
 * Standard normal numbers, drawn on the GPU from the words that `normal()` of a `Random` of the same
 * key takes; equal to it but for the adapter's rounding of logarithm and cosine.
 */
export function randomNormal(device: Device, shape: Shape, key: RandomKey): Tensor {
  return draw(device, device.empty(shape), "normal", key);
}

/** Ones with probability `p`, else zeros, drawn on the GPU: element `i` is 1 where `uniform() < p`. */
export function randomBernoulli(
  device: Device,
  shape: Shape,
  { p, ...key }: RandomKey & { readonly p: number },
): Tensor {
  return draw(device, device.empty(shape), "bernoulli", { ...key, p });
}

/** Words of 32 random bits, drawn on the GPU, bit for bit those of a `Random` of the same key. */
export function randomWords(device: Device, shape: Shape, key: RandomKey): Tensor<"u32"> {
  return draw(device, device.empty(shape, "u32"), "words", key);
}

function draw<D extends DType>(
  device: Device,
  y: Tensor<D>,
  distribution: Distribution,
  { p = 0, ...name }: RandomKey & { readonly p?: number },
): Tensor<D> {
  const { key: [key0, key1], counter: [, step, low, high] } = new Random(name);
  device.dispatch(
    drawKernel(distribution),
    { y },
    { n: Math.ceil(y.size / 4), step, low, high, key0, key1, p },
    pointwiseGroups(y.size),
  );
  return y;
}
