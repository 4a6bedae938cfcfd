import { firstAbove } from "./cumulative.ts";
import { Mt19937 } from "./mt19937.ts";

/**
 * Python's `random.Random`, bit for bit, seeded by a whole number.
 *
 * SimPro's `random` shape, DASO's class-aware sampler and BalPoE's balanced sampler draw with it.
 *
 * @example random.Random(1).shuffle([0, 1, 2, 3])
 * ```ts
 * import { PythonRandom } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new PythonRandom(1).random(), 0.13436424411240122);
 * assert.deepEqual(new PythonRandom(1).shuffle([0, 1, 2, 3]), [3, 0, 2, 1]);
 * ```
 */
export class PythonRandom {
  readonly #twister: Mt19937;

  /**
   * `Random(seed)`; the sign does not count, every bit does.
   *
   * @throws {RangeError} If the seed is no whole number.
   */
  constructor(seed: number | bigint) {
    const whole = BigInt(seed);
    const key: number[] = [];
    for (let rest = whole < 0n ? -whole : whole; rest > 0n; rest >>= 32n) {
      key.push(Number(rest & 0xffffffffn));
    }
    this.#twister = Mt19937.fromKey(key.length > 0 ? key : [0]);
  }

  /** `random()`: a double in [0, 1). */
  random(): number {
    return this.#twister.double();
  }

  /** `getrandbits(bits)`, for 1 … 32 bits. */
  getrandbits(bits: number): number {
    if (!Number.isInteger(bits) || bits < 1 || bits > 32) {
      throw new RangeError(`Cannot draw ${bits} bits: give 1 to 32`);
    }
    return this.#twister.word() >>> (32 - bits);
  }

  /** `randrange(n)`: a whole number 0 … `n` − 1; `n` is below 2³². */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0xffffffff) {
      throw new RangeError(`Cannot draw below ${n}: give a whole number from 1 to 2^32 - 1`);
    }
    const bits = 32 - Math.clz32(n);
    for (;;) {
      const value = this.getrandbits(bits);
      if (value < n) return value;
    }
  }

  /** `randint(low, high)`: a whole number, `high` included. */
  randint(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** `uniform(low, high)`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** `shuffle(items)`: in place. */
  shuffle<T extends { [index: number]: number; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1), kept = items[i]!; // i and j are inside the list
      items[i] = items[j]!;
      items[j] = kept;
    }
    return items;
  }

  /** `shuffle(list(range(n)))`. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** `choice(range(n))`. */
  choice(n: number): number {
    return this.below(n);
  }

  /** `choices(range(n), k=count)`: with replacement. */
  choices(n: number, count: number): Int32Array<ArrayBuffer> {
    return Int32Array.from({ length: count }, () => Math.floor(this.random() * n));
  }

  /** `choices(range(weights.length), weights, k=count)`. */
  weightedChoices(weights: readonly number[], count: number): Int32Array<ArrayBuffer> {
    let sum = 0;
    const sums = weights.map((weight) => sum += weight);
    if (!(sum > 0)) throw new RangeError(`Cannot draw by weights that add up to ${sum}`);
    const last = sums.length - 1;
    return Int32Array.from(
      { length: count },
      () => Math.min(last, firstAbove(sums, this.random() * sum)),
    );
  }

  /** `sample(range(n), count)`: without replacement. */
  sample(n: number, count: number): Int32Array<ArrayBuffer> {
    if (!(count >= 0 && count <= n)) {
      throw new RangeError(`Cannot draw ${count} different numbers: there are ${n}`);
    }
    // CPython compares the memory of a list with that of a set to pick one of two methods.
    const most = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
    return Int32Array.from(n <= most ? this.#fromPool(n, count) : this.#byRedrawing(n, count));
  }

  #fromPool(n: number, count: number): number[] {
    const pool = Array.from({ length: n }, (_, i) => i);
    return Array.from({ length: count }, (_, i) => {
      const j = this.below(n - i), taken = pool[j]!; // j is below n - i <= n
      pool[j] = pool[n - i - 1]!;
      return taken;
    });
  }

  #byRedrawing(n: number, count: number): number[] {
    const taken = new Set<number>();
    while (taken.size < count) taken.add(this.below(n));
    return [...taken];
  }
}
