import type { Device } from "../../../core/autograd/device.ts";
import { greater } from "../../../core/autograd/ops/mod.ts";
import { type Shape, sizeOf } from "../../../core/autograd/shape.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Rng } from "../../../core/training/plugin/step_slots.ts";

/** Draws that a case states for one name. */
export interface PresetDraws {
  readonly uniform?: ArrayLike<number>;
  readonly normal?: ArrayLike<number>;
  readonly integer?: number;
  readonly beta?: number;
  readonly permutation?: ArrayLike<number>;
}

/** Random numbers that a case gives; drawing what it does not give is an error. */
export class PresetRandom implements Rng {
  readonly #device: Device;
  readonly #name: string;
  readonly #draws: PresetDraws;

  constructor(device: Device, name: string, draws: PresetDraws = {}) {
    this.#device = device;
    this.#name = name;
    this.#draws = draws;
  }

  uniform(shape: Shape): Tensor {
    const values = this.#given("uniform", this.#draws.uniform, sizeOf(shape));
    return this.#device.tensor(Float32Array.from(values), shape);
  }

  normal(shape: Shape): Tensor {
    const values = this.#given("normal", this.#draws.normal, sizeOf(shape));
    return this.#device.tensor(Float32Array.from(values), shape);
  }

  bernoulli(p: Tensor): Tensor {
    return greater(p, this.uniform(p.shape));
  }

  integer(): number {
    const { integer } = this.#draws;
    if (integer !== undefined) return integer;
    throw new ReferenceError(`The case gives no whole number of '${this.#name}'`);
  }

  beta(): number {
    const { beta } = this.#draws;
    if (beta === undefined) throw new ReferenceError(`The case gives no beta of '${this.#name}'`);
    return beta;
  }

  permutation(n: number): Tensor<"i32"> {
    const values = this.#given("permutation", this.#draws.permutation, n);
    return this.#device.tensor(Int32Array.from(values), [n], "i32");
  }

  #given(kind: string, values: ArrayLike<number> | undefined, size: number): ArrayLike<number> {
    if (values?.length === size) return values;
    throw new ReferenceError(
      `The method draws ${size} ${kind} numbers of '${this.#name}', the case gives ${
        values?.length ?? "none"
      }`,
    );
  }
}
