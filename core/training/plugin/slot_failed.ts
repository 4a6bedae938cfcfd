import { DeviceLost } from "../../autograd/error_watch.ts";
import { BadInput } from "../../bad_input.ts";
import { RefusedFile } from "../../refused_file.ts";
import { Diverged } from "../diverged.ts";
import type { ErasedSpec } from "./algorithm.ts";

/**
 * Says that a slot of a method threw something, and which one. The command line prints its sentence and
 * exits with code 1.
 *
 * @example A mask that reads what is not there
 * ```ts
 * import { SlotFailed } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const { message } = new SlotFailed("mine", "mask", new TypeError("x is undefined"));
 * assert.equal(message, "The slot 'mask' of the method 'mine' failed: x is undefined");
 * ```
 */
export class SlotFailed extends Error {
  /** Tells it from other errors. */
  override readonly name = "SlotFailed";
  /** Name of the method. */
  readonly method: string;
  /** Name of the slot. */
  readonly slot: string;

  /**
   * Says whose slot failed, and why.
   *
   * @param cause What the slot threw.
   */
  constructor(method: string, slot: string, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(`The slot '${slot}' of the method '${method}' failed: ${what}`, { cause });
    this.method = method;
    this.slot = slot;
  }
}

/** Errors that say themselves what is wrong, and whose place is no slot. */
const CLEAR = [SlotFailed, BadInput, RefusedFile, Diverged, DeviceLost];

/**
 * Runs a slot of a method.
 *
 * @param method Its name.
 * @throws {SlotFailed} If it throws what does not say by itself whose it is.
 */
export function inSlot<T>(method: string, slot: keyof ErasedSpec, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw named(error, method, slot);
  }
}

/** Runs a slot that may wait; see {@linkcode inSlot}. */
export async function inHostSlot<T>(
  method: string,
  slot: keyof ErasedSpec,
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw named(error, method, slot);
  }
}

function named(error: unknown, method: string, slot: string): unknown {
  return CLEAR.some((kind) => error instanceof kind) ? error : new SlotFailed(method, slot, error);
}
