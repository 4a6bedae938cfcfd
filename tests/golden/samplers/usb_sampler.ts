import { TorchRandom } from "./torch_random.ts";
import { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";

/** What {@linkcode usbSampler} takes. */
export interface UsbSamplerOptions {
  /** Number of samples. */
  readonly size: number;
  /** Samples of an epoch over all replicas. */
  readonly epochLength: number;
  /** Processes that share an epoch, 1 by default. */
  readonly replicas?: number;
  /** Which of them this is, from 0. */
  readonly rank?: number;
  /** Weight of each sample, drawn with replacement; none takes permutations. */
  readonly weights?: Float32Array;
}

/**
 * The order of USB and ADELLO: epoch e draws from PyTorch's generator of seed e, whatever the
 * run's seed, as many whole permutations as fit and the head of one more.
 */
export function usbSampler(
  { size, epochLength, replicas = 1, rank = 0, weights }: UsbSamplerOptions,
): PassSampler {
  return new PassSampler({
    size,
    passLength: Math.floor(epochLength / replicas),
    order(epoch) {
      const random = new TorchRandom(epoch), stream = new Int32Array(epochLength);
      for (let at = 0; at < epochLength; at += size) {
        const pass = weights ? random.multinomial(weights, size) : random.randperm(size);
        stream.set(pass.subarray(0, epochLength - at), at);
      }
      return stream.filter((_, i) => i % replicas === rank);
    },
  });
}
