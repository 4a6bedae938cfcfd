import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { mixup } from "../../../core/autograd/ops/mixup.ts";

const device = await requestDevice();
const x = device.tensor([1, 2, 3, 4, 5, 6], [3, 1, 2]);
const order = device.tensor([2, 2, 0], [3], "i32");

Deno.test("mixup() mixes rows with a weight of their own or one for all", async () => {
  const own = mixup(x, order, device.tensor([1, 0.5, 0.25], [3]));
  const one = mixup(x, order, device.tensor([0.5], [1]));
  assert.deepEqual([...await device.read(own)], [1, 2, 4, 5, 2, 3]);
  assert.deepEqual([...await device.read(one)], [3, 4, 4, 5, 3, 4]);
});

Deno.test("mixup() with a weight of 1 is the identity", async () => {
  const same = mixup(x, order, device.tensor([1], [1]));
  assert.deepEqual(await device.read(same), await device.read(x));
});

Deno.test("mixup() refuses other numbers of rows", () => {
  assert.throws(() => mixup(x, order, device.zeros([2])), {
    name: "TypeError",
    message: "Cannot mix f32[3, 1, 2] by i32[3] with weights f32[2]: rows differ",
  });
});
