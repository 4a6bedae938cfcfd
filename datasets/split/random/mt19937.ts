const SIZE = 624;
const MIDDLE = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998): the words that NumPy, Python and
 * PyTorch all draw from, seeded as each of them does. Own code, as the generators on top of it:
 * published splits come out image for image only if every draw is theirs.
 *
 * @example The first word of seed 5489, the authors' default
 * ```ts
 * import { Mt19937 } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(Mt19937.fromNumber(5489).word(), 3499211612);
 * ```
 */
export class Mt19937 {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  private constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = this.#state[i - 1]!; // i is inside the state, here and below
      this.#state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** The authors' `init_genrand`; only the lower 32 bits of the seed count. */
  static fromNumber(seed: number | bigint): Mt19937 {
    return new Mt19937(Number(BigInt.asUintN(32, BigInt(seed))));
  }

  /** The authors' `init_by_array`: every word of the key counts. */
  static fromKey(key: readonly number[]): Mt19937 {
    if (key.length === 0) throw new RangeError("Cannot seed with a key of no words");
    const made = new Mt19937(19650218), state = made.#state;
    let at = 1;
    const mix = (factor: number, add: number, last: number) => {
      const before = state[at - 1]!;
      state[at] = (state[at]! ^ Math.imul(before ^ (before >>> 30), factor)) + add - last;
      if (++at === SIZE) {
        state[0] = state[SIZE - 1]!;
        at = 1;
      }
    };
    for (let k = 0; k < Math.max(SIZE, key.length); k++) {
      const j = k % key.length;
      mix(1664525, key[j]! + j, 0);
    }
    for (let k = 1; k < SIZE; k++) mix(1566083941, 0, at);
    state[0] = 0x80000000;
    return made;
  }

  /** The next word, 0 … 2³² − 1. */
  word(): number {
    if (this.#next === SIZE) this.#regenerate();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A double in [0, 1) of 53 bits from two words, as NumPy and Python make it. */
  double(): number {
    const high = this.word() >>> 5, low = this.word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  #regenerate(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
