import { Random } from "../../core/random.ts";
import { checkCursor, type Sampler } from "./sampler.ts";

/**
 * The default order of training: epoch after epoch, each a fresh permutation of all samples.
 *
 * The permutation of epoch e is `Random(seed, e, name).permutation(size)`; a batch may span two
 * epochs, so none is short and no sample is left out.
 *
 * @example Every sample once an epoch, resumed by one number
 * ```ts
 * import { EpochSampler } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const options = { size: 5, seed: 1, name: "labeled" };
 * const sampler = new EpochSampler(options);
 * assert.deepEqual([...sampler.next(5)].sort(), [0, 1, 2, 3, 4]);
 *
 * const resumed = new EpochSampler(options);
 * resumed.seek(sampler.cursor);
 * assert.deepEqual(resumed.next(8), sampler.next(8));
 * ```
 */
export class EpochSampler implements Sampler {
  readonly size: number;
  readonly #seed: number;
  readonly #name: string;
  #cursor = 0;
  #epoch = -1;
  #order = new Int32Array();

  /**
   * @param options `size`: how many samples. `seed`: of the run. `name`: tells this sampler's
   * orders from those of others in the same run.
   * @throws {RangeError} If there is no sample.
   */
  constructor({ size, seed, name }: { size: number; seed: number; name: string }) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`Cannot draw from ${size} samples: at least 1 is needed`);
    }
    this.size = size;
    this.#seed = seed;
    this.#name = `sampler/${name}`;
  }

  get cursor(): number {
    return this.#cursor;
  }

  next(count: number): Int32Array<ArrayBuffer> {
    const batch = new Int32Array(count);
    for (let done = 0; done < count;) {
      const at = this.#cursor % this.size;
      this.#load((this.#cursor - at) / this.size);
      const taken = Math.min(count - done, this.size - at);
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

  #load(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#order = new Random({ seed: this.#seed, step: epoch, name: this.#name })
      .permutation(this.size);
  }
}
