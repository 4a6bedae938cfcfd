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

/** How a network of {@link FixMatchShape} is trained, and from where. */
export interface FixMatchTraining extends FixMatchShape {
  readonly parameters: readonly (Parameter & { readonly value: Float32Array })[];
  readonly labels: Int32Array;
  readonly threshold: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Of the averaged network, for those who keep one. */
  readonly averageDecay: number;
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
 * Peers need neither running statistics nor an averaged network; longtail and PyTorch keep both.
 */
export interface FixMatchProblem extends FixMatchTraining {
  /** `[labeled, 3, size, size]`. */
  readonly labeledImages: Float32Array;
  /** `[unlabeled, 3, size, size]`. */
  readonly weakImages: Float32Array;
  /** `[unlabeled, 3, size, size]`. */
  readonly strongImages: Float32Array;
}

/**
 * The step of {@link FixMatchProblem} from bytes: each step makes a weak view of every labeled image,
 * a weak and a strong one of every unlabeled image, anew.
 */
export interface FixMatchViewsProblem extends FixMatchTraining {
  /** `[labeled + unlabeled, size, size, 3]`. */
  readonly bytes: Uint8Array;
}

/** Whether weight decay applies: to matrices and filters, not to scales, shifts and biases. */
export function decays(parameter: Parameter): boolean {
  return parameter.shape.length > 1;
}

/** A step on reproducible noise, with a head wide enough that only some samples pass the mask. */
export function fixmatchProblem(shape: FixMatchShape): FixMatchProblem {
  const pixels = 3 * shape.size ** 2;
  return {
    ...training(shape),
    labeledImages: images(shape.labeled, pixels, 1),
    weakImages: images(shape.unlabeled, pixels, 2),
    strongImages: images(shape.unlabeled, pixels, 3),
  };
}

/** The same, of images whose views are not made yet. */
export function fixmatchViewsProblem(shape: FixMatchShape): FixMatchViewsProblem {
  const noise = images(shape.labeled + shape.unlabeled, 3 * shape.size ** 2, 1);
  const bytes = new Uint8Array(Uint8ClampedArray.from(noise, (v) => 127.5 * (v + 1)));
  return { ...training(shape), bytes };
}

function training(shape: FixMatchShape): FixMatchTraining {
  const parameters = networkShape(shape, shape.size).parameters.map((parameter, i) => ({
    ...parameter,
    value: initialValue(parameter, 100 + i),
  }));
  return {
    ...shape,
    parameters,
    labels: Int32Array.from({ length: shape.labeled }, (_, i) => i % shape.classes),
    threshold: 0.95,
    learningRate: 0.003, // low, as the same batch comes again and again
    momentum: 0.9,
    weightDecay: 5e-4,
    averageDecay: 0.999,
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
