import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { Device } from "../../../core/autograd/device.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { wideResNet } from "../../../core/nn/wide_resnet.ts";
import { restoreTrainer, saveTrainer, stateHash } from "../../../core/training/checkpoint.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { runSteps, type TinyOptions, tinyTrainer } from "./tiny_trainer.ts";

const thin: TinyOptions = {
  stack: compose(fixmatch({ threshold: 0.5 })),
  model: wideResNet({ depth: 10, width: 1, variant: "daso" }),
};
const untuned: TinyOptions = { ...thin, settings: { tune: false } };

/** The adapter at hand, which says that it is a GPU. */
async function seemingGpu(): Promise<Device> {
  const { gpu } = await requestDevice({ software: false });
  const info = { vendor: "", architecture: "", device: "", description: "a GPU" };
  return new Device(gpu, info as GPUAdapterInfo);
}

Deno.test("a Trainer times the convolutions of its steps before the first, and their bits stay", async () => {
  const device = await seemingGpu();
  const plain = await tinyTrainer(device, untuned);
  assert.equal(device.tiles.size, 0);
  await runSteps(plain, 3);
  const trainer = await tinyTrainer(device, thin);
  const keys = [...device.tiles.keys()];
  // Four labeled images, eight weak and eight strong ones of 8 × 8 pixels.
  assert.ok(keys.includes("conv 16x16 3x3/1 pixels 2^10 window"), keys.join("\n"));
  assert.ok(keys.includes("filter 32x64 3x3/2 pixels 2^6"), keys.join("\n"));
  assert.equal(new Set(keys.map((key) => key.split(" ")[0])).size, 2);
  // Whatever was the fastest: another one than by rule.
  for (const key of keys) device.tiles.set(key, key.startsWith("conv") ? "128x64" : "64x32");
  await runSteps(trainer, 3);
  const [a, b] = [await saveTrainer(plain), await saveTrainer(trainer)];
  assert.equal(await stateHash(b), await stateHash(a));
  device.destroy();
});

Deno.test("a checkpoint keeps the tiles, and a run that goes on from it times none", async () => {
  const device = await seemingGpu();
  const trainer = await tinyTrainer(device, untuned);
  device.tiles.set("conv 3x16 3x3/1 pixels 2^10 window", "128x16");
  const saved = await saveTrainer(trainer);
  device.tiles.clear();
  restoreTrainer(trainer, saved, "a test");
  assert.deepEqual([...device.tiles], []); // tune=false: by rules
  const tuned = await tinyTrainer(device, thin);
  const all = [...device.tiles.keys()];
  for (const key of all) device.tiles.set(key, "128x64");
  const whole = await saveTrainer(tuned);
  device.destroy();

  const other = await seemingGpu();
  const resumed = await tinyTrainer(other, thin);
  other.compiles = () => assert.fail("nothing is left to time");
  restoreTrainer(resumed, whole, "a test");
  await resumed.setup();
  assert.deepEqual([...other.tiles], all.map((key) => [key, "128x64"]));
  assert.equal((await saveTrainer(resumed)).metadata.tiles, whole.metadata.tiles);

  const { tiles: _, ...metadata } = whole.metadata;
  restoreTrainer(resumed, { ...whole, metadata }, "an older one");
  for (const tiles of ["", "{", "1]", '{"conv":64}', "null"]) {
    const damaged = { ...whole, metadata: { ...metadata, tiles } };
    assert.throws(() => restoreTrainer(resumed, damaged, "x"), {
      name: "TypeError",
      message: "Cannot resume from x: its tiles are damaged",
    });
  }
  other.destroy();
});

Deno.test("a Trainer times nothing on software adapters", async () => {
  for (const software of [true, false]) {
    const device = await requestDevice({ software });
    device.compiles = () => assert.fail("asked for a kernel to time");
    await tinyTrainer(device, thin);
    assert.equal(device.tiles.size, 0);
    device.destroy();
  }
});
