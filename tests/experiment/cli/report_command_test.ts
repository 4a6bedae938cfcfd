import assert from "node:assert/strict";
import sharp from "sharp";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-report-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const out = `${scratch}/report.html`;

/** A run that has not logged anything yet is enough for a page. */
const run = `${scratch}/run`;
await Deno.mkdir(run);
await Deno.writeTextFile(`${run}/config.yaml`, "seed: 3\nalgorithm: fixmatch\ndataset: toy\n");

Deno.test("report takes a sweep for its runs, in a table too", async () => {
  const sweep = `${scratch}/sweep`;
  for (const seed of [1, 2]) {
    await Deno.mkdir(`${sweep}/runs/${seed}`, { recursive: true });
    await Deno.writeTextFile(`${sweep}/runs/${seed}/config.yaml`, `seed: ${seed}\n`);
  }
  const { code, out: said, err } = await capturedRun(
    "report",
    sweep,
    "--table",
    "csv",
    "--out",
    out,
  );
  assert.equal(code, 0, err);
  assert.match(said, /algorithm.*\n[^]*report\.html$/);
  assert.match(await Deno.readTextFile(out), /from 2 run folders/);
});

Deno.test("report --metrics chooses the columns of a table", async () => {
  const args = ["report", run, "--table", "csv", "--metrics", "balanced,ece"];
  const { code, out: said, err } = await capturedRun(...args);
  assert.equal(code, 0, err);
  assert.equal(
    said.split("\n")[0],
    'algorithm,"balanced accuracy, last, mean (%)","balanced accuracy, last, std (%)",' +
      '"ECE, last, mean (%)","ECE, last, std (%)",n',
  );
});

Deno.test("report writes the page and says where", async () => {
  const { code, out: said, err } = await capturedRun("report", run, "--out", out);
  assert.deepEqual([code, said], [0, out], err);
  assert.match(await Deno.readTextFile(out), /<h1>fixmatch on toy<\/h1>/);
});

Deno.test("report --images shows the hardest test images, of runs of any kind", async () => {
  const folder = `${scratch}/trained`;
  const small = ["imageSize=16", "batch.labeled=4", "batch.ratio=2"]
    .flatMap((option) => ["--set", option]);
  const trained = await capturedRun(
    ...["train", "--model", "small-cnn", "--steps", "2", "--quiet", "--out", folder, ...small],
  );
  assert.equal(trained.code, 0, trained.err);
  const { code, err } = await capturedRun("report", folder, "--out", out, "--images", "--quiet");
  assert.deepEqual([code, err], [0, ""]);
  const page = await Deno.readTextFile(out);
  const sources = [...page.matchAll(/src="data:image\/png;base64,([^"]+)"/g)];
  assert.equal(sources.length, 24);
  const { width, height } = await sharp(Uint8Array.fromBase64(sources[0]![1]!)).metadata();
  assert.deepEqual([width, height], [16, 16]);
});

Deno.test("report refuses in one sentence, and writes nothing", async () => {
  const refused = async (says: RegExp, ...args: readonly string[]) => {
    const { code, err } = await capturedRun("report", ...args);
    assert.equal(code, 2, err);
    assert.match(err, says);
  };
  const never = `${scratch}/never.html`;
  await refused(/neither the folder of a run nor of a sweep/, `${scratch}/none`, "--out", never);
  await refused(/A report is a page of HTML, not report\.pdf/, run, "--out", "report.pdf");
  await refused(/--out FILE\.html, or --table/, run);
  await refused(/There is no score 'loss'/, run, "--table", "csv", "--metrics", "loss");
  await refused(/--metrics are columns of a table/, run, "--out", never, "--metrics", "ece");
  await refused(/--images go into a page/, run, "--table", "csv", "--images");
  await refused(/Cannot write .*\/no\/report\.html/, run, "--out", `${scratch}/no/report.html`);
  await assert.rejects(Deno.stat(never), Deno.errors.NotFound);
});
