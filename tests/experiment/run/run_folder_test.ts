import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { RunFolder, writeWhole } from "../../../experiment/run/run_folder_deno.ts";

/** A place for one test's folders. */
async function scratch() {
  const path = await Deno.makeTempDir({ prefix: "longtail-folder-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test("RunFolder.create() takes a new or empty folder and no other", async () => {
  await using place = await scratch();
  const { path } = place;
  (await RunFolder.create(`${path}/deep/new`)).unlock();
  (await RunFolder.create(`${path}/deep/new`)).unlock();
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
  await Deno.mkdir(`${place.path}/config.yaml`);
  await assert.rejects(RunFolder.open(place.path), says);
  await Deno.remove(`${place.path}/config.yaml`);
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
  folder.unlock();
});

Deno.test("RunFolder.create() takes over what a run left before it began, and nothing else", async () => {
  await using place = await scratch();
  for (const name of ["split.json", "environment.json.tmp", "log.jsonl", ".lock"]) {
    await Deno.writeTextFile(`${place.path}/${name}`, "");
  }
  const folder = await RunFolder.create(place.path);
  assert.deepEqual(names(place.path), [".lock"]);
  folder.unlock();
  await Deno.writeTextFile(`${place.path}/mine.txt`, "");
  await assert.rejects(RunFolder.create(place.path), /is not empty/);
  assert.deepEqual(names(place.path), [".lock", "mine.txt"]);
});

Deno.test("RunFolder.lock() lets one process in, and another when it is gone, however it went", async () => {
  await using place = await scratch();
  await Deno.writeTextFile(`${place.path}/config.yaml`, "");
  const script = `
    import { RunFolder } from ${
    JSON.stringify(import.meta.resolve("../../../experiment/run/run_folder_deno.ts"))
  };
    await (await RunFolder.open(${JSON.stringify(place.path)})).lock();
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  const holder = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      `data:application/typescript,${encodeURIComponent(script)}`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  const folder = await RunFolder.open(place.path);
  await assert.rejects(
    folder.lock(),
    (e) =>
      e instanceof BadInput &&
      e.message.includes(`is in use by another process (${holder.pid}): wait until it ends`),
  );
  holder.kill("SIGKILL");
  await holder.status;
  await reader.cancel();
  await folder.lock();
  folder.unlock();
});

Deno.test("RunFolder says in a sentence what the system refuses", async () => {
  await using place = await scratch();
  const folder = await RunFolder.create(place.path);
  await Deno.mkdir(`${place.path}/log.jsonl`);
  await assert.rejects(folder.log({ step: 1 }), {
    name: "RefusedFile",
    message: `Cannot write ${place.path}/log.jsonl: it is a folder`,
  });
  await assert.rejects(writeWhole(`${place.path}/none/x`, ""), {
    name: "RefusedFile",
    message: `Cannot write ${place.path}/none/x: it is not there`,
  });
  folder.unlock();
});
