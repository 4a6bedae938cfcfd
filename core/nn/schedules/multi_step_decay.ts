import type { Schedule } from "./schedule.ts";

/** Settings of {@linkcode multiStepDecay}. */
export interface MultiStepDecayOptions {
  /** Value before the first milestone. */
  readonly base: number;
  /** Steps that already have the lower value. */
  readonly milestones: readonly number[];
  /** What each milestone multiplies by. */
  readonly factor: number;
}

/**
 * Drops at milestones: base · factor^(number of milestones <= t).
 *
 * @example Two drops
 * ```ts
 * import { multiStepDecay } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const learningRate = multiStepDecay({ base: 8, milestones: [10, 20], factor: 0.5 });
 * assert.deepEqual([9, 10, 19, 20].map(learningRate), [8, 4, 4, 2]);
 * ```
 */
export function multiStepDecay({ base, milestones, factor }: MultiStepDecayOptions): Schedule {
  return (step) => base * factor ** milestones.filter((milestone) => milestone <= step).length;
}

/** Settings of {@linkcode stairDecay}. */
export interface StairDecayOptions {
  /** Value of the first stair. */
  readonly base: number;
  /** Steps a stair. */
  readonly every: number;
  /** What each stair multiplies by. */
  readonly factor: number;
  /** Step at which the first stair begins, 0 by default; it gives `base` before. */
  readonly start?: number;
}

/** Drops at regular intervals: base · factor^⌊(t - start) / every⌋. */
export function stairDecay({ base, every, factor, start = 0 }: StairDecayOptions): Schedule {
  return (step) => base * factor ** Math.floor(Math.max(0, step - start) / every);
}
