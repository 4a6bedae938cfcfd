import assert from "node:assert/strict";
import { parse } from "yaml";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-from-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--model", "small-cnn", "--quiet"]
  .concat(["batch.labeled=4", "batch.ratio=1"].flatMap((option) => ["--set", option]));

let runs = 0;

/** Trains on generated images; the folder and what was printed. */
async function trained(...more: readonly string[]) {
  const folder = `${scratch}/run${++runs}`;
  const printed = await capturedRun("train", "--steps", "4", "--out", folder, ...SMALL, ...more);
  return { folder, ...printed };
}

const configOf = async (folder: string) => parse(await Deno.readTextFile(`${folder}/config.yaml`));

let first: ReturnType<typeof trained> | undefined;
const firstRun = () => first ??= trained("--recipe", "cossl");

Deno.test("train --from goes on with CoSSL's second phase, and a resumed run needs the first no more", async () => {
  const { folder: from } = await firstRun();
  const gone = `${scratch}/gone`;
  await Deno.mkdir(gone);
  for (const { name } of Deno.readDirSync(from)) {
    Deno.copyFileSync(`${from}/${name}`, `${gone}/${name}`);
  }
  const { folder, code, err } = await trained(
    ...["--algorithm", "fixmatch+cossl", "--recipe", "cossl", "--from", gone],
    ...["--set", "cossl.startSteps=2", "checkpointEvery=2"],
  );
  assert.equal(code, 0, err);
  const { cossl, from: written, fromPart } = await configOf(folder);
  assert.deepEqual([cossl.pretrain, written, fromPart], [0, gone, "network"]);
  await Deno.remove(gone, { recursive: true });
  const resumed = await capturedRun("train", "--resume", folder, "--steps", "6", "--quiet");
  assert.equal(resumed.code, 0, resumed.err);
});

Deno.test("train --from trains cRT's classifier alone on the other run's network", async () => {
  const { folder: from } = await firstRun();
  const { folder, code, err } = await trained("--algorithm", "supervised+crt", "--from", from);
  assert.equal(code, 0, err);
  assert.equal((await configOf(folder)).crt.share, 1);
  const [row] = (await Deno.readTextFile(`${folder}/log.jsonl`)).split("\n");
  assert.deepEqual(Object.keys(JSON.parse(row!).loss), ["classifier"]); // a text has a line
});

Deno.test("train --from follows the curriculum of a run with SEVAL, and starts anew", async () => {
  const seval = ["--algorithm", "fixmatch+seval", "--set", "seval.period=2"];
  const { folder: from, code, err } = await trained(...seval);
  assert.equal(code, 0, err);
  const other = ["--set", "learningRate=0.1"]; // another start would be another network
  const follows = await trained(...seval, ...other, "--from", from);
  assert.equal(follows.code, 0, follows.err);
  const { seval: options, fromPart } = await configOf(follows.folder);
  assert.deepEqual([options.mode, options.curriculum, fromPart], ["load", from, "files"]);
  const curriculum = ["--set", "seval.mode=load", `seval.curriculum=${from}`];
  const said = await trained(...seval, ...other, ...curriculum);
  const state = async (folder: string) =>
    JSON.parse(await Deno.readTextFile(`${folder}/summary.json`)).state;
  assert.equal(await state(follows.folder), await state(said.folder));
});

Deno.test("train --from refuses what does not fit, in a sentence, and writes nothing", async () => {
  const { folder: from } = await firstRun();
  const refused = async (says: RegExp, ...more: string[]) => {
    const { folder, code, err } = await trained(...more);
    assert.equal(code, 2, err);
    assert.match(err, says);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  };
  await refused(/nowhere is not the folder of a run/, "--from", `${scratch}/nowhere`);
  await refused(
    /its model is small-cnn, this run's wrn-10-1: set model=small-cnn/,
    ...["--from", from, "--model", "wrn-10-1"],
  );
  await refused(
    /its imageSize is 16, this run's 32: set imageSize=16/,
    ...["--from", from, "--set", "imageSize=32"],
  );
  await refused(
    /from is .*run1 and weights is .*: a run starts from one of them/,
    ...["--from", from, "--set", `weights=${from}/checkpoint.safetensors`],
  );
  const bare = `${scratch}/bare`;
  await Deno.mkdir(bare);
  await Deno.copyFile(`${from}/config.yaml`, `${bare}/config.yaml`);
  await refused(/it has no checkpoint yet; train it first/, "--from", bare);
});
