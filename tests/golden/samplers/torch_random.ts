import { cumulative } from "../../../datasets/split/random/cumulative.ts";
import { Mt19937 } from "../../../datasets/split/random/mt19937.ts";

/**
 * PyTorch's generator on the CPU, `torch.Generator().manual_seed(seed)`, bit for bit.
 *
 * The training order of USB, ADELLO, SimPro, ACR, DASO and CoSSL is made with it.
 */
export class TorchRandom {
  readonly #twister: Mt19937;

  /** Only the lower 32 bits of the seed count. */
  constructor(seed: number | bigint) {
    this.#twister = Mt19937.fromNumber(seed);
  }

  /** The next word, 0 … 2³² − 1. */
  word(): number {
    return this.#twister.word();
  }

  /** Two words, the first one on top. */
  longWord(): bigint {
    const high = BigInt(this.word());
    return (high << 32n) | BigInt(this.word());
  }

  /** `rand(())` in float32: 24 bits. */
  float(): number {
    return (this.word() & 0xffffff) / 2 ** 24;
  }

  /** `rand((), dtype=float64)`: 53 bits. */
  double(): number {
    const high = this.word() & 0x1fffff;
    return (high * 2 ** 32 + this.word()) / 2 ** 53;
  }

  /** `randint(low, high, ())`: a whole number, `high` excluded; the range is below 2³². */
  randint(low: number, high: number): number {
    if (!Number.isSafeInteger(low) || !(high > low && high - low < 2 ** 32)) {
      throw new RangeError(`Cannot draw from ${low} up to below ${high}`);
    }
    return low + this.word() % (high - low);
  }

  /** `randperm(n)`, for `n` below 2³² / 20. */
  randperm(n: number): Int32Array<ArrayBuffer> {
    const items = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + this.word() % (n - i), kept = items[i]!; // i and j are below n
      items[i] = items[j]!;
      items[j] = kept;
    }
    return items;
  }

  /**
   * `multinomial(weights, count, replacement=True)`.
   *
   * @param weights A Float32Array is summed and compared in float32, anything else in float64.
   */
  multinomial(weights: ArrayLike<number>, count: number): Int32Array<ArrayBuffer> {
    const cdf = weights instanceof Float32Array ? cumulativeSingle(weights) : cumulative(weights);
    return Int32Array.from({ length: count }, () => firstAtLeast(cdf, this.double()));
  }
}

/** As `cumulative()`, with every sum and quotient rounded to float32. */
function cumulativeSingle(weights: Float32Array): Float32Array {
  let total = 0;
  const sums = weights.map((weight) => total = Math.fround(total + weight));
  return sums.map((sum) => sum / total);
}

/** First index whose entry of a rising list is at least `value`; the length if none is. */
function firstAtLeast(rising: ArrayLike<number>, value: number): number {
  let low = 0, high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! >= value) high = middle; // low <= middle < high <= length
    else low = middle + 1;
  }
  return low;
}
