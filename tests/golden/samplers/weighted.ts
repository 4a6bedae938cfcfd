import { blendChances } from "../../../algorithms/addons/cossl/tail_blend.ts";
import { bucketSampler } from "./bucket_sampler.ts";
import { classAwareSampler, cosslBalancedSampler, cosslWeights } from "./class_aware_sampler.ts";
import { usbSampler } from "./usb_sampler.ts";
import { effectiveNumberWeights, scaleWeights } from "../../../core/class_weights.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkVectors } from "../splits/check_case.ts";
import { repeatLabels } from "../splits/labels.ts";
import { passesOf } from "./order.ts";

const WEIGHTS = { relative: 1e-6, absolute: 0, elementwise: true };

/** Runs the group `sampler_weighted`. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { counts, class_weights: weights, retain_epoch_size: retain, passes } = c.params;
  if (c.name.startsWith("daso_")) return await checkClassAware(c, check);
  if (retain !== undefined) {
    const labels = c.ints("labels"), classes = Math.max(...labels) + 1;
    const sampler = bucketSampler({ labels, classes, seed: c.params.python_seed, retain });
    const epochs = c.tensorNames.filter((name) => /^epoch\d+$/.test(name))
      .map((name) => Number(name.slice("epoch".length)));
    return await checkVectors(c, check, { vectors: passesOf(sampler, "epoch", epochs) });
  }
  if (weights) {
    const own = Float32Array.from(repeatLabels(counts), (y) => weights[y]);
    const sampler = usbSampler({
      size: own.length,
      epochLength: c.params.num_samples,
      weights: own,
    });
    return await checkVectors(c, check, { vectors: passesOf(sampler, "epoch", c.params.epochs) });
  }
  if (passes) {
    const labels = repeatLabels(counts), { torch_seed: seed } = c.params;
    check.close(
      "sample_class_weight",
      cosslWeights(counts),
      c.tensor("sample_class_weight"),
      WEIGHTS,
    );
    const sampler = cosslBalancedSampler({ labels, classes: counts.length, seed });
    return await checkVectors(c, check, {
      vectors: passesOf(sampler, "pass", [...Array(passes).keys()]),
      given: ["sample_class_weight"],
    });
  }
  if (c.has("probability")) {
    return check.close("probability", blendChances(counts), c.tensor("probability"), WEIGHTS);
  }
  if (!c.name.startsWith("class_weights")) {
    throw new ReferenceError(`No sampler is known for case ${c.name}`);
  }
  for (const name of c.tensorNames) {
    const wanted = c.tensor(name), own = Number(/b = ([\d.]+)$/.exec(wanted.meaning)?.[1]);
    check.close(name, scaleWeights(effectiveNumberWeights(counts, own)), wanted, WEIGHTS);
  }
}

async function checkClassAware(c: GoldenCase, check: Check): Promise<void> {
  const { counts, beta, shuffle, total_samples, torch_seed, python_seed } = c.params;
  const weights = effectiveNumberWeights(counts, beta);
  const drawn = weights.map((weight, y) => weight * counts[y]);
  check.close("class_weight", weights, c.scalar("class_weight"), WEIGHTS);
  check.close(
    "printed_probability",
    scaleWeights(weights, 1),
    c.tensor("printed_probability"),
    WEIGHTS,
  );
  check.close("class_probability", scaleWeights(drawn, 1), c.tensor("class_probability"), WEIGHTS);
  const sampler = classAwareSampler({
    labels: repeatLabels(counts),
    classes: counts.length,
    beta,
    torchSeed: torch_seed,
    pythonSeed: python_seed,
    shuffle,
  });
  await checkVectors(c, check, {
    vectors: { indices: sampler.next(total_samples) },
    given: ["class_weight", "printed_probability", "class_probability"],
  });
}
