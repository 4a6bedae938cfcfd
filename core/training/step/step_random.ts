import type { Device } from "../../autograd/device.ts";
import { greater } from "../../autograd/ops/pointwise.ts";
import { randomNormal, randomUniform } from "../../autograd/ops/random.ts";
import type { Shape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { Random } from "../../random.ts";
import type { Rng } from "../plugin/step_slots.ts";

/** Random numbers of one name in one step; asking twice in one step gives the same numbers. */
export class StepRandom implements Rng {
  readonly #device: Device;
  readonly #key: { readonly seed: number; readonly step: number; readonly name: string };

  constructor(device: Device, key: { seed: number; step: number; name: string }) {
    this.#device = device;
    this.#key = key;
  }

  uniform(shape: Shape): Tensor {
    return randomUniform(this.#device, shape, this.#key);
  }

  normal(shape: Shape): Tensor {
    return randomNormal(this.#device, shape, this.#key);
  }

  bernoulli(p: Tensor): Tensor {
    return greater(p, this.uniform(p.shape));
  }

  integer(n: number): number {
    return Math.floor(n * new Random(this.#key).uniform());
  }

  beta(alpha: number): number {
    return new Random(this.#key).beta(alpha, alpha);
  }

  permutation(n: number): Tensor<"i32"> {
    return this.#device.tensor(new Random(this.#key).permutation(n), [n], "i32");
  }
}
