import { effectiveNumberWeights } from "../../../core/class_weights.ts";
import { PythonRandom } from "../../../datasets/split/random/python_random.ts";
import { TorchRandom } from "./torch_random.ts";
import { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";
import { replayed } from "./replayed.ts";
import { classCounts } from "../../../datasets/loading/samplers/weighted_sampler.ts";

/**
 * DASO's class-aware order: each pass draws with replacement, by effective numbers, from PyTorch's
 * global generator, then shuffles by Python's.
 *
 * @param options `labels`: of all samples. `beta`: of {@linkcode effectiveNumberWeights}.
 */
export function classAwareSampler(
  { labels, classes, beta, torchSeed, pythonSeed, shuffle = true }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly beta: number;
    readonly torchSeed: number;
    readonly pythonSeed: number;
    readonly shuffle?: boolean;
  },
): PassSampler {
  const byClass = effectiveNumberWeights(classCounts(labels, classes), beta);
  const weights = Float64Array.from(labels, (y) => byClass[y]!); // classCounts() checked y
  return new PassSampler({
    size: labels.length,
    passLength: labels.length,
    order: replayed(() => {
      const torch = new TorchRandom(torchSeed), python = new PythonRandom(pythonSeed);
      return () => {
        const drawn = torch.multinomial(weights, labels.length);
        return shuffle ? python.shuffle(drawn) : drawn;
      };
    }),
  });
}

/**
 * CoSSL's class-balanced order: each pass draws with replacement from PyTorch's global generator,
 * by weights `(1/C) / N_y` that are divided in float32.
 */
export function cosslBalancedSampler(
  { labels, classes, seed }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly seed: number;
  },
): PassSampler {
  const byClass = cosslWeights(classCounts(labels, classes));
  const weights = Float64Array.from(labels, (y) => byClass[y]!); // as above
  return new PassSampler({
    size: labels.length,
    passLength: labels.length,
    order: replayed(() => {
      const random = new TorchRandom(seed);
      return () => random.multinomial(weights, labels.length);
    }),
  });
}

/** CoSSL's weight of one sample of each class, in float32. */
export function cosslWeights(counts: readonly number[]): Float32Array {
  return Float32Array.from(counts, (n) => Math.fround(1 / counts.length) / n);
}
