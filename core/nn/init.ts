import { Random } from "../random.ts";

/** How a parameter starts. */
export type Init =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "unitColumns"; readonly columns: number };

/** All elements the same. */
export function constant(value: number): Init {
  return { kind: "constant", value };
}

/**
 * Kaiming-normal for a convolution: N(0, 2 / (outputs · kernel²)) by fan-out, or by fan-in with
 * `inputs` in place of `outputs` (He et al., 2015; gain √2 as for ReLU).
 */
export function kaimingNormal(channels: number, kernel: number): Init {
  return { kind: "normal", deviation: Math.sqrt(2 / (channels * kernel * kernel)) };
}

/** Xavier-normal for a linear layer: N(0, 2 / (inputs + outputs)) (Glorot and Bengio, 2010). */
export function xavierNormal(inputs: number, outputs: number): Init {
  return { kind: "normal", deviation: Math.sqrt(2 / (inputs + outputs)) };
}

/** PyTorch's default for weights and biases of layers: U(−1/√fanIn, 1/√fanIn). */
export function torchDefault(fanIn: number): Init {
  return { kind: "uniform", bound: 1 / Math.sqrt(fanIn) };
}

/** Uniform directions: the columns of a matrix, U(−1, 1) scaled to length 1, as cosine heads start. */
export function unitColumns(columns: number): Init {
  return { kind: "unitColumns", columns };
}

/**
 * Draws a parameter's start values.
 *
 * @param size Number of values.
 * @param seed Seed of the run.
 * @param name The parameter's name, which alone decides its numbers beside the seed.
 */
export function drawInit(init: Init, size: number, seed: number, name: string): Float32Array {
  const values = new Float32Array(size);
  if (init.kind === "constant") return values.fill(init.value);
  const random = new Random({ seed, name: `init/${name}` });
  const bound = init.kind === "uniform" ? init.bound : 1;
  for (let i = 0; i < size; i++) {
    values[i] = init.kind === "normal"
      ? init.deviation * random.normal()
      : bound * (2 * random.uniform() - 1);
  }
  if (init.kind === "unitColumns") {
    const lengths = new Float64Array(init.columns);
    values.forEach((v, i) => lengths[i % init.columns]! += v * v); // the remainder is a column
    for (let i = 0; i < size; i++) values[i]! /= Math.sqrt(lengths[i % init.columns]!); // as above
  }
  return values;
}
