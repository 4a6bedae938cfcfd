import assert from "node:assert/strict";
import type { Device } from "../../../core/autograd/device.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { constant } from "../../../core/nn/init.ts";
import {
  Optimizer,
  type OptimizerOptions,
  type UpdateOptions,
} from "../../../core/nn/optimizer.ts";
import { ParameterSet } from "../../../core/nn/parameters.ts";

const device = await requestDevice();
const SGD = { kind: "sgd", momentum: 0, nesterov: false } as const;
const UPDATE: UpdateOptions = {
  rate: () => 0.5,
  present: new Set([0, 1]),
  averageDecay: 0.75,
  averageBuffers: "copy",
};

/** Two parameters of ones in two groups, a buffer, gradients of ones. */
function twoGroups(device: Device, options: OptimizerOptions, weightDecay = 0) {
  const spec = (name: string, group: string) =>
    ({ name, shape: [3], layout: "plain", init: constant(1), group }) as const;
  const set = new ParameterSet(
    [spec("a", "main"), spec("b", "heads")],
    [{ name: "mean", shape: [2], initial: 4 }],
  );
  const weights = set.allocate(device), average = set.allocate(device);
  set.initialize(weights, 0);
  set.initialize(average, 0);
  const gradients = set.parameters.allocate(device);
  device.write(gradients.flat, new Float32Array(set.parameters.size).fill(1));
  const optimizer = new Optimizer(device, set, options, ({ group }) => ({
    weightDecay,
    rateScale: group === "heads" ? 2 : 1,
    averageScale: 1,
  }));
  return {
    weights,
    average,
    optimizer,
    update: (more: Partial<UpdateOptions> = {}) =>
      optimizer.update(weights, gradients.flat, average, { ...UPDATE, ...more }),
    firsts: async () => {
      const read = await device.readAll([...weights.parameters, ...average.parameters]);
      return read.map((values) => values[0]);
    },
  };
}

Deno.test("Optimizer gives each group its rate and each parameter its factor", async () => {
  const two = twoGroups(device, SGD);
  two.update({ rate: (group) => group === "heads" ? 0.25 : 0.125 });
  // 1 − rate · factor, and a quarter of the way there for the average.
  assert.deepEqual(await two.firsts(), [0.875, 0.5, 0.96875, 0.875]);
});

Deno.test("Optimizer leaves parameters without a gradient alone, and counts only updates", async () => {
  const two = twoGroups(device, SGD, 0.5);
  two.update({ present: new Set([1]) });
  const [a, b] = await two.firsts();
  assert.deepEqual([a, b], [1, 1 - 0.5 * 2 * 1.5]);
  assert.deepEqual([...two.optimizer.counts], [0, 1]);
});

Deno.test("Optimizer averages buffers or lets them follow the network's", async () => {
  const two = twoGroups(device, SGD);
  device.write(two.average.flatBuffers, new Float32Array(two.average.flatBuffers.size));
  two.update({ averageBuffers: "average" });
  assert.equal((await device.read(two.average.buffers[0]!))[0], 1); // a quarter of 4
  two.update();
  assert.equal((await device.read(two.average.buffers[0]!))[0], 4);
});

Deno.test("Optimizer.reset() forgets moments and counts", async () => {
  const fresh = twoGroups(device, { kind: "adam", beta1: 0.9, beta2: 0.99, eps: 1e-8 });
  const used = twoGroups(device, fresh.optimizer.options);
  for (let i = 0; i < 3; i++) used.update();
  used.optimizer.reset();
  assert.deepEqual([...used.optimizer.counts], [0, 0]);
  device.copy(fresh.weights.flatParameters, used.weights.flatParameters);
  device.copy(fresh.average.flatParameters, used.average.flatParameters);
  fresh.update();
  used.update();
  assert.deepEqual(await used.firsts(), await fresh.firsts());
});
