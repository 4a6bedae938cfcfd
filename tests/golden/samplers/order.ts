import { distributedSampler } from "./distributed_sampler.ts";
import type { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";
import { dasoSampler, shuffleSampler } from "./torch_sampler.ts";
import { usbSampler } from "./usb_sampler.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkVectors } from "../splits/check_case.ts";

/** Runs the group `sampler_order`: a case's name begins with its sampler. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  await checkVectors(c, check, { vectors: vectorsOf(c) });
}

function vectorsOf(c: GoldenCase): Record<string, ArrayLike<number>> {
  const { n: size, num_samples: epochLength, replicas, rank, seed, epochs, passes } = c.params;
  if (c.name.startsWith("usb_")) {
    return passesOf(usbSampler({ size, epochLength, replicas, rank }), "epoch", epochs);
  }
  if (c.name.startsWith("torch_distributed_")) {
    return passesOf(distributedSampler({ size, seed, replicas, rank }), "epoch", epochs);
  }
  if (c.name.startsWith("shuffle_loader_")) {
    return passesOf(shuffleSampler({ size, seed }), "pass", [...Array(passes).keys()]);
  }
  if (c.name.startsWith("daso_")) {
    const labelled = { size: c.params.n_labelled, total: c.params.total_labelled };
    const unlabelled = dasoSampler({ size: c.params.n_unlabelled, seed, after: labelled });
    return {
      labelled: dasoSampler({ size: labelled.size, seed }).next(labelled.total),
      unlabelled: unlabelled.next(c.params.total_unlabelled),
    };
  }
  throw new ReferenceError(`No sampler is known for case ${c.name}`);
}

/** The listed passes of a sampler, under names like `epoch3`. */
export function passesOf(
  sampler: PassSampler,
  word: string,
  passes: readonly number[],
): Record<string, ArrayLike<number>> {
  return Object.fromEntries(passes.map((pass) => {
    sampler.seek(pass * sampler.passLength);
    return [`${word}${pass}`, sampler.next(sampler.passLength)];
  }));
}
