import assert from "node:assert/strict";
import { Builder, modelByName, requestDevice } from "../../../core/mod.ts";
import { expertResNet } from "../../../core/nn/expert_resnet.ts";

function parameters(experts: number, classes: number): number {
  const b = new Builder();
  modelByName(`resnet-32-experts-${experts}`).build(b, { classes, size: 32 });
  return b.finish().count;
}

Deno.test("expertResNet() has as many parameters as BalPoE's network", () => {
  assert.equal(parameters(1, 100), 469_904);
  assert.equal(parameters(2, 100), 915_984);
  assert.equal(parameters(3, 100), 1_362_064);
  assert.equal(parameters(3, 10), 1_344_784);
});

Deno.test("expertResNet() refuses no experts and groups that become narrower", () => {
  assert.throws(() => expertResNet({ experts: 0 }), RangeError);
  assert.throws(() => expertResNet({ experts: 1, widths: [16, 8, 8] }), RangeError);
});

Deno.test("expertResNet() classifies by the mean of its experts", async () => {
  const device = await requestDevice();
  const b = new Builder();
  const model = expertResNet({ experts: 2, blocks: [1, 1, 1], widths: [4, 5, 8] });
  const { heads, features, forward } = model.build(b, { classes: 3, size: 8 });
  const set = b.finish(), weights = set.allocate(device);
  set.initialize(weights, 1);
  const pass = { weights, norm: "batch" } as const;
  const image = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(i));
  const f = forward(device.tensor(image, [2, 8, 8, 3]), pass);
  assert.deepEqual(f.shape, [2, features]);
  const each = await device.read(heads["experts"]!(f, pass)); // this model has them
  const both = await device.read(heads.main(f, pass));
  for (const [row, offset] of [[0, 0], [1, 6]] as const) {
    for (let c = 0; c < 3; c++) {
      const mean = (each[offset + c]! + each[offset + 3 + c]!) / 2; // inside [2, 2, 3]
      assert.ok(Math.abs(both[3 * row + c]! - mean) < 1e-5);
    }
  }
  device.destroy();
});
