import { TorchRandom } from "./torch_random.ts";
import { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";
import { replayed } from "./replayed.ts";

/**
 * The order of DASO and SEVAL: permutations one after another from PyTorch's global generator.
 *
 * The original lists all samples of a run in advance, first the labeled ones, then the unlabeled
 * ones from where the generator then stands.
 *
 * @param options `after`: what was listed before: permutations of `size` up to `total` samples,
 * and always one more.
 */
export function dasoSampler(
  { size, seed, after }: {
    readonly size: number;
    readonly seed: number;
    readonly after?: { readonly size: number; readonly total: number };
  },
): PassSampler {
  return new PassSampler({
    size,
    passLength: size,
    order: replayed(() => {
      const random = new TorchRandom(seed);
      const before = after ? Math.floor(after.total / after.size) + 1 : 0;
      for (let i = 0; i < before; i++) random.randperm(after!.size); // given if before is not 0
      return () => random.randperm(size);
    }),
  });
}

/**
 * The order of a shuffling `DataLoader`, which ACR and CoSSL draw from: each pass seeds a generator
 * of its own from the global one.
 *
 * @param options `loader`: whether the loader draws once more a pass for its workers, before;
 * `batch`: drop the samples at the end of a pass that do not fill a batch of this size.
 */
export function shuffleSampler(
  { size, seed, loader = false, batch = 1 }: {
    readonly size: number;
    readonly seed: number;
    readonly loader?: boolean;
    readonly batch?: number;
  },
): PassSampler {
  return new PassSampler({
    size,
    passLength: size - size % batch,
    order: replayed(() => {
      const random = new TorchRandom(seed);
      return () => {
        if (loader) random.longWord();
        return new TorchRandom(BigInt.asUintN(63, random.longWord())).randperm(size);
      };
    }),
  });
}
