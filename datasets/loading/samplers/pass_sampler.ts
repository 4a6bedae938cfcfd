/**
 * Says which sample comes next, for ever.
 *
 * What it gives depends only on how it was made and on `cursor`, so saving that one number is
 * enough to go on as if nothing had happened.
 */
export interface Sampler {
  /** How many samples it draws from; it gives positions 0 … `size` − 1. */
  readonly size: number;
  /** How many positions were given so far. */
  readonly cursor: number;
  /** The next `count` positions. */
  next(count: number): Int32Array<ArrayBuffer>;
  /** Goes on as if `cursor` positions had been given. */
  seek(cursor: number): void;
}

/** Refuses what cannot be a cursor. */
export function checkCursor(cursor: number): void {
  if (Number.isSafeInteger(cursor) && cursor >= 0) return;
  throw new RangeError(`Cannot go to sample ${cursor}: give a whole number from 0 up`);
}

/** What a {@linkcode PassSampler} is made of. */
export interface PassOptions {
  /** How many samples are drawn from. */
  readonly size: number;
  /** How many positions a pass gives; the rest of its order is dropped. */
  readonly passLength: number;
  /** The order of a pass; at least `passLength` positions. */
  order(pass: number): Int32Array;
}

/**
 * Gives positions pass after pass, each pass in an order that follows from its number.
 *
 * @example Forwards, then backwards
 * ```ts
 * import { PassSampler } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const order = (pass: number) => Int32Array.from(pass % 2 === 0 ? [0, 1, 2] : [2, 1, 0]);
 * const sampler = new PassSampler({ size: 3, passLength: 3, order });
 * assert.deepEqual([...sampler.next(5)], [0, 1, 2, 2, 1]);
 * ```
 */
export class PassSampler implements Sampler {
  readonly size: number;
  /** How many positions a pass gives. */
  readonly passLength: number;
  readonly #make: (pass: number) => Int32Array;
  #cursor = 0;
  #pass = -1;
  #order: Int32Array = new Int32Array();

  /**
   * Draws from pass 0 on.
   *
   * @throws {RangeError} If there is no sample, or a pass gives none.
   */
  constructor({ size, passLength, order }: PassOptions) {
    for (const [what, n] of [["samples", size], ["positions a pass", passLength]] as const) {
      if (Number.isSafeInteger(n) && n >= 1) continue;
      throw new RangeError(`Cannot draw from ${n} ${what}: at least 1 is needed`);
    }
    this.size = size;
    this.passLength = passLength;
    this.#make = order;
  }

  get cursor(): number {
    return this.#cursor;
  }

  next(count: number): Int32Array<ArrayBuffer> {
    const batch = new Int32Array(count);
    for (let done = 0; done < count;) {
      const at = this.#cursor % this.passLength;
      this.#load((this.#cursor - at) / this.passLength);
      const taken = Math.min(count - done, this.passLength - at);
      batch.set(this.#order.subarray(at, at + taken), done);
      done += taken;
      this.#cursor += taken;
    }
    return batch;
  }

  seek(cursor: number): void {
    checkCursor(cursor);
    this.#cursor = cursor;
  }

  #load(pass: number): void {
    if (pass === this.#pass) return;
    const order = this.#make(pass);
    if (order.length < this.passLength) {
      throw new RangeError(`Pass ${pass} has ${order.length} positions, not ${this.passLength}`);
    }
    this.#order = order;
    this.#pass = pass;
  }
}
