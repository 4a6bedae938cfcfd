import assert from "node:assert/strict";
import { Builder, modelByName, requestDevice } from "../../../core/mod.ts";
import { expertResNet50 } from "../../../core/nn/expert_resnet_50.ts";

/** Parameters of torchvision's ResNet-50 without its classifier, by stage; the stem comes first. */
const STAGES = [9_536, 215_808, 1_219_584, 7_098_368, 14_964_736];

Deno.test("expertResNet50() shares a stem and two stages of ResNet-50", () => {
  const [stem = 0, one = 0, two = 0, three = 0, four = 0] = STAGES;
  for (const [experts, classes] of [[1, 10], [3, 1000]] as const) {
    const b = new Builder();
    modelByName(`resnet-50-experts-${experts}`).build(b, { classes, size: 224 });
    const set = b.finish();
    assert.equal(set.count, stem + one + two + experts * (three + four + 2048 * classes));
    const names = set.parameters.specs.map(({ name }) => name);
    assert.ok(names.includes("layer1.0.downsample.0.weight"));
    assert.ok(names.includes(`layer4s.${experts - 1}.2.conv3.weight`));
  }
});

/** Parameters of torchvision's ResNeXt-50 32×4d without its classifier, by stage. */
const NEXT = [9_536, 205_824, 1_197_056, 7_022_592, 14_544_896];

Deno.test("ResNeXt-50 has torchvision's parameters, alone and with experts", () => {
  const sum = NEXT.reduce((a, b) => a + b);
  assert.equal(sum, 22_979_904);
  const alone = new Builder();
  modelByName("resnext-50", "usb").build(alone, { classes: 1000, size: 224 });
  assert.equal(alone.finish().count, sum + 2049 * 1000);
  const [stem = 0, one = 0, two = 0, three = 0, four = 0] = NEXT, b = new Builder();
  modelByName("resnext-50-experts-3").build(b, { classes: 1000, size: 224 });
  const set = b.finish();
  assert.equal(set.count, stem + one + two + 3 * (three + four + 2048 * 1000));
  const conv = set.parameters.specs.find(({ name }) => name === "layer4s.2.0.conv2.weight");
  assert.deepEqual(conv?.shape, [3, 3, 32, 1024]);
});

Deno.test("expertResNet50() gives every expert's logits and their mean", async () => {
  const device = await requestDevice();
  const b = new Builder();
  const { heads, features, forward } = expertResNet50({ experts: 2 })
    .build(b, { classes: 3, size: 16 });
  const weights = b.finish().allocate(device);
  const pass = { weights, norm: "batch" } as const;
  device.scope(() => {
    const f = forward(device.zeros([2, 16, 16, 3]), pass);
    assert.deepEqual(f.shape, [2, features]);
    assert.equal(features, 4096);
    assert.deepEqual(heads["experts"]!(f, pass).shape, [2, 2, 3]); // this model has them
    assert.deepEqual(heads.main(f, pass).shape, [2, 3]);
  });
  device.destroy();
});

Deno.test("expertResNet50() refuses no experts", () => {
  assert.throws(() => expertResNet50({ experts: 0 }), RangeError);
});
