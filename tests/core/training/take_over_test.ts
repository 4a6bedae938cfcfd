import assert from "node:assert/strict";
import { abc, cossl, fixmatch } from "../../../algorithms/mod.ts";
import {
  compose,
  requestDevice,
  saveTrainer,
  type StoredTensor,
  takeOver,
} from "../../../core/mod.ts";
import { runSteps, tinyTrainer } from "./tiny_trainer.ts";

const device = await requestDevice();
globalThis.addEventListener("unload", () => device.destroy());

const adam = { optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 } };

/** What a run on ABC leaves after a few steps. */
async function leftBehind(settings: Readonly<Record<string, unknown>>) {
  const trainer = await tinyTrainer(device, { stack: compose(fixmatch(), abc()), settings });
  await runSteps(trainer, 3);
  return await saveTrainer(trainer);
}

const cosslOf = (settings: Readonly<Record<string, unknown>>) =>
  tinyTrainer(device, {
    stack: compose(fixmatch(), cossl({ pretrain: 1, startSteps: 1 })),
    settings: { batch: { labeled: 4, ratio: 1 }, seed: 5, ...settings },
  });

Deno.test("takeOver() takes both networks and Adam's moments; classifiers of one's own are fresh", async () => {
  const earlier = await leftBehind(adam), trainer = await cosslOf(adam);
  const fresh = await saveTrainer(trainer);
  takeOver(trainer, earlier, "it");
  const { tensors } = await saveTrainer(trainer);
  const same = (key: string, of: ReadonlyMap<string, StoredTensor>) =>
    assert.deepEqual(tensors.get(key), of.get(key), key);
  for (const key of fresh.tensors.keys()) {
    if (!/^(student|average|optimizer\/(first|second))\//.test(key)) continue;
    same(key, key.includes("heads.balanced") ? fresh.tensors : earlier.tensors);
  }
  assert.ok(![...tensors.keys()].some((key) => key.includes("heads.abc")));
  const counts = tensors.get("optimizer/counts")!.data; // checkpoints have it
  assert.deepEqual([...new Set([...counts])].sort(), [0, 3]);
  assert.equal(trainer.done, 0);
  await runSteps(trainer, 1);
});

Deno.test("takeOver() leaves the moments of another kind of optimizer", async () => {
  const earlier = await leftBehind({}), trainer = await cosslOf(adam);
  takeOver(trainer, earlier, "it");
  const { tensors } = await saveTrainer(trainer);
  assert.deepEqual(tensors.get("student/fc.weight"), earlier.tensors.get("student/fc.weight"));
  assert.ok([...tensors.get("optimizer/counts")!.data].every((n) => n === 0)); // as above
});

Deno.test("takeOver() refuses weights that are missing, of another shape or not finite, by name", async () => {
  const earlier = await leftBehind(adam), trainer = await cosslOf(adam);
  const before = (await saveTrainer(trainer)).metadata["state"];
  const refused = (key: string, change: (tensor: StoredTensor) => StoredTensor | null) => {
    const tensors = new Map(earlier.tensors), changed = change(tensors.get(key)!); // it has it
    if (changed) tensors.set(key, changed);
    else tensors.delete(key);
    return () => takeOver(trainer, { tensors }, "runs/one");
  };
  const key = "average/conv1.weight";
  assert.throws(
    refused(key, () => null),
    /network of runs\/one: 'average\/conv1.weight' is missing/,
  );
  assert.throws(
    refused(key, (tensor) => ({ ...tensor, shape: [1, 2] })),
    /'average\/conv1.weight' is F32\[1,2\], this run has F32\[/,
  );
  assert.throws(
    refused(key, (tensor) => ({ ...tensor, data: new Float32Array(tensor.data).fill(NaN) })),
    /'average\/conv1.weight' has values that are not finite/,
  );
  assert.equal((await saveTrainer(trainer)).metadata["state"], before);
});
