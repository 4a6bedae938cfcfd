import type { Schedule } from "./schedule.ts";
import { linearWarmup } from "./warmup.ts";

/** Settings of {@linkcode cosineDecay}. */
export interface CosineDecayOptions {
  /** Value before the decay. */
  readonly base: number;
  /** Step T at which the decay ends. */
  readonly steps: number;
  /** Where on the cosine it ends, in sixteenths of π; 7 by default, where 0.195 of it is left. */
  readonly sixteenths?: number;
  /** Step W at which the decay starts, 0 by default; it gives `base` before. */
  readonly start?: number;
  /** Whether values below 0 become 0, as they do by default; only past eight sixteenths. */
  readonly clamped?: boolean;
}

/**
 * FixMatch's decay along a part of a cosine: base · max(0, cos(7π/16 · (t - W) / (T - W))).
 *
 * @see Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency and
 * Confidence", NeurIPS 2020, section 2.3.
 *
 * @example A run of 1000 steps
 * ```ts
 * import { cosineDecay } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const learningRate = cosineDecay({ base: 0.03, steps: 1000 });
 * assert.equal(learningRate(0), 0.03);
 * assert.equal(learningRate(1000).toFixed(5), "0.00585");
 * ```
 */
export function cosineDecay(
  { base, steps, sixteenths = 7, start = 0, clamped = true }: CosineDecayOptions,
): Schedule {
  // A run that ends before its warm-up does never gets here; a length of 1 keeps numbers finite.
  const length = Math.max(1, steps - start);
  return (step) => {
    const progress = Math.max(0, step - start) / length;
    const factor = Math.cos(sixteenths / 16 * Math.PI * progress);
    return base * (clamped ? Math.max(0, factor) : factor);
  };
}

/** Settings of {@linkcode warmupCosine}. */
export interface WarmupCosineOptions {
  /** Value after the warm-up. */
  readonly base: number;
  /** Step at which the decay ends. */
  readonly steps: number;
  /** Steps of linear warm-up from 0, none by default; the decay starts after them. */
  readonly warmupSteps?: number;
}

/**
 * The learning rate of SimPro, ACR, and the baselines of USB: linear warm-up from 0, then
 * {@linkcode cosineDecay} over the steps that are left.
 */
export function warmupCosine({ base, steps, warmupSteps = 0 }: WarmupCosineOptions): Schedule {
  return linearWarmup(cosineDecay({ base, steps, start: warmupSteps }), { steps: warmupSteps });
}

/**
 * Decay along half a cosine to 0: base · (1 + cos(πt / T)) / 2.
 *
 * BalPoE steps it once an epoch on ImageNet-LT and iNaturalist, with T the number of epochs.
 *
 * @see Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
 * equation 5, with a minimum of 0 and no restart.
 */
export function halfCosineDecay(
  { base, steps }: { readonly base: number; readonly steps: number },
): Schedule {
  return (step) => base * (1 + Math.cos(Math.PI * step / steps)) / 2;
}
