import assert from "node:assert/strict";
import { Builder } from "../../../core/nn/builder.ts";
import { resNet } from "../../../core/nn/resnet.ts";

Deno.test("resNet() has as many parameters as torchvision's, under the same names", () => {
  const counts = { 18: 11_689_512, 34: 21_797_672, 50: 25_557_032 } as const;
  for (const depth of [18, 34, 50] as const) {
    const b = new Builder();
    resNet({ depth, variant: "usb" }).build(b, { classes: 1000, size: 224 });
    const set = b.finish();
    assert.equal(set.count, counts[depth]);
    const names = set.parameters.specs.map(({ name }) => name);
    const first = ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"];
    assert.deepEqual(names.slice(0, 4), first);
    assert.ok(names.includes("layer2.0.downsample.0.weight"));
    assert.ok(names.includes("layer4.1.bn2.weight"));
  }
});

Deno.test("resNet() refuses other depths", () => {
  assert.throws(() => resNet({ depth: 20 as 18 }), /There is no ResNet of depth 20/);
});
