import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { readRuns } from "../../../experiment/report/read_runs_deno.ts";

const root = await Deno.makeTempDir({ prefix: "longtail-report-" });
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));

for (const path of ["one", "sweep/runs/b", "sweep/runs/a"]) {
  await Deno.mkdir(`${root}/${path}`, { recursive: true });
  await Deno.writeTextFile(`${root}/${path}/config.yaml`, "seed: 1\n");
}
await Deno.mkdir(`${root}/sweep/runs/not-begun`);
await Deno.writeTextFile(`${root}/file`, "");

Deno.test("readRuns() takes runs and sweeps, each run once", async () => {
  const runs = await readRuns([`${root}/one/`, `${root}/sweep`, `${root}/sweep/runs/a`]);
  const names = ["one", "sweep/runs/a", "sweep/runs/b"];
  assert.deepEqual(runs.map(({ path }) => path), names.map((name) => `${root}/${name}`));
});

Deno.test("readRuns() refuses what is neither", async () => {
  for (const path of ["none", "file", "sweep/runs/not-begun"]) {
    await assert.rejects(readRuns([`${root}/${path}`]), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, /is neither the folder of a run nor of a sweep/);
      return true;
    });
  }
});
