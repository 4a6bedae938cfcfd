import assert from "node:assert/strict";
import { crest, crt, fixmatch, supervised } from "../../../algorithms/mod.ts";
import {
  compose,
  type Device,
  globalAvgPool,
  type Model,
  requestDevice,
  restoreTrainer,
  saveTrainer,
  type Stack,
  stateHash,
  Trainer,
} from "../../../core/mod.ts";
import { openLoader } from "../../../datasets/loading/open_loader.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { datasetViews } from "../../../datasets/views/published/published_views.ts";

const model: Model = {
  name: "tiny",
  build(b, { classes }) {
    const conv = b.conv2d("conv", 3, 4, 3, { padding: 1 });
    const norm = b.batchNorm("norm", 4, { activation: { kind: "relu" } });
    return {
      features: 4,
      forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
      heads: { main: b.linear("fc", 4, classes) },
    };
  },
};

async function trainerOf(device: Device, stack: Stack, seed = 1): Promise<Trainer> {
  const part = (images: number) => ({
    bytes: Uint8Array.from({ length: images * 192 }, (_, i) => (i / 192) % 2 < 1 ? 40 : 200),
    labels: Array.from({ length: images }, (_, i) => i % 2),
  });
  const dataset = await memoryDataset({
    name: "shades",
    classNames: ["dark", "bright"],
    size: 8,
    train: part(60),
    test: part(20),
  });
  const split = makeSplit(labelPool(dataset), {
    seed: 1,
    labeledMax: 6,
    gammaLabeled: 2,
    unlabeledMax: 20,
    gammaUnlabeled: 1,
  });
  const views = datasetViews("default", dataset);
  const loader = await openLoader({ device, dataset, split, seed, views });
  const config = {
    seed,
    steps: 12,
    epochSteps: 4,
    labeled: 4,
    unlabeled: 4,
    learningRate: (step: number) => 0.1 * (1 - step / 12),
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: 1e-4,
    decayRule: "all",
    shrink: 0,
    average: { decay: 0.9, warmup: true, buffers: "average" },
  } as const;
  return new Trainer({ device, model, stack, loader, config });
}

async function runTo(trainer: Trainer, steps: number): Promise<void> {
  await trainer.run({ until: steps });
}

Deno.test("Trainer.run() starts generations anew, and a resumed run goes on bit for bit", async () => {
  const device = await requestDevice();
  const stack = compose(fixmatch({ threshold: 0.5 }), crest({ generations: 3 }));
  const whole = await trainerOf(device, stack);
  await runTo(whole, 12);
  assert.equal(whole.phases.index, 2);
  assert.deepEqual(
    [whole.progress.step, whole.progress.steps, whole.progress.phase],
    [4, 4, 2],
  );
  assert.ok(whole.phases.labels.size > 0);
  // At 4 the next generation is due but not begun; at 6 it is under way.
  for (const at of [4, 6]) {
    const first = await trainerOf(device, stack);
    await runTo(first, at);
    const second = await trainerOf(device, stack);
    restoreTrainer(second, await saveTrainer(first), "test");
    await runTo(second, 12);
    assert.equal(
      await stateHash(await saveTrainer(second)),
      await stateHash(await saveTrainer(whole)),
    );
  }
  device.destroy();
});

Deno.test("a run of the largest seed starts generations anew", async () => {
  const device = await requestDevice();
  const stack = compose(fixmatch({ threshold: 0.5 }), crest({ generations: 3 }));
  const trainer = await trainerOf(device, stack, Number.MAX_SAFE_INTEGER);
  await runTo(trainer, 12);
  assert.equal(trainer.phases.index, 2);
  device.destroy();
});

Deno.test("crt() moves nothing but its own head in the last phase", async () => {
  const device = await requestDevice();
  const trainer = await trainerOf(device, compose(supervised(), crt({ share: 0.5 })));
  const weights = async () =>
    new Map(
      [...(await saveTrainer(trainer)).tensors].filter(([name]) =>
        /^student\/.*(weight|bias)$/.test(name)
      )
        .map(([name, { data }]) => [name, [...data]]),
    );
  const start = await weights();
  await runTo(trainer, 6);
  const before = await weights();
  await runTo(trainer, 12);
  const moved = (a: Awaited<typeof start>, b: Awaited<typeof start>) =>
    [...a.keys()].filter((name) => String(a.get(name)) !== String(b.get(name)));
  assert.ok(!moved(start, before).some((name) => name.includes("crt")));
  assert.ok(moved(start, before).includes("student/conv.weight"));
  assert.deepEqual(moved(before, await weights()), [
    "student/heads.crt.weight",
    "student/heads.crt.bias",
  ]);
  device.destroy();
});
