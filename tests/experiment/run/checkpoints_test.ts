import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { encodeSafetensors, type Stored } from "../../../core/safetensors.ts";
import { stateHash } from "../../../core/training/checkpoint.ts";
import {
  hasCheckpoint,
  hasState,
  saveCheckpoint,
  useCheckpoint,
} from "../../../experiment/run/checkpoints_deno.ts";

/** A place for one test's folder. */
async function scratch() {
  const path = await Deno.makeTempDir({ prefix: "longtail-checkpoints-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function checkpointAt(step: number): Promise<Stored> {
  const tensors: Stored["tensors"] = new Map([
    ["cursor/steps", { dtype: "U32", shape: [2], data: Uint32Array.of(step, 0) }],
  ]);
  return { tensors, metadata: { state: await stateHash({ tensors }), seconds: "2" } };
}

/** The step that a run would go on from, and what the user is told. */
async function found(folder: string): Promise<{ step: number | undefined; said: string[] }> {
  let step: number | undefined;
  const said: string[] = [];
  await useCheckpoint(
    folder,
    ({ tensors }) => step = tensors.get("cursor/steps")?.data[0],
    (text) => said.push(text),
  );
  return { step, said };
}

Deno.test("saveCheckpoint() keeps the last two", async () => {
  await using place = await scratch();
  const { path } = place;
  assert.equal(await hasCheckpoint(path), false);
  assert.deepEqual(await found(path), { step: undefined, said: [] });
  for (const step of [1, 2, 3]) await saveCheckpoint(path, await checkpointAt(step));
  assert.deepEqual(
    [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
    ["checkpoint.previous.safetensors", "checkpoint.safetensors"],
  );
  assert.deepEqual(await found(path), { step: 3, said: [] });
  assert.equal(await hasCheckpoint(path), true);
  assert.equal(await hasState(path, (await checkpointAt(3)).metadata.state!), true);
  assert.equal(await hasState(path, (await checkpointAt(2)).metadata.state!), false);
});

Deno.test("useCheckpoint() survives a stop at any moment of saving", async () => {
  await using place = await scratch();
  const { path } = place, at = (part: string) => `${path}/checkpoint${part}.safetensors`;
  for (const step of [1, 2]) await saveCheckpoint(path, await checkpointAt(step));
  // While the new one was written, under its temporary name.
  await Deno.writeFile(`${at(".next")}.tmp`, new Uint8Array(9));
  assert.equal((await found(path)).step, 2);
  // After it was whole, before it was given its name; or in between.
  await Deno.rename(at(""), at(".next"));
  assert.equal((await found(path)).step, 2);
  await saveCheckpoint(path, await checkpointAt(3));
  assert.equal((await found(path)).step, 3);
});

Deno.test("useCheckpoint() goes on from the one before a damaged one, aloud", async () => {
  await using place = await scratch();
  const { path } = place;
  for (const step of [1, 2]) await saveCheckpoint(path, await checkpointAt(step));
  const last = `${path}/checkpoint.safetensors`;
  const whole = await Deno.readFile(last);
  const { tensors, metadata } = await checkpointAt(7);
  for (
    const broken of [
      whole.subarray(0, whole.length - 2), // cut
      new Uint8Array(),
      whole.map(() => 7),
      whole.map((byte, i) => i === whole.length - 8 ? byte ^ 1 : byte), // one bit of a tensor
      encodeSafetensors(tensors, { ...metadata, state: "0" }),
      encodeSafetensors(tensors),
    ]
  ) {
    await Deno.writeFile(last, broken);
    const { step, said } = await found(path);
    assert.equal(step, 1);
    assert.match(said.join(), /checkpoint\.safetensors.*; going on from .*previous.*, of step 1$/);
    assert.equal(await hasState(path, metadata.state!), false);
  }
  await Deno.remove(last);
  await Deno.mkdir(last);
  assert.equal((await found(path)).step, 1);
  await Deno.writeFile(`${path}/checkpoint.previous.safetensors`, new Uint8Array(3));
  await assert.rejects(
    found(path),
    (e) => e instanceof BadInput && /checkpoint\.safetensors.*; .*previous/.test(e.message),
  );
});

Deno.test("useCheckpoint() counts what cannot be used as damaged, and passes other errors on", async () => {
  await using place = await scratch();
  const { path } = place;
  for (const step of [1, 2]) await saveCheckpoint(path, await checkpointAt(step));
  const used: string[] = [];
  const use = (error: Error) => (_: Stored, file: string) => {
    used.push(file);
    if (!file.includes("previous")) throw error;
  };
  await useCheckpoint(path, use(new TypeError("not this network")), () => {});
  assert.equal(used.length, 2);
  await assert.rejects(useCheckpoint(path, use(new BadInput("another run")), () => {}), BadInput);
  assert.equal(used.length, 3);
});
