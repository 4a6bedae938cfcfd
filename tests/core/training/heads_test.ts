import assert from "node:assert/strict";
import { modelByName, requestDevice } from "../../../core/mod.ts";
import { buildNetwork } from "../../../core/training/step/network.ts";
import { readHead } from "../../../core/training/heads.ts";
import { setHead } from "../../../core/training/heads.ts";

Deno.test("setHead() writes what readHead() reads, in the network asked for", async () => {
  const device = await requestDevice();
  const heads = { other: { classes: 3 } };
  const model = modelByName("small-cnn");
  const network = buildNetwork(device, model, { classes: 4, size: 8 }, { heads }, { seed: 1 });
  const weight = Float32Array.from({ length: 3 * 32 }, (_, i) => Math.sin(i));
  setHead(network, { heads }, {
    name: "other",
    network: "average",
    weight: device.tensor(weight, [3, 32]),
    bias: device.tensor([1, 2, 3], [3]),
  });
  const average = readHead(device, network, "other", "average");
  const student = readHead(device, network, "other", "student");
  const [got, bias, start] = await device.readAll([average.weight, average.bias, student.bias]);
  assert.deepEqual([...bias!], [1, 2, 3]); // three were read
  assert.deepEqual([...start!], [0, 0, 0]);
  weight.forEach((w, i) => assert.ok(Math.abs(got![i]! - w) < 1e-5)); // as many
  const absent = { ...average, name: "absent" };
  assert.throws(() => setHead(network, { heads }, absent), ReferenceError);
  const wide = { ...average, name: "other", weight: device.zeros([3, 33]) };
  assert.throws(() => setHead(network, { heads }, wide), TypeError);
  device.destroy();
});
