import { effectiveNumberWeights } from "../../core/training/plugin/class_weights.ts";
import type { StreamSpec } from "../../core/training/plugin/algorithm.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/pass_sampler.ts";
import { classBalancedWeights, classCounts, WeightedSampler } from "./samplers/weighted_sampler.ts";

/** What a stream draws from. */
export interface StreamSource {
  readonly size: number;
  /** Null where a method must not see them. */
  readonly labels: Int32Array | null;
  readonly classes: number;
}

/**
 * The sampler of a declared stream.
 *
 * @throws {TypeError} If a sampler that weighs classes is asked for images without labels.
 */
export function streamSampler(
  name: string,
  { sampler, beta = 0.999 }: StreamSpec,
  { source, seed }: { readonly source: StreamSource; readonly seed: number },
): Sampler {
  const { size, labels, classes } = source;
  const full = `stream/${name}`;
  if (sampler === "uniform") return new EpochSampler({ size, seed, name: full });
  if (!labels) {
    throw new TypeError(`The stream '${name}' cannot be ${sampler}: its images have no labels`);
  }
  if (sampler === "class-balanced") {
    return new WeightedSampler({
      weights: classBalancedWeights(labels, classes),
      seed,
      name: full,
    });
  }
  const byClass = effectiveNumberWeights(classCounts(labels, classes), beta);
  const weights = Array.from(labels, (y) => byClass[y]!); // classCounts() checked y
  return new WeightedSampler({ weights, seed, name: full });
}
