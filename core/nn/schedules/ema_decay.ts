import type { Schedule } from "./schedule.ts";

/**
 * Decay of a weight average that forgets its random start: min(decay, 1 - 1 / (t + 1)).
 *
 * Step 0 copies the weights, and up to 1 / (1 - decay) steps it is their plain mean. DASO and SEVAL
 * average so, ADELLO's code optionally; CReST passes the step within its generation.
 *
 * @param options.decay Decay in the long run, 0.999 in all of these.
 *
 * @example The first steps
 * ```ts
 * import { warmupEmaDecay } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 1, 3, 5000].map(warmupEmaDecay({ decay: 0.999 })), [0, 0.5, 0.75, 0.999]);
 * ```
 */
export function warmupEmaDecay({ decay }: { readonly decay: number }): Schedule {
  return (step) => Math.min(decay, 1 - 1 / (step + 1));
}
