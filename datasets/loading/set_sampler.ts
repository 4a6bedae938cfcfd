import { effectiveNumberWeights } from "../../core/class_weights.ts";
import type { StreamSpec } from "../../core/training/plugin/needs.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/pass_sampler.ts";
import { classBalancedWeights, classCounts, WeightedSampler } from "./samplers/weighted_sampler.ts";

/** The set that a sampler draws from. */
export interface SampledSet {
  /** What the order of its images goes by, beside the seed: `labeled`, `stream/NAME`. */
  readonly name: string;
  readonly size: number;
  /** Null where a method must not see them. */
  readonly labels: Int32Array | null;
  readonly classes: number;
}

/**
 * A sampler of a set, by its law.
 *
 * @throws {TypeError} If a law that weighs classes is asked for images without labels.
 */
export function setSampler(
  { name, size, labels, classes }: SampledSet,
  { sampler, beta = 0.999, seed }: Pick<StreamSpec, "sampler" | "beta"> & { readonly seed: number },
): Sampler {
  if (sampler === "uniform") return new EpochSampler({ size, seed, name });
  if (!labels) {
    throw new TypeError(`Cannot draw '${name}' ${sampler}: its images have no labels`);
  }
  if (sampler === "class-balanced") {
    return new WeightedSampler({ weights: classBalancedWeights(labels, classes), seed, name });
  }
  const byClass = effectiveNumberWeights(classCounts(labels, classes), beta);
  const weights = Array.from(labels, (y) => byClass[y]!); // classCounts() checked y
  return new WeightedSampler({ weights, seed, name });
}
