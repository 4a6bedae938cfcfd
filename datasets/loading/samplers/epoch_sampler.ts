import { Random } from "../../../core/random.ts";
import { PassSampler } from "./pass_sampler.ts";

/**
 * The default order of training: epoch after epoch, each a fresh permutation of all samples.
 *
 * The permutation of epoch e is `Random(seed, e, "sampler/" + name).permutation(size)`; a batch
 * may span two epochs, so none is short and no sample is left out.
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
export class EpochSampler extends PassSampler {
  /**
   * Draws samples 0 … size − 1.
   *
   * @param options `size`: how many samples. `seed`: of the run. `name`: tells this sampler's
   * orders from those of others in the same run.
   * @throws {RangeError} If there is no sample.
   */
  constructor({ size, seed, name }: { size: number; seed: number; name: string }) {
    super({
      size,
      passLength: size,
      order: (epoch) =>
        new Random({ seed, step: epoch, name: `sampler/${name}` }).permutation(size),
    });
  }
}
