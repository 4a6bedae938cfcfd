import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { exportStateDict, importStateDict } from "../../../core/nn/state_dict.ts";
import { decodeSafetensors, encodeSafetensors, type Stored } from "../../../core/safetensors.ts";

const device = await requestDevice();

function network(seed: number) {
  const b = new Builder();
  smallCnn.build(b, { classes: 4, size: 8 });
  const set = b.finish(), weights = set.allocate(device);
  set.initialize(weights, seed);
  return { set, weights };
}

Deno.test("importStateDict() restores what exportStateDict() gave, through a file", async () => {
  const one = network(1), other = network(2);
  const dict = await exportStateDict(one.set, one.weights);
  assert.equal(dict.size, 3 * 5 + 2); // weight and four of batch norm, three times; the head
  const file = encodeSafetensors(dict);
  importStateDict(other.set, other.weights, decodeSafetensors(file, "memory").tensors);
  assert.deepEqual(await exportStateDict(other.set, other.weights), dict);
  const [a, b] = await device.readAll([one.weights.flatParameters, other.weights.flatParameters]);
  assert.deepEqual(b, a);
});

Deno.test("exportStateDict() lays convolutions out as PyTorch: [out, in, height, width]", async () => {
  const { set, weights } = network(1);
  const at = set.parameters.specs.findIndex(({ name }) => name === "conv1.weight");
  const ours = await device.read(weights.parameters[at]!); // small-cnn has one
  const { shape, data } = (await exportStateDict(set, weights)).get("conv1.weight")!; // likewise
  assert.deepEqual(shape, [8, 3, 3, 3]);
  const [y, x, input, output] = [2, 1, 0, 5];
  assert.equal(
    data[((output * 3 + input) * 3 + y) * 3 + x],
    ours[((y * 3 + x) * 3 + input) * 8 + output],
  );
});

Deno.test("importStateDict() refuses what does not fit, by name, and changes nothing", async () => {
  const { set, weights } = network(1);
  const dict = await exportStateDict(set, weights);
  const refused = (changed: Stored["tensors"], says: RegExp) =>
    assert.throws(() => importStateDict(set, weights, changed), {
      name: "TypeError",
      message: says,
    });
  const without = new Map(dict);
  without.delete("bn2.running_var");
  refused(without, /^Cannot load the weights: missing: 'bn2\.running_var'$/);
  const head = dict.get("fc.bias")!; // small-cnn's
  refused(
    new Map(dict).set("fc.bias", { ...head, shape: [2, 2] }),
    /'fc\.bias' has shape \[2,2\], the network wants \[4\]/,
  );
  const counts = { dtype: "I32", shape: [4], data: new Int32Array(4) } as const;
  refused(new Map(dict).set("fc.bias", counts), /'fc\.bias' is I32, not F32/);
  refused(new Map(dict).set("fc2.bias", head), /unknown to the network: 'fc2\.bias'/);
  refused(new Map(), /: missing: '[\w.]+', .* and 12 more$/);
  assert.deepEqual(await exportStateDict(set, weights), dict);
  importStateDict(set, weights, new Map(dict).set("bn1.num_batches_tracked", counts));
});

Deno.test("importStateDict() of a body leaves heads as they are, and nothing else", async () => {
  const { set, weights } = network(1), other = network(2);
  const dict = new Map(await exportStateDict(other.set, other.weights));
  const before = await exportStateDict(set, weights);
  // Another classifier under the same name, and one of a name that the network does not have.
  const linear = (...shape: number[]) =>
    ({ dtype: "F32", shape, data: new Float32Array(shape.reduce((a, b) => a * b)) }) as const;
  dict.set("fc.weight", linear(7, 32)).set("fc.bias", linear(7));
  dict.set("rot.weight", linear(4, 32)).set("rot.bias", linear(4));
  importStateDict(set, weights, dict, { part: "body" });
  const after = await exportStateDict(set, weights);
  for (const name of before.keys()) {
    const from = name.startsWith("fc.") ? before : dict;
    assert.deepEqual(after.get(name), from.get(name), name);
  }
  const body = (changed: Stored["tensors"]) => () =>
    importStateDict(set, weights, changed, { part: "body" });
  const without = new Map(dict);
  without.delete("conv2.weight");
  assert.throws(body(without), /missing: 'conv2\.weight'/);
  assert.throws(
    body(new Map(dict).set("bn9.weight", linear(8))),
    /unknown to the network: 'bn9\.weight'/,
  );
});

Deno.test("decodeSafetensors() passes over tensors that nobody asked for, whatever their type", () => {
  const file = encodeSafetensors(
    new Map([
      ["a", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }],
      ["b", { dtype: "F32", shape: [2], data: Float32Array.of(3, 4) }],
    ]),
  );
  const text = new TextDecoder("latin1").decode(file);
  const at = text.indexOf('"F32"', text.indexOf('"b"'));
  file.set(new TextEncoder().encode('"I64"'), at);
  assert.throws(() => decodeSafetensors(file, "x"), /Cannot read x .*: tensor 'b' has type I64/);
  const { tensors } = decodeSafetensors(file, "x", { skip: (name) => name === "b" });
  assert.deepEqual([...tensors.keys()], ["a"]);
});

Deno.test("importStateDict() takes wrappers' prefixes off, where all names have them", async () => {
  const one = network(1), other = network(2);
  const dict = await exportStateDict(one.set, one.weights);
  const wrapped = new Map([...dict].map(([name, t]) => [`ema_model.module.${name}`, t]));
  importStateDict(other.set, other.weights, wrapped);
  assert.deepEqual(await exportStateDict(other.set, other.weights), dict);
  const [name, tensor] = [...dict][0]!; // it has many
  const mixed = new Map(wrapped).set(name, tensor);
  assert.throws(
    () => importStateDict(other.set, other.weights, mixed),
    /missing: .*; unknown to the network: 'ema_model\.module\./,
  );
});

Deno.test("importStateDict() refuses weights that are not finite, and checkpoints", async () => {
  const { set, weights } = network(1);
  const dict = await exportStateDict(set, weights);
  const data = Float32Array.of(0, NaN, 0, 0);
  assert.throws(
    () =>
      importStateDict(
        set,
        weights,
        new Map(dict).set("fc.bias", { ...dict.get("fc.bias")!, data }),
      ),
    /Cannot load the weights: 'fc\.bias' has values that are not finite$/,
  );
  const steps = { dtype: "U32", shape: [2], data: new Uint32Array(2) } as const;
  assert.throws(
    () => importStateDict(set, weights, new Map([["cursor/steps", steps]])),
    /a run's checkpoint; write its weights first, with export DIR/,
  );
});
