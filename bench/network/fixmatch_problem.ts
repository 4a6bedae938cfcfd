import { randomArray } from "../random_array.ts";
import { networkShape, type Parameter } from "./network_shape.ts";
import type { WideResNet } from "./wide_resnet.ts";

/** Sizes of a FixMatch step. */
export interface FixMatchShape extends WideResNet {
  readonly labeled: number;
  readonly unlabeled: number;
  /** Height and width of the images, pixels. */
  readonly size: number;
}

/**
 * One training step of FixMatch (Sohn et al. 2020, equations 3 and 4), to be repeated on one batch:
 *
 * 1. the weak views through the network, batch statistics, no gradient; `max softmax ≥ threshold`
 *    gives the mask, `argmax` the target;
 * 2. labeled and strong views in one pass with gradient; loss = mean cross entropy of the labeled
 *    rows + mean of mask × cross entropy of the strong rows;
 * 3. SGD with Nesterov momentum; weights of convolutions and of the linear layer decay.
 *
 * Neither running statistics nor an averaged network: peers are not charged for either.
 */
export interface FixMatchProblem extends FixMatchShape {
  readonly parameters: readonly (Parameter & { readonly value: Float32Array })[];
  /** `[labeled, 3, size, size]`. */
  readonly labeledImages: Float32Array;
  readonly labels: Int32Array;
  /** `[unlabeled, 3, size, size]`. */
  readonly weakImages: Float32Array;
  /** `[unlabeled, 3, size, size]`. */
  readonly strongImages: Float32Array;
  readonly threshold: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Whether weight decay applies: to matrices and filters, not to scales, shifts and biases. */
export function decays(parameter: Parameter): boolean {
  return parameter.shape.length > 1;
}

/** A step on reproducible noise, with a head wide enough that only some samples pass the mask. */
export function fixmatchProblem(shape: FixMatchShape): FixMatchProblem {
  const parameters = networkShape(shape, shape.size).parameters.map((parameter, i) => ({
    ...parameter,
    value: initialValue(parameter, 100 + i),
  }));
  const pixels = 3 * shape.size ** 2;
  return {
    ...shape,
    parameters,
    labeledImages: images(shape.labeled, pixels, 1),
    labels: Int32Array.from({ length: shape.labeled }, (_, i) => i % shape.classes),
    weakImages: images(shape.unlabeled, pixels, 2),
    strongImages: images(shape.unlabeled, pixels, 3),
    threshold: 0.95,
    learningRate: 0.003, // low, as the same batch comes again and again
    momentum: 0.9,
    weightDecay: 5e-4,
  };
}

/** Noise of a different strength and offset in each image, so that the images can be told apart. */
function images(count: number, pixels: number, seed: number): Float32Array {
  const look = randomArray(2 * count, 1000 + seed);
  return randomArray(count * pixels, seed).map((noise, i) => {
    const image = Math.trunc(i / pixels);
    return (look[2 * image] ?? 0) * noise + (look[2 * image + 1] ?? 0);
  });
}

/** Kaiming's deviation (fan-out) for filters; norms near one and zero; a wide head. */
function initialValue({ name, shape }: Parameter, seed: number): Float32Array {
  const noise = randomArray(shape.reduce((a, b) => a * b, 1), seed);
  if (shape.length === 4) {
    const [out = 1, , height = 1, width = 1] = shape;
    const scale = Math.sqrt(3 * 2 / (out * height * width)); // a uniform's deviation is 1 / √3
    return noise.map((v) => v * scale);
  }
  if (shape.length === 2) return noise.map((v) => v * 2);
  return noise.map((v) => name.endsWith(".weight") ? 1 + 0.1 * v : 0.1 * v);
}
