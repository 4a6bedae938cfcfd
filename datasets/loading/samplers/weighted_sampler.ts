import { Random } from "../../../core/random.ts";
import { cumulative, firstAbove } from "../../split/random/cumulative.ts";
import { PassSampler } from "./pass_sampler.ts";

/**
 * Draws samples with replacement, each with a probability proportional to its weight.
 *
 * Pass p takes its draws from `Random(seed, p, "sampler/" + name)`, 53 bits each.
 *
 * @example A class of one sample is seen as often as a class of three
 * ```ts
 * import { classBalancedWeights, WeightedSampler } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const weights = classBalancedWeights([0, 0, 0, 1], 2);
 * const sampler = new WeightedSampler({ weights, seed: 1, name: "balanced" });
 * const rare = sampler.next(1000).filter((position) => position === 3).length;
 * assert.ok(Math.abs(rare - 500) < 80);
 * ```
 */
export class WeightedSampler extends PassSampler {
  /**
   * Draws with replacement.
   *
   * @param options `weights`: of each sample, from 0 up. `seed`, `name`: as of
   * {@linkcode EpochSampler}.
   * @throws {RangeError} If a weight is negative or not finite, or all are 0.
   */
  constructor(
    { weights, seed, name }: { weights: ArrayLike<number>; seed: number; name: string },
  ) {
    const cdf = cumulative(weights);
    super({
      size: weights.length,
      passLength: Math.max(1, weights.length),
      order(pass) {
        const random = new Random({ seed, step: pass, name: `sampler/${name}` });
        return Int32Array.from(weights, () => {
          const high = random.word() >>> 5, low = random.word() >>> 6;
          return firstAbove(cdf, (high * 2 ** 26 + low) / 2 ** 53);
        });
      },
    });
  }
}

/** Weights under which every class that has samples is drawn equally often: 1 / (C · N_y). */
export function classBalancedWeights(labels: ArrayLike<number>, classes: number): number[] {
  const counts = classCounts(labels, classes);
  return Array.from(labels, (y) => 1 / (classes * counts[y]!)); // classCounts() checked y
}

/** How many samples each class has. Throws a RangeError if a label is no class. */
export function classCounts(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const y = labels[i]!; // i is inside the labels
    if (!(y >= 0 && y < classes)) {
      throw new RangeError(`Cannot weigh sample ${i}: its label ${y} is not below ${classes}`);
    }
    counts[y]!++; // as checked
  }
  return counts;
}
