import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { RunFolder, writeWhole } from "../../../experiment/run/run_folder_deno.ts";
import type { Stored } from "../../../core/safetensors.ts";

/** A place for one test's folders. */
async function scratch() {
  const path = await Deno.makeTempDir({ prefix: "longtail-folder-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

function checkpointAt(step: number): Stored {
  const data = Float32Array.of(step);
  return { tensors: new Map([["x", { dtype: "F32", shape: [1], data }]]), metadata: {} };
}

async function stepOf(folder: RunFolder): Promise<number | undefined> {
  return Number((await folder.loadCheckpoint())?.stored.tensors.get("x")?.data[0]);
}

Deno.test("RunFolder.create() takes a new or empty folder and no other", async () => {
  await using place = await scratch();
  const { path } = place;
  await RunFolder.create(`${path}/deep/new`);
  await RunFolder.create(`${path}/deep/new`);
  const refused = (at: string, says: RegExp) =>
    assert.rejects(RunFolder.create(at), (e) => e instanceof BadInput && says.test(e.message));
  await refused(`${path}/deep`, /deep is not empty: choose another --out, or --resume it$/);
  await Deno.writeTextFile(`${path}/file`, "");
  await refused(`${path}/file`, /file is a file: choose another --out$/);
});

Deno.test("RunFolder.open() takes folders with a config.yaml", async () => {
  await using place = await scratch();
  const says = /is not the folder of a run: it has no config\.yaml$/;
  await assert.rejects(RunFolder.open(place.path), says);
  await assert.rejects(RunFolder.open(`${place.path}/none`), says);
  await Deno.writeTextFile(`${place.path}/config.yaml`, "");
  assert.equal((await RunFolder.open(place.path)).path, place.path);
});

Deno.test("writeWhole() replaces a file or leaves it as it was", async () => {
  await using place = await scratch();
  const file = `${place.path}/a.txt`;
  await writeWhole(file, "one");
  await writeWhole(file, new TextEncoder().encode("two"));
  assert.equal(await Deno.readTextFile(file), "two");
  await Deno.mkdir(`${place.path}/folder/inside`, { recursive: true });
  await assert.rejects(writeWhole(`${place.path}/folder`, "three"));
  assert.deepEqual(names(place.path), ["a.txt", "folder"]);
});

Deno.test("RunFolder.truncateLog() drops what a resumed run writes again, and cut lines", async () => {
  await using place = await scratch();
  const folder = await RunFolder.create(place.path);
  await folder.truncateLog(3); // no log yet
  for (const step of [2, 4, 4, 6]) await folder.log({ step });
  await Deno.writeTextFile(`${place.path}/log.jsonl`, '{"step":8,"lo', { append: true });
  await folder.truncateLog(4);
  assert.equal(await folder.readText("log.jsonl"), '{"step":2}\n{"step":4}\n{"step":4}\n');
  await folder.log({ step: 5 });
  assert.match(await folder.readText("log.jsonl") ?? "", /\n\{"step":5\}\n$/);
  assert.equal(await folder.readText("none"), undefined);
});

Deno.test("RunFolder keeps the last two checkpoints", async () => {
  await using place = await scratch();
  const folder = await RunFolder.create(place.path);
  assert.equal(await folder.loadCheckpoint(), undefined);
  assert.equal(await folder.hasCheckpoint(), false);
  for (const step of [1, 2, 3]) await folder.saveCheckpoint(checkpointAt(step));
  assert.deepEqual(names(place.path), [
    "checkpoint.previous.safetensors",
    "checkpoint.safetensors",
  ]);
  assert.equal(await stepOf(folder), 3);
  assert.equal(await folder.hasCheckpoint(), true);
});

Deno.test("RunFolder.loadCheckpoint() survives a stop at any moment of saving", async () => {
  await using place = await scratch();
  const folder = await RunFolder.create(place.path);
  const at = (part: string) => `${place.path}/checkpoint${part}.safetensors`;
  for (const step of [1, 2]) await folder.saveCheckpoint(checkpointAt(step));
  // While the new one was written, under its temporary name.
  await Deno.writeFile(`${at(".next")}.tmp`, new Uint8Array(9));
  assert.equal(await stepOf(folder), 2);
  // After it was whole, before it was given its name; or in between.
  await Deno.rename(at(""), at(".next"));
  assert.equal(await stepOf(folder), 2);
  await folder.saveCheckpoint(checkpointAt(3));
  assert.equal(await stepOf(folder), 3);
});

Deno.test("RunFolder.loadCheckpoint() falls back to the previous one where the last is broken", async () => {
  await using place = await scratch();
  const folder = await RunFolder.create(place.path);
  for (const step of [1, 2]) await folder.saveCheckpoint(checkpointAt(step));
  const last = `${place.path}/checkpoint.safetensors`;
  const bytes = await Deno.readFile(last);
  for (
    const broken of [
      bytes.subarray(0, bytes.length - 2),
      new Uint8Array(),
      bytes.map(() => 7),
    ]
  ) {
    await Deno.writeFile(last, broken);
    const found = await folder.loadCheckpoint();
    assert.match(found?.name ?? "", /checkpoint\.previous\.safetensors$/);
    assert.equal(await stepOf(folder), 1);
  }
  await Deno.writeFile(`${place.path}/checkpoint.previous.safetensors`, new Uint8Array(3));
  await assert.rejects(
    folder.loadCheckpoint(),
    (e) => e instanceof BadInput && /checkpoint\.safetensors .*; .*previous/.test(e.message),
  );
});
