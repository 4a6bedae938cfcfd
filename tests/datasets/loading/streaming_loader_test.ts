import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { constantSchedule } from "../../../core/nn/schedules/schedule.ts";
import { crossEntropy } from "../../../core/autograd/ops/cross_entropy.ts";
import { mul } from "../../../core/autograd/ops/pointwise.ts";
import { mean } from "../../../core/autograd/ops/reduce.ts";
import type { Algorithm } from "../../../core/training/plugin/algorithm.ts";
import { defineAlgorithm } from "../../../core/training/plugin/define_algorithm.ts";
import { restoreTrainer, saveTrainer, stateHash } from "../../../core/training/checkpoint.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Loader } from "../../../core/training/loader.ts";
import { Trainer } from "../../../core/training/trainer.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { openLoader } from "../../../datasets/loading/open_loader.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { datasetViews } from "../../../datasets/views/published/published_views.ts";
import { GpuLoader } from "../../../datasets/loading/gpu_loader.ts";
import { SplitDraws } from "../../../datasets/loading/split_draws.ts";
import { StreamingLoader } from "../../../datasets/loading/streaming_loader.ts";

const SIZE = 8, EACH = SIZE * SIZE * 3, STEPS = 7;

/** Noise of three classes, and unlabeled images of their own. */
const part = (images: number, from: number) => ({
  bytes: Uint8Array.from({ length: images * EACH }, (_, i) => (i * i + from * i) % 251),
  labels: Array.from({ length: images }, (_, i) => i % 3),
});
const dataset = await memoryDataset({
  name: "noise",
  classNames: ["a", "b", "c"],
  size: SIZE,
  train: part(30, 1),
  test: part(20, 7),
  unlabeled: { bytes: part(25, 3).bytes },
});
const split = makeSplit(labelPool(dataset), {
  labeledMax: 6,
  gammaLabeled: 2,
  includeLabeled: true,
  seed: 1,
});

/** Reads a stream and the predictions of a set, and keeps a sum of the latter. */
const reader: Algorithm<object> = defineAlgorithm({
  name: "reader",
  kind: "addon",
  paper: "none",
  defaults: {},
  needs: () => ({
    streams: {
      tail: { from: "labeled", view: "weak", sampler: "class-balanced", net: "student", batch: 3 },
      rest: { from: "unlabeled", view: "strong", sampler: "uniform", net: "student" },
    },
  }),
  state: () => ({ sum: { shape: [1] } }),
  loss: (s) => {
    const tail = s.stream("tail"), rest = s.stream("rest").out.logits();
    return { tail: crossEntropy(tail.out.logits(), tail.y), rest: mean(mul(rest, rest)) };
  },
  every: {
    steps: () => 2,
    async run(h) {
      const { logits } = await h.predict("unlabeled");
      h.state.sum = h.write([logits.reduce((a, b) => a + b, 0)], [1]);
    },
  },
});

async function trainerOf(
  device: Device,
  residentBytes?: number,
  prefetch?: number,
): Promise<Trainer> {
  const views = datasetViews("default", dataset);
  const loader = await openLoader({
    device,
    dataset,
    split,
    seed: 5,
    views,
    residentBytes: residentBytes ?? null,
    ...prefetch === undefined ? {} : { prefetch },
  });
  return new Trainer({
    device,
    model: smallCnn,
    stack: compose(fixmatch({ threshold: 0.4 }), reader()),
    loader,
    config: {
      seed: 5,
      steps: STEPS,
      epochSteps: 3,
      labeled: 4,
      unlabeled: 6,
      learningRate: constantSchedule(0.05),
      optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
      weightDecay: 1e-4,
      decayRule: "all",
      shrink: 0,
      average: { decay: 0.9, warmup: true, buffers: "average" },
    },
  });
}

async function run(trainer: Trainer, to: number) {
  await trainer.run({
    until: to,
    async onStep(done) {
      if (done === 3) await trainer.evaluate();
    },
  });
  return await saveTrainer(trainer);
}

Deno.test("a streamed run ends in the same state as one on the GPU, and evaluates alike", async () => {
  const device = await requestDevice();
  const resident = await trainerOf(device), streamed = await trainerOf(device, 1000);
  assert(resident.loader instanceof GpuLoader);
  assert(streamed.loader instanceof StreamingLoader);
  const a = await run(resident, STEPS), b = await run(streamed, STEPS);
  assert.equal(await stateHash(a), await stateHash(b));
  assert.notEqual(a.tensors.get("plugin/reader/sum")!.data[0], 0);
  assert.deepEqual(await streamed.evaluate(), await resident.evaluate());
  device.destroy();
});

Deno.test("a streamed run goes on from a checkpoint of either loader", async () => {
  const device = await requestDevice();
  const whole = await stateHash(await run(await trainerOf(device), STEPS));
  for (const [first, second] of [[1000, 1000], [undefined, 1000], [1000, undefined]]) {
    const saved = await run(await trainerOf(device, first), 4);
    const resumed = await trainerOf(device, second);
    restoreTrainer(resumed, saved, "memory");
    assert.equal(await stateHash(await run(resumed, STEPS)), whole);
  }
  device.destroy();
});

Deno.test("a streamed run ends in the same state however many steps are read ahead", async () => {
  const device = await requestDevice();
  const whole = await stateHash(await run(await trainerOf(device), STEPS));
  for (const [first, second] of [[1, 16], [16, 1]]) {
    const saved = await run(await trainerOf(device, 1000, first), 4);
    const resumed = await trainerOf(device, 1000, second);
    restoreTrainer(resumed, saved, "memory");
    assert.equal(await stateHash(await run(resumed, STEPS)), whole);
    assert.equal(await stateHash(await run(await trainerOf(device, 1000, first), STEPS)), whole);
  }
  device.destroy();
});

Deno.test("openLoader() keeps on the GPU what has room there", async () => {
  const device = await requestDevice();
  const most = Math.max(new Set([...split.labeled, ...split.unlabeled]).size, 20) * EACH;
  assert((await trainerOf(device, most)).loader instanceof GpuLoader);
  assert((await trainerOf(device, most - 1)).loader instanceof StreamingLoader);
  device.destroy();
});

Deno.test("StreamingLoader reads ahead, and says when a read failed or nobody waited", async () => {
  const device = await requestDevice();
  const asked: number[] = [];
  let broken = false;
  const read = (indices: ArrayLike<number>) => {
    asked.push(indices.length);
    if (broken) throw new Error("the disk is gone");
    return dataset.train.read(indices);
  };
  const slow = { ...dataset, train: { images: 30, labels: dataset.train.labels, read } };
  const views = datasetViews("default", dataset);
  const only = makeSplit({ ...labelPool(dataset), labels: dataset.train.labels! }, {
    labeledMax: 4,
    gammaLabeled: 1,
  });
  const loader: Loader = new StreamingLoader(
    new SplitDraws({ dataset: slow, split: only, seed: 0 }),
    { device, views, prefetch: 2 },
  );
  assert.throws(() => loader.next(2, 3), /await prepare\(\) before each step/);
  const sizes = { labeled: 2, unlabeled: 3, streams: {} };
  await loader.prepare!(sizes);
  assert.deepEqual(asked, [5, 5]);
  const before = loader.cursors();
  assert.deepEqual([...loader.next(2, 3).unlabeled.place], [2, 3, 4]);
  assert.notDeepEqual(loader.cursors(), before);
  broken = true;
  await loader.prepare!(sizes); // was read before
  loader.next(2, 3);
  await assert.rejects(loader.prepare!(sizes), /the disk is gone/);
  device.destroy();
});
