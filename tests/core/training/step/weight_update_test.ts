import assert from "node:assert/strict";
import { cossl } from "../../../../algorithms/addons/cossl/cossl.ts";
import { fixmatch } from "../../../../algorithms/bases/fixmatch.ts";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import type { Tensor } from "../../../../core/autograd/tensor.ts";
import { defineAlgorithm } from "../../../../core/training/plugin/define_algorithm.ts";
import { compose } from "../../../../core/training/plugin/compose.ts";
import type { Trainer } from "../../../../core/training/trainer.ts";
import type { UpdateRule } from "../../../../core/training/plugin/needs.ts";
import { clipped, stepUpdate } from "../../../../core/training/step/weight_update.ts";
import { runSteps, tinyTrainer } from "../tiny_trainer.ts";

const device = await requestDevice();
const ADAM = { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 };

/** Values of all arrays, one after the other; what lies between them in memory has no meaning. */
async function joined(arrays: readonly Tensor[]): Promise<Float32Array> {
  const read = await device.readAll([...arrays]);
  return Float32Array.from(read.flatMap((values) => [...values]));
}

async function valuesOf({ network: { student, average } }: Trainer) {
  return {
    weights: await joined(student.parameters),
    statistics: await joined(student.buffers),
    averaged: await joined(average.parameters),
    averagedStatistics: await joined(average.buffers),
  };
}

/** All values after the first step. */
async function afterOneStep(
  settings: Readonly<Record<string, unknown>>,
  stack = compose(fixmatch()),
) {
  const trainer = await tinyTrainer(device, { stack, settings });
  await runSteps(trainer, 1);
  return await valuesOf(trainer);
}

const settings = {
  optimizer: ADAM,
  learningRate: 2e-3,
  weightDecay: 0,
  average: { decay: 0.999, buffers: "average" },
};

Deno.test("shrink takes its share off weights and statistics, after the average", async () => {
  const share = 0.25; // a power of two, so that factors round nothing
  const plain = await afterOneStep(settings);
  const shrunk = await afterOneStep({ ...settings, shrink: share });
  assert.deepEqual(shrunk.averaged, plain.averaged);
  assert.deepEqual(shrunk.averagedStatistics, plain.averagedStatistics);
  const rest = Math.fround(1 - share);
  assert.deepEqual(shrunk.weights, plain.weights.map((w) => w * rest));
  assert.deepEqual(shrunk.statistics, plain.statistics.map((w) => w * rest));
  assert.ok(plain.statistics.some((x) => x !== 0));
});

Deno.test("shrink lasts until co-learning, weight decay begins with it, as CoSSL has them", () => {
  const stack = compose(fixmatch(), cossl({ pretrain: 0.5, weightDecay: "co-learning" }));
  const config = { average: { decay: 0.9, warmup: false, buffers: "copy" }, shrink: 0.25 } as const;
  const at = (step: number) =>
    stepUpdate(config, stack, { step, steps: 10, epoch: 0, epochSteps: 10 });
  assert.deepEqual(at(4), {
    averageDecay: 0.9,
    averageBuffers: "copy",
    shrink: 0.75,
    weightDecay: false,
  });
  assert.deepEqual(at(5), {
    averageDecay: 0.9,
    averageBuffers: "copy",
    shrink: 1,
    weightDecay: true,
  });
});

Deno.test("weights do not decay before co-learning, where CoSSL's recipe says so", async () => {
  // In the first part decay changes nothing, without the option it does.
  const first = compose(fixmatch(), cossl({ pretrain: 1, weightDecay: "co-learning" }));
  const { optimizer: _, ...sgd } = settings; // Adam's first step hardly depends on a decay
  const decayed = { ...sgd, weightDecay: 0.5 };
  const [none, held, always] = [
    await afterOneStep(sgd, first),
    await afterOneStep(decayed, first),
    await afterOneStep(decayed, compose(fixmatch(), cossl({ pretrain: 1, weightDecay: "always" }))),
  ];
  assert.deepEqual(held.weights, none.weights);
  assert.notDeepEqual(always.weights, none.weights);
});

Deno.test("stepUpdate() merges the methods' rules, the later one wins", () => {
  const method = (name: string, kind: "base" | "addon", rule: UpdateRule) =>
    defineAlgorithm({ name, kind, paper: "none", defaults: {}, update: () => rule })();
  const stack = compose(
    method("ground", "base", { averageDecay: 0.5, shrink: false }),
    method("roof", "addon", { averageDecay: 0.25 }),
  );
  const config = { average: { decay: 0.9, warmup: true, buffers: "copy" }, shrink: 0.5 } as const;
  const progress = { step: 99, steps: 100, epoch: 0, epochSteps: 10 };
  const { averageDecay, shrink } = stepUpdate(config, stack, progress);
  assert.equal(averageDecay, 0.25);
  assert.equal(shrink, 1);
});

Deno.test("clipped() shortens what is longer, and nothing else", async () => {
  const of = async (
    values: number[],
    most: number,
  ) => [...await device.read(clipped(device.tensor(values, [values.length]), most))];
  const near = (got: number[], want: number[]) =>
    got.forEach((x, i) => assert.ok(Math.abs(x - want[i]!) < 1e-5, `${got}`)); // as many
  near(await of([3, 0, -4], 10), [3, 0, -4]);
  near(await of([3, 0, -4], 1), [0.6, 0, -0.8]);
  near(await of([0, 0], 1), [0, 0]);
});

Deno.test("with clipGradient a step of plain SGD is as long as the rate times the limit", async () => {
  const sgd = { kind: "sgd", momentum: 0, nesterov: false };
  const settings = { learningRate: 0.5, weightDecay: 0, schedule: "constant", optimizer: sgd };
  const moved = async (clipGradient: number | null) => {
    const trainer = await tinyTrainer(device, {
      stack: compose(fixmatch(), cossl({ pretrain: 1 })), // whose head has no gradient yet
      settings: { ...settings, batch: { labeled: 4, ratio: 1 }, clipGradient },
    });
    const { weights: before } = await valuesOf(trainer);
    await runSteps(trainer, 1);
    const { weights: after } = await valuesOf(trainer);
    return Math.hypot(...after.map((x, i) => x - before[i]!)); // as many
  };
  assert.ok(Math.abs(await moved(1) - 0.5) < 1e-3);
  const free = await moved(null);
  assert.ok(free > 1);
  assert.ok(Math.abs(await moved(1e6) - free) < 1e-4);
});
