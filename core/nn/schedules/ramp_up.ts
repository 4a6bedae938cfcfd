import type { Schedule } from "./schedule.ts";

/** Settings of {@linkcode rampUp}. */
export interface RampUpOptions {
  /** Length R of the ramp, in the unit of the argument: steps, or epochs; 0 gives 1 at once. */
  readonly length: number;
  /** `linear` by default. */
  readonly shape?: "linear" | "exponential";
}

/**
 * Weight of the unlabeled loss, rising to 1 and staying there.
 *
 * With r = min(t / R, 1), linear gives r, exponential exp(-5 (1 - r)²). DASO and USB count steps and
 * R is a part of the run (0.4, 0.016, 1/64); CoSSL's R is the whole run, in epochs with fractions.
 *
 * @see Laine and Aila, "Temporal Ensembling for Semi-Supervised Learning", ICLR 2017, for the
 * exponential shape; Berthelot et al., "MixMatch", NeurIPS 2019, for the linear one.
 *
 * @example Half-way up
 * ```ts
 * import { rampUp } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rampUp({ length: 100 })(50), 0.5);
 * assert.equal(rampUp({ length: 100, shape: "exponential" })(100), 1);
 * ```
 */
export function rampUp({ length, shape = "linear" }: RampUpOptions): Schedule {
  return (t) => {
    const risen = length === 0 ? 1 : Math.min(Math.max(t / length, 0), 1);
    return shape === "linear" ? risen : Math.exp(-5 * (1 - risen) ** 2);
  };
}
