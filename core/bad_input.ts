/**
 * Says that what the user gave is wrong: an option, a file, a folder. The command line prints its
 * sentence and exits with code 2; every other error is a failed run.
 *
 * @example Tell bad input from a bug
 * ```ts
 * import { BadInput } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const error = new BadInput("Cannot read labels.txt: line 3 is empty");
 * assert.equal(error.name, "BadInput");
 * assert(error instanceof Error);
 * ```
 */
export class BadInput extends Error {
  /** What the error is called. */
  override readonly name = "BadInput";
}
