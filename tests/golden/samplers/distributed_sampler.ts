import { TorchRandom } from "./torch_random.ts";
import { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";

/** What {@linkcode distributedSampler} takes. */
export interface DistributedSamplerOptions {
  /** Number of samples. */
  readonly size: number;
  /** Seed of the first pass, 0 by default. */
  readonly seed?: number;
  /** Processes that share a pass, 1 by default. */
  readonly replicas?: number;
  /** Which of them this is, from 0. */
  readonly rank?: number;
  /** Drop the samples at the end of a pass that do not fill a batch of this size. */
  readonly batch?: number;
}

/**
 * The order of PyTorch's `DistributedSampler`, which SimPro draws from: pass e is `randperm(size)`
 * by the generator of seed `seed + e`, padded with its own head to a multiple of the replicas.
 *
 * The originals leave the seed at 0 whatever the run's seed.
 */
export function distributedSampler(
  { size, seed = 0, replicas = 1, rank = 0, batch = 1 }: DistributedSamplerOptions,
): PassSampler {
  const each = Math.ceil(size / replicas);
  return new PassSampler({
    size,
    passLength: each - each % batch,
    order(pass) {
      const order = new TorchRandom(seed + pass).randperm(size);
      return Int32Array.from({ length: each }, (_, i) => order[(i * replicas + rank) % size]!); // in it
    },
  });
}
