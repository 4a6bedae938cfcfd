import assert from "node:assert/strict";
import { Builder } from "../../../core/nn/builder.ts";
import { MODEL_NAMES, modelByName } from "../../../core/nn/model_registry.ts";
import { WIDE_RESNET_VARIANTS } from "../../../core/nn/wide_resnet.ts";

/** What the letters in {@linkcode MODEL_NAMES} stand for in these tests. */
const EXAMPLES: Readonly<Record<string, string>> = { D: "10", K: "2", M: "2" };

Deno.test("modelByName() builds every listed name, called by its name", () => {
  for (const listed of MODEL_NAMES) {
    const name = listed.replaceAll(/\b[DKM]\b/g, (letter) => EXAMPLES[letter] ?? letter);
    const model = modelByName(name);
    assert.equal(model.name, name);
    const b = new Builder();
    const { features, heads } = model.build(b, { classes: 7, size: 32 });
    assert.ok(features > 0 && typeof heads.main === "function");
    const outputs = b.finish().parameters.specs.filter(({ shape }) => shape.includes(7));
    assert.ok(outputs.length > 0, `${name} has no output of 7 classes`);
  }
});

Deno.test("modelByName() builds Wide ResNets with every system's heads", () => {
  const heads = WIDE_RESNET_VARIANTS.map((variant) => {
    const body = modelByName("wrn-28-2", variant).build(new Builder(), { classes: 10, size: 32 });
    return [variant, ...Object.keys(body.heads)].join(" ");
  });
  assert.deepEqual(heads, [
    "simpro main",
    "usb main",
    "daso main",
    "cossl main rotation",
    "cdmad main rotation",
  ]);
});

Deno.test("modelByName() refuses unknown names and depths, saying what there is", () => {
  for (const name of ["wrn-28", "WRN-28-2", "small", "resnet-", "wrn-28-2-1", "wrn--28-2"]) {
    assert.throws(() => modelByName(name), {
      name: "BadInput",
      message: /no model '.*'; did you mean '.*'\? Known: small-cnn, wrn-D-K/,
    });
  }
  for (const name of ["wrn-11-2", "wrn-4-1", "wrn-10-0", "resnet-20", "resnet-32-experts-0"]) {
    assert.throws(() => modelByName(name), RangeError, name);
  }
});

Deno.test("wrn-37-2 is USB's network for STL-10", () => {
  const b = new Builder();
  const { features } = modelByName("wrn-37-2").build(b, { classes: 10, size: 96 });
  const set = b.finish(),
    names = new Map(set.parameters.specs.map((spec) => [spec.name, spec.shape]));
  assert.equal(features, 256);
  assert.deepEqual(names.get("block4.layer.3.conv2.weight"), [3, 3, 256, 256]);
  assert.deepEqual(names.get("block1.layer.0.convShortcut.bias"), [32]);
  assert.deepEqual(names.get("fc.weight"), [10, 256]);
  assert.equal(set.count, 5_933_770);
  assert.throws(() => modelByName("wrn-37-1"), /whole number from 2 to 64/);
});
