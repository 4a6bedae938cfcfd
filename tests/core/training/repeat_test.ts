import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { wideResNet } from "../../../core/nn/wide_resnet.ts";
import type { Stored } from "../../../core/safetensors.ts";
import {
  checkState,
  restoreTrainer,
  saveTrainer,
  stateHash,
} from "../../../core/training/checkpoint.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { runSteps, type TinyOptions, tinyTrainer } from "./tiny_trainer.ts";

const device = await requestDevice();
const thin: TinyOptions = {
  // The average moves enough to be a third set of values.
  stack: compose(fixmatch({ threshold: 0.5 })),
  model: wideResNet({ depth: 10, width: 1, variant: "daso" }),
  settings: { average: { decay: 0.9 } },
};

Deno.test("a Trainer repeats a seed bit for bit, and another seed differs", async () => {
  const hashes: string[] = [];
  for (const seed of [3, 3, 4]) {
    const trainer = await tinyTrainer(device, { ...thin, settings: { ...thin.settings, seed } });
    await runSteps(trainer, 50);
    hashes.push(await stateHash(await saveTrainer(trainer)));
  }
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
});

Deno.test("a Trainer goes on from a checkpoint as if nothing had happened", async () => {
  const whole = await tinyTrainer(device, thin);
  await runSteps(whole, 7);
  const saved = await saveTrainer(whole);
  await runSteps(whole, 6);
  const row = await whole.drain();

  const resumed = await tinyTrainer(device, thin);
  await runSteps(resumed, 2); // what it did before does not matter
  restoreTrainer(resumed, saved, "a test");
  await resumed.setup();
  assert.equal(resumed.done, 7);
  await runSteps(resumed, 6);
  // The log's period began before the checkpoint and ends after it.
  assert.deepEqual(await resumed.drain(), row);
  const [a, b] = await Promise.all([saveTrainer(whole), saveTrainer(resumed)]);
  assert.equal(await stateHash(b), await stateHash(a));
  for (const [name, { data }] of a.tensors) assert.deepEqual(b.tensors.get(name)?.data, data, name);
});

Deno.test("restoreTrainer() refuses what does not belong to the run, by name", async () => {
  const trainer = await tinyTrainer(device, thin);
  await runSteps(trainer, 2);
  const saved = await saveTrainer(trainer);
  const [weight, found] = [...saved.tensors].find(([name]) => /^student.*weight$/.test(name))!; // a network
  const without = new Map([...saved.tensors].filter(([name]) => name !== weight));
  const { metadata } = saved, flat = { ...found, shape: [found.data.length] };
  const refused = (stored: Stored, says: string) =>
    assert.throws(() => restoreTrainer(trainer, stored, "x.safetensors"), {
      name: "TypeError",
      message: `Cannot resume from x.safetensors: ${says}`,
    });
  refused(
    { metadata: {}, tensors: saved.tensors },
    "its format is 'undefined', this version reads 'longtail-1'",
  );
  refused({ metadata, tensors: without }, `'${weight}' is missing`);
  refused(
    { metadata, tensors: new Map(without).set(weight, flat) },
    `'${weight}' is F32[432], this run has F32[3,3,3,16]`,
  );
  refused(
    { metadata, tensors: new Map(saved.tensors).set("plugin/other/queue", found) },
    "'plugin/other/queue' is unknown to this run",
  );
  // Nothing was written on the way.
  assert.equal(await stateHash(await saveTrainer(trainer)), await stateHash(saved));

  const other = await tinyTrainer(device, { stack: thin.stack });
  assert.throws(
    () => restoreTrainer(other, saved, "x"),
    /^TypeError: Cannot resume from x: 'student\/.*' is .*; .* and \d+ more$/,
  );
});

Deno.test("stateHash() sees names, shapes and every byte", async () => {
  const data = Float32Array.of(1, 2);
  const of = (name: string, shape: number[], data: Float32Array) =>
    stateHash({ tensors: new Map([[name, { dtype: "F32", shape, data }]]) });
  const hashes = await Promise.all([
    of("a", [2], data),
    of("b", [2], data),
    of("a", [1, 2], data),
    of("a", [2], Float32Array.of(1, -2)),
    of("a", [2], data.slice()),
  ]);
  assert.equal(new Set(hashes).size, 4);
  assert.equal(hashes[4], hashes[0]);
});

Deno.test("checkState() knows a checkpoint again, and any changed byte", async () => {
  const trainer = await tinyTrainer(device, thin);
  await runSteps(trainer, 1);
  const saved = await saveTrainer(trainer);
  assert.equal(await checkState(saved, "x"), await stateHash(saved));
  const [name, tensor] = [...saved.tensors].find(([, { data }]) => data.length > 0)!; // many
  const data = tensor.data.slice();
  new Uint8Array(data.buffer)[0]! ^= 1;
  const changed = { ...saved, tensors: new Map(saved.tensors).set(name, { ...tensor, data }) };
  await assert.rejects(checkState(changed, "x"), /SyntaxError: x is damaged: its tensors have/);
  await assert.rejects(
    checkState({ ...saved, metadata: { ...saved.metadata, state: "" } }, "x"),
    /x is damaged/,
  );
  const { state: _, ...metadata } = saved.metadata;
  await assert.rejects(
    checkState({ ...saved, metadata }, "x"),
    /x does not say what state it holds/,
  );
});

Deno.test("restoreTrainer() refuses a damaged log of the period, and another method's run", async () => {
  const trainer = await tinyTrainer(device, thin);
  const saved = await saveTrainer(trainer);
  const of = (metadata: Record<string, string>) => ({
    ...saved,
    metadata: { ...saved.metadata, ...metadata },
  });
  for (const log of ["", "{", "[]", '{"names":["a"],"counts":[]}', '{"names":[1],"counts":[1]}']) {
    assert.throws(
      () => restoreTrainer(trainer, of({ log }), "x"),
      /its log of the period is damaged/,
    );
  }
  assert.throws(
    () => restoreTrainer(trainer, of({ algorithm: "acr" }), "x"),
    /it is of 'acr', this run trains 'fixmatch'/,
  );
});

Deno.test("saveTrainer() refuses weights that are not finite", async () => {
  const trainer = await tinyTrainer(device, thin);
  const [first] = trainer.network.student.parameters;
  device.write(first!, new Float32Array(first!.size).fill(NaN));
  await assert.rejects(saveTrainer(trainer), {
    name: "Diverged",
    message: /^The network's student\/.* is not finite by step 0: the run diverged; start again/,
  });
});
