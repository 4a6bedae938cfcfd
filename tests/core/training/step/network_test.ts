import assert from "node:assert/strict";
import type { Device } from "../../../../core/autograd/device.ts";
import { smallCnn } from "../../../../core/nn/small_cnn.ts";
import { expertResNet } from "../../../../core/nn/expert_resnet.ts";
import { wideResNet } from "../../../../core/nn/wide_resnet.ts";
import { exportStateDict } from "../../../../core/nn/state_dict.ts";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { add, mul } from "../../../../core/autograd/ops/mod.ts";
import { buildNetwork, declareNetwork } from "../../../../core/training/step/network.ts";
import { applyHead } from "../../../../core/training/step/step_outputs.ts";

Deno.test("buildNetwork() refuses a model whose weights the adapter cannot bind, saying so", () => {
  const device = { gpu: { limits: { maxStorageBufferBindingSize: 2 ** 10 } } } as Device;
  assert.throws(
    () => buildNetwork(device, smallCnn, { classes: 10, size: 32 }, { heads: {} }, { seed: 0 }),
    {
      name: "BadInput",
      message: /^small-cnn has \d+ MiB of weights, this adapter binds 0 MiB at once: choose/,
    },
  );
});

const NORMS = ["BNH", "BNM", "BNT"];

Deno.test("class-wise norms are three more batch norms that every head sees", async () => {
  const device = await requestDevice(), input = { classes: 4, size: 8 };
  const network = buildNetwork(device, smallCnn, input, {
    heads: { second: { classes: 4, parameterName: "classifier2" } },
    classwiseNorms: NORMS,
  }, { seed: 1 });
  const { student: weights, set, body } = network;
  const scale = set.parameters.specs.findIndex(({ name }) => name === "BNM.weight");
  device.write(weights.parameters[scale]!, new Float32Array(32).fill(3)); // declared
  const x = device.tensor(Float32Array.from({ length: 5 * 192 }, (_, i) => (i * i) % 17), [
    5,
    8,
    8,
    3,
  ]);
  const pass = { weights, norm: "batch" } as const;
  const features = body.forward(x, pass);
  const logits = (head: string) => applyHead(network, head, features, pass);
  for (const head of ["main", "second"]) {
    const single = NORMS.map((norm) => logits(`${head}/${norm}`));
    const mean = await device.read(mul(single.reduce(add), 1 / 3));
    const got = await device.read(logits(head));
    got.forEach((z, i) => assert.ok(Math.abs(z - mean[i]!) < 1e-5));
    assert.notDeepEqual(await device.read(single[0]!), await device.read(single[1]!));
  }
  const dict = await exportStateDict(set, weights);
  const statistics = (norm: string) => dict.get(`${norm}.running_var`)!.data;
  assert.ok(statistics("BNH").some((v) => v !== 1));
  for (const norm of NORMS) assert.deepEqual(statistics(norm), statistics("BNH"));
  device.destroy();
});

Deno.test("CPE's network has the parameters of the released one", () => {
  const heads = { second: { classes: 10 }, third: { classes: 10 } };
  const wide = wideResNet({ depth: 28, width: 2, variant: "usb" });
  const { set } = declareNetwork(wide, { classes: 10, size: 32 }, { heads, classwiseNorms: NORMS });
  assert.equal(set.count, 1_470_974);
});

Deno.test("declareNetwork() refuses class-wise norms of a network without a map", () => {
  const experts = expertResNet({ experts: 2 });
  assert.throws(
    () => declareNetwork(experts, { classes: 4, size: 8 }, { heads: {}, classwiseNorms: NORMS }),
    /the class-wise batch norms BNH, BNM, BNT .* but 'resnet-32-experts-2' does not hand one out/,
  );
});

Deno.test("projectors give unit vectors and are named as PyTorch numbers their layers", async () => {
  const device = await requestDevice();
  const projector = (norm: boolean) => ({ classes: 6, projector: { hidden: 5, norm } });
  const network = buildNetwork(device, smallCnn, { classes: 4, size: 8 }, {
    heads: { near: projector(true), far: { ...projector(false), parameterName: "proj" } },
  }, { seed: 1 });
  const names = network.set.parameters.specs.map(({ name }) => name);
  assert.deepEqual(names.filter((name) => /^(heads|proj)/.test(name)), [
    ...["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"].map((n) =>
      `heads.near.${n}`
    ),
    ...["0.weight", "0.bias", "2.weight", "2.bias"].map((n) => `proj.${n}`),
  ]);
  const x = device.tensor(Float32Array.from({ length: 3 * 32 }, (_, i) => (i * 7) % 5), [3, 32]);
  for (const head of ["near", "far"]) {
    const pass = { weights: network.student, norm: "batch" } as const;
    const vectors = await device.read(applyHead(network, head, x, pass));
    for (let row = 0; row < 3; row++) {
      const squares = vectors.subarray(6 * row, 6 * row + 6).reduce((a, v) => a + v * v, 0);
      assert.ok(Math.abs(squares - 1) < 1e-5, `${head} ${row}: ${squares}`);
    }
  }
  device.destroy();
});
