import assert from "node:assert/strict";
import { RunFiles } from "../../../../experiment/run/run_folder_deno.ts";
import { checkFileName, MemoryFiles } from "../../../../core/training/plugin/host_files.ts";

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

Deno.test("checkFileName() lets no path through", () => {
  checkFileName("seval_pi.npy");
  for (const name of ["", "..", ".hidden", "a/b", "a\\b", "/etc", "a\0", "x".repeat(300)]) {
    assert.throws(() => checkFileName(name), TypeError, name);
  }
});

Deno.test("MemoryFiles keeps copies", async () => {
  const files = new MemoryFiles(), given = bytes("one");
  await files.write("a", given);
  given[0] = 0;
  assert.equal(text(await files.read("a")), "one");
  assert.equal(await files.read("b"), undefined);
});

Deno.test("RunFiles reads its own files, those of another run and those of a plain folder", async () => {
  const root = await Deno.makeTempDir();
  const own = new RunFiles({ path: `${root}/own` }),
    other = new RunFiles({ path: `${root}/other` });
  await Deno.mkdir(`${root}/own`);
  await Deno.mkdir(`${root}/other`);
  await own.write("a", bytes("own"));
  await other.write("a", bytes("other"));
  await Deno.writeTextFile(`${root}/plain`, "plain");
  assert.equal(text(await own.read("a")), "own");
  assert.equal(text(await own.read("a", `${root}/other`)), "other");
  assert.equal(text(await own.read("plain", root)), "plain");
  assert.equal(await own.read("none", `${root}/plain`), undefined);
  await assert.rejects(() => own.read("../other/files/a"), TypeError);
  assert.deepEqual([...Deno.readDirSync(`${root}/own/files`)].map((e) => e.name), ["a"]);
  await Deno.remove(root, { recursive: true });
});
