import assert from "node:assert/strict";
import { parse } from "yaml";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-options-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

let runs = 0;

/** Trains on generated images; the folder and what was printed. */
async function trained(...set: readonly string[]) {
  const folder = `${scratch}/run${++runs}`;
  const small = ["batch.labeled=4", "batch.ratio=2", "steps=4", "logEvery=2", ...set];
  const printed = await capturedRun(
    ...["train", "--model", "small-cnn", "--out", folder, "--quiet"],
    ...small.flatMap((option) => ["--set", option]),
  );
  return { folder, ...printed };
}

const configOf = async (folder: string) => parse(await Deno.readTextFile(`${folder}/config.yaml`));
const stateOf = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(`${folder}/summary.json`)).state;

Deno.test("seed −1 draws one, says it, and config.yaml repeats the run", async () => {
  const { folder, code, err } = await trained("seed=-1");
  assert.equal(code, 0, err);
  const seed = Number(/^seed (\d+)$/m.exec(err)?.[1]);
  assert.equal((await configOf(folder)).seed, seed);
  const again = await trained(`seed=${seed}`);
  assert.equal(await stateOf(again.folder), await stateOf(folder));
});

Deno.test("sampler, clipGradient and layerDecay change a run; their defaults do not", async () => {
  const plain = await stateOf((await trained()).folder);
  const same = ["sampler=uniform", "clipGradient=null", "layerDecay=1"];
  assert.equal(await stateOf((await trained(...same)).folder), plain);
  const states = [plain];
  for (const other of ["sampler=class-aware", "clipGradient=0.01", "layerDecay=0.5"]) {
    states.push(await stateOf((await trained(other)).folder));
  }
  assert.equal(new Set(states).size, states.length);
});

Deno.test("estimate counts the unlabeled images of a run that holds some labeled ones out", async () => {
  const { folder } = await trained("split.valid=100", "algorithm=supervised");
  const { code, out, err } = await capturedRun("estimate", folder, "--json", "--quiet");
  assert.equal(code, 0, err);
  const { heldOut, counts, predicted, network } = JSON.parse(out);
  assert.deepEqual([heldOut, network], [{ set: "valid", images: 100 }, "raw"]);
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const { unlabeled } = JSON.parse(await Deno.readTextFile(`${folder}/split.json`));
  for (const list of [counts, predicted]) {
    assert.ok(Math.abs(sum(list) / unlabeled.length - 1) < 1e-3);
  }
  const shown = await capturedRun("estimate", folder, "--network", "ema", "--quiet");
  assert.match(shown.out, /^disc +-?\d+\.\d\n/);
  const all = await trained();
  const refused = await capturedRun("estimate", all.folder, "--quiet");
  assert.equal(refused.code, 2);
  assert.match(refused.err, /has learned all of its labeled images/);
});

Deno.test("train --experiment lays a row under all else, and says so in config.yaml", async () => {
  const id = "daso-t1-cifar10-n500-m4000-g100-fixmatch+daso";
  const split = ["split.labeledMax=15", "split.unlabeledMax=60", "split.gammaLabeled=3"];
  const other = ["dataset=synthetic", "imageSize=16", "daso.spread=0.7", "split.valid=0"];
  const { folder, code, err } = await trained(
    ...[`experiment=${id}`, "split.gammaUnlabeled=3", ...split, ...other],
  );
  assert.equal(code, 0, err);
  const config = await configOf(folder);
  assert.deepEqual(
    [config.experiment, config.recipe, config.algorithm, config.dataset, config.daso.spread],
    [id, "daso", "fixmatch+daso", "synthetic", 0.7],
  );
  const table = await capturedRun("report", folder, "--table", "markdown");
  assert.match(table.out, /\| top-1, median of last 20 +\| published top-1, median of last 20/);
  assert.match(table.out, /76(\.0)? ± 0\.37/);
  const none = await trained("experiment=daso-t1-cifar10-n500-m4000-g100-fixmatch+das");
  assert.equal(none.code, 2);
  assert.match(none.err, /did you mean 'daso-t1-cifar10-n500-m4000-g100-fixmatch\+daso'/);
});

Deno.test("list experiments finds rows by a part of their IDs or a glob", async () => {
  const { out } = await capturedRun("list", "experiments", "balpoe-t2", "--json");
  assert.equal(JSON.parse(out).experiments.length, 2);
  const shown = await capturedRun("list", "experiments", "cossl-*food101*");
  assert.match(
    shown.out,
    /cossl, README, Food-101-LT .*: fixmatch\+cossl on food101, recipe cossl\n/,
  );
  const none = await capturedRun("list", "experiments", "nobody");
  assert.deepEqual([none.code, /No experiment is called/.test(none.err)], [2, true]);
  assert.equal((await capturedRun("list", "options", "seed")).code, 2);
});
