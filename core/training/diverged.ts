/**
 * Says that a run's loss, weights or logits are not finite any more: its result would be none. The
 * command line prints its sentence and exits with code 1.
 *
 * @example A loss that grew without bound
 * ```ts
 * import { Diverged } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   new Diverged("The loss 'labeled' is NaN by step 20").message,
 *   "The loss 'labeled' is NaN by step 20: the run diverged; start again with a lower learning rate, " +
 *     "or with other settings",
 * );
 * ```
 */
export class Diverged extends Error {
  /** Tells it from other errors. */
  override name = "Diverged";

  /**
   * Says what is not finite, and what to do.
   *
   * @param what What is not finite, as a sentence without its end.
   */
  constructor(what: string) {
    super(
      `${what}: the run diverged; start again with a lower learning rate, or with other settings`,
    );
  }
}
