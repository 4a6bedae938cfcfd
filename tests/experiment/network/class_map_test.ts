import assert from "node:assert/strict";
import * as ops from "../../../core/autograd/ops/mod.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { classMapOf } from "../../../experiment/network/class_map.ts";

Deno.test("classMapOf() finds factors and addends of classes, and nothing else", async () => {
  const device = await requestDevice();
  const row = (values: readonly number[]) => device.tensor(values, [values.length]);
  const map = await classMapOf(
    device,
    (z) => ops.mul(ops.sub(z, row([3, -2, 0.5])), row([1, 0.25, -2])),
    3,
  );
  map!.scale.forEach((s, c) => assert.ok(Math.abs(s - [1, 0.25, -2][c]!) < 1e-6));
  assert.deepEqual(map!.offsets, [-3, 0.5, 1]);
  const unchanged = await classMapOf(device, (z) => z, 3);
  assert.deepEqual(unchanged, { scale: [1, 1, 1], offsets: [0, 0, 0] });
  for (const other of [ops.square, ops.exp, ops.softmax, ops.relu, ops.logSoftmax]) {
    assert.equal(await classMapOf(device, other, 3), null, other.name);
  }
  device.destroy();
});
