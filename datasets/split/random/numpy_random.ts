import { MAX_SEED } from "../../../core/random.ts";
import { cumulative, firstAbove } from "./cumulative.ts";
import { Mt19937 } from "./mt19937.ts";

/**
 * NumPy's legacy generator, `numpy.random.RandomState`, bit for bit.
 *
 * The splits of DASO, SEVAL, CoSSL, USB, ADELLO and BalPoE are drawn with it.
 *
 * @example np.random.RandomState(0).permutation(5)
 * ```ts
 * import { NumpyRandom } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...new NumpyRandom(0).permutation(5)], [2, 0, 1, 3, 4]);
 * assert.equal(new NumpyRandom(0).random(), 0.5488135039273248);
 * ```
 */
export class NumpyRandom {
  readonly #twister: Mt19937;
  #twin: number | null = null;

  /**
   * `RandomState(seed)`; a seed of more than 32 bits, which NumPy refuses as a number, is
   * `RandomState([seed % 2**32, seed // 2**32])`: every bit counts.
   *
   * @throws {RangeError} If the seed is no whole number from 0 to {@linkcode MAX_SEED}.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`Cannot use seed ${seed}: give a whole number from 0 to ${MAX_SEED}`);
    }
    this.#twister = seed < 2 ** 32
      ? Mt19937.fromNumber(seed)
      : Mt19937.fromKey([seed % 2 ** 32, Math.floor(seed / 2 ** 32)]);
  }

  /** The next word, 0 … 2³² − 1. */
  word(): number {
    return this.#twister.word();
  }

  /** `random()`: a double in [0, 1). */
  random(): number {
    return this.#twister.double();
  }

  /** `uniform(low, high)`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** `randint(low, high)`: a whole number, `high` excluded; the range is at most 2³². */
  randint(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low) {
      throw new RangeError(`Cannot draw from ${low} up to below ${high}: there is nothing between`);
    }
    return low + this.#interval(high - low - 1);
  }

  /** `shuffle(items)`: in place. */
  shuffle<T extends { [index: number]: number; readonly length: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#interval(i), kept = items[i]!; // i and j are inside the list
      items[i] = items[j]!;
      items[j] = kept;
    }
    return items;
  }

  /** `permutation(n)`. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** `choice(n, count)`: with replacement. */
  choice(n: number, count: number): Int32Array<ArrayBuffer> {
    return Int32Array.from({ length: count }, () => this.randint(0, n));
  }

  /** `choice(n, count, replace=False)`. */
  sample(n: number, count: number): Int32Array<ArrayBuffer> {
    checkCount(count, n);
    return this.permutation(n).slice(0, count);
  }

  /** `choice(p.length, count, p=p)`: with replacement, by probability. */
  weightedChoice(p: ArrayLike<number>, count: number): Int32Array<ArrayBuffer> {
    const cdf = cumulative(p);
    return Int32Array.from({ length: count }, () => firstAbove(cdf, this.random()));
  }

  /** `choice(p.length, count, replace=False, p=p)`. */
  weightedSample(p: ArrayLike<number>, count: number): Int32Array<ArrayBuffer> {
    const left = Float64Array.from(p), found: number[] = [];
    checkCount(count, left.filter((value) => value > 0).length);
    while (found.length < count) {
      const draws = Array.from({ length: count - found.length }, () => this.random());
      for (const i of found) left[i] = 0;
      const cdf = cumulative(left);
      found.push(...new Set(draws.map((u) => firstAbove(cdf, u))));
    }
    return Int32Array.from(found);
  }

  /** `standard_normal()`: Marsaglia's polar method, which makes two and keeps one for later. */
  normal(): number {
    if (this.#twin !== null) {
      const kept = this.#twin;
      this.#twin = null;
      return kept;
    }
    for (;;) {
      const x = 2 * this.random() - 1, y = 2 * this.random() - 1, square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt(-2 * Math.log(square) / square);
      this.#twin = factor * x;
      return factor * y;
    }
  }

  /** `standard_exponential()`. */
  exponential(): number {
    return -Math.log(1 - this.random());
  }

  /** `standard_gamma(shape)`. */
  gamma(shape: number): number {
    if (!(shape >= 0)) throw new RangeError(`Cannot draw gamma(${shape}): give 0 or more`);
    if (shape === 1) return this.exponential();
    if (shape === 0) return 0;
    return shape < 1 ? this.#gammaBelowOne(shape) : this.#gammaAboveOne(shape);
  }

  /** `beta(a, b)`: Jöhnk's method up to 1, a ratio of gammas above. */
  beta(a: number, b: number): number {
    if (!(a > 0 && b > 0)) throw new RangeError(`Cannot draw beta(${a}, ${b}): give more than 0`);
    if (a > 1 || b > 1) {
      const x = this.gamma(a);
      return x / (x + this.gamma(b));
    }
    for (;;) {
      const u = this.random(), v = this.random();
      const x = u ** (1 / a), y = v ** (1 / b);
      if (x + y > 1) continue;
      if (x + y > 0) return x / (x + y);
      const logX = Math.log(u) / a, logY = Math.log(v) / b, largest = Math.max(logX, logY);
      const scaled = Math.exp(logX - largest);
      return Math.exp(
        logX - largest - Math.log(scaled + Math.exp(logY - largest)),
      );
    }
  }

  #gammaBelowOne(shape: number): number {
    for (;;) {
      const u = this.random(), v = this.exponential();
      if (u <= 1 - shape) {
        const x = u ** (1 / shape);
        if (x <= v) return x;
      } else {
        const y = -Math.log((1 - u) / shape), x = (1 - shape + shape * y) ** (1 / shape);
        if (x <= v + y) return x;
      }
    }
  }

  #gammaAboveOne(shape: number): number {
    const b = shape - 1 / 3, c = 1 / Math.sqrt(9 * b);
    for (;;) {
      const x = this.normal(), root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root, u = this.random();
      if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
      if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
    }
  }

  /** A whole number 0 … `most`, by masking and rejection; draws nothing for 0. */
  #interval(most: number): number {
    if (most === 0) return 0;
    if (most > 0xffffffff) throw new RangeError(`Cannot draw up to ${most}: at most 2^32 - 1`);
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const value = (this.word() & mask) >>> 0;
      if (value <= most) return value;
    }
  }
}

function checkCount(count: number, available: number): void {
  if (count <= available) return;
  throw new RangeError(`Cannot draw ${count} different numbers: there are ${available}`);
}
