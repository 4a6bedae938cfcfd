import assert from "node:assert/strict";
import type { Device } from "../../../../core/autograd/device.ts";
import { smallCnn } from "../../../../core/nn/small_cnn.ts";
import { buildNetwork } from "../../../../core/training/step/network.ts";

Deno.test("buildNetwork() refuses a model whose weights the adapter cannot bind, saying so", () => {
  const device = { gpu: { limits: { maxStorageBufferBindingSize: 2 ** 10 } } } as Device;
  assert.throws(() => buildNetwork(device, smallCnn, { classes: 10, size: 32 }, { heads: {} }, 0), {
    name: "BadInput",
    message: /^small-cnn has \d+ MiB of weights, this adapter binds 0 MiB at once: choose/,
  });
});
