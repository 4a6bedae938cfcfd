/** Four unsigned 32-bit words. */
export type Words = [number, number, number, number];

/**
 * Philox4x32-10: turns a counter and a key into four random words, without any state.
 *
 * Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). The GPU computes the
 * same function, so a number is the same wherever it is drawn.
 *
 * @param counter Which block of four words.
 * @param key Which sequence.
 * @returns Four words, each uniform over 0 … 2³² − 1.
 *
 * @example A known answer
 * ```ts
 * import { philox } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
 * ```
 */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, a), low0 = Math.imul(0xd2511f53, a);
    const high1 = multiplyHigh(0xcd9e8d57, c), low1 = Math.imul(0xcd9e8d57, c);
    a = (high1 ^ b ^ k0) >>> 0;
    c = (high0 ^ d ^ k1) >>> 0;
    b = low1 >>> 0;
    d = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(x: number, y: number): number {
  const xl = x & 0xffff, xh = x >>> 16, yl = y & 0xffff, yh = y >>> 16;
  // Both sums stay below 2³², so shifts are exact.
  const middle = xh * yl + (xl * yl >>> 16);
  const rest = xl * yh + (middle & 0xffff);
  return (xh * yh + (middle >>> 16) + (rest >>> 16)) >>> 0;
}

/** FNV-1a, 64 bits, over the UTF-8 bytes of a name, as [low, high] words. */
export function hashName(name: string): [low: number, high: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)];
}

/** The largest seed: what a double counts exactly. */
export const MAX_SEED: number = Number.MAX_SAFE_INTEGER;

/**
 * Random numbers named by (seed, step, name): the same three give the same numbers on any
 * machine, in any order of asking, so nothing has to be saved.
 *
 * Word `i` is word `i mod 4` of `philox([⌊i / 4⌋, step, low, high], [seed mod 2³², ⌊seed / 2³²⌋])`
 * where `[low, high]` is {@linkcode hashName}`(name)`. Methods draw the words one after another.
 *
 * @example Named, so independent of what else was drawn
 * ```ts
 * import { Random } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const a = new Random({ seed: 7, step: 3, name: "mixup" });
 * const b = new Random({ seed: 7, step: 3, name: "mixup" });
 * assert.equal(a.uniform(), b.uniform());
 * assert.deepEqual([...a.permutation(5)].sort(), [0, 1, 2, 3, 4]);
 * ```
 */
export class Random {
  /** Philox key: the seed. */
  readonly key: readonly [number, number];
  /** Philox counter of the first block; the first word counts blocks. */
  readonly counter: Readonly<Words>;
  #block: Words = [0, 0, 0, 0];
  #drawn = 0;

  /**
   * Numbers of a seed, a step and a name; the same three give the same numbers.
   *
   * @throws {RangeError} If the seed or the step is not a natural number in range.
   */
  constructor({ seed, step = 0, name }: { seed: number; step?: number; name: string }) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`Cannot use seed ${seed}: give a whole number from 0 to ${MAX_SEED}`);
    }
    if (!Number.isInteger(step) || step < 0 || step > 0xffffffff) {
      throw new RangeError(`Cannot draw for step ${step}: give a whole number below 2^32`);
    }
    this.key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    this.counter = [0, step, ...hashName(name)];
  }

  /** The next word, uniform over 0 … 2³² − 1. */
  word(): number {
    const at = this.#drawn % 4;
    if (at === 0) {
      const [, step, low, high] = this.counter;
      this.#block = philox([this.#drawn / 4, step, low, high], this.key);
    }
    this.#drawn++;
    return this.#block[at]!; // at is 0 … 3
  }

  /** A float32 number in [0, 1): the upper 24 bits of a word. */
  uniform(): number {
    return (this.word() >>> 8) / 2 ** 24;
  }

  /** A whole number in 0 … `n` − 1, without bias. `n` is at most 2³². */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`Cannot draw below ${n}: give a whole number from 1 to 2^32`);
    }
    const fair = 2 ** 32 - 2 ** 32 % n;
    for (;;) {
      const word = this.word();
      if (word < fair) return word % n;
    }
  }

  /** True with probability `p`. */
  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  /** A standard normal number, by the Box–Muller transform of two words. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A gamma number of scale 1 (Marsaglia and Tsang, 2000). */
  gamma(shape: number): number {
    if (!(shape > 0)) {
      throw new RangeError(`Cannot draw gamma(${shape}): its shape must be above 0`);
    }
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal(), v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.uniform()) < x * x / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /** A beta number in [0, 1], as mixup draws its weights. */
  beta(a: number, b: number): number {
    const x = this.gamma(a), y = this.gamma(b);
    return x === 0 && y === 0 ? 0.5 : x / (x + y);
  }

  /** Puts `items` into random order, in place (Fisher–Yates), and returns it. */
  shuffle<T extends { [index: number]: number; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i]!; // i and j are inside the list
      items[i] = items[j]!;
      items[j] = kept;
    }
    return items;
  }

  /** The numbers 0 … `n` − 1 in random order. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }
}
