import type { Schedule } from "./schedule.ts";

/** Settings of {@linkcode linearWarmup} and {@linkcode constantWarmup}. */
export interface WarmupOptions {
  /** Steps W of the warm-up; 0 leaves the schedule as it is. */
  readonly steps: number;
  /** Factor F at step 0, 0 by default. */
  readonly from?: number;
}

/**
 * Multiplies a schedule by a factor that rises along a line to 1: F (1 - t/W) + t/W for t < W.
 *
 * @param schedule What is warmed up; its own clock starts at step 0 all the same.
 *
 * @example Four steps of warm-up
 * ```ts
 * import { constantSchedule, linearWarmup } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const learningRate = linearWarmup(constantSchedule(0.1), { steps: 4 });
 * assert.deepEqual([0, 2, 4, 5].map(learningRate), [0, 0.05, 0.1, 0.1]);
 * ```
 */
export function linearWarmup(schedule: Schedule, { steps, from = 0 }: WarmupOptions): Schedule {
  return (step) => {
    const progress = step < steps ? step / steps : 1;
    return schedule(step) * (from * (1 - progress) + progress);
  };
}

/** Multiplies a schedule by F as long as t < W. */
export function constantWarmup(schedule: Schedule, { steps, from = 0 }: WarmupOptions): Schedule {
  return (step) => schedule(step) * (step < steps ? from : 1);
}
