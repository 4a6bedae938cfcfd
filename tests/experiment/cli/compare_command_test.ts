import assert from "node:assert/strict";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-compare-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

interface Sample {
  readonly algorithm?: string;
  readonly seed?: number;
  readonly ratio?: number;
  readonly top1: number;
  readonly labeled?: readonly number[];
  readonly status?: string;
}

/** The folder of a run that has ended, as far as comparisons look at it. */
async function runOf(
  name: string,
  { algorithm = "fixmatch", seed = 1, ratio = 2, top1, labeled = [9, 3, 1], status = "finished" }:
    Sample,
): Promise<string> {
  const path = `${scratch}/${name}`;
  await Deno.mkdir(path);
  const own = algorithm === "fixmatch" ? "" : "daso:\n  warmup: 50\n";
  await Deno.writeTextFile(
    `${path}/config.yaml`,
    `algorithm: ${algorithm}\nseed: ${seed}\ndataset: toy\nsteps: 100\nbatch:\n  ratio: ${ratio}\n${own}`,
  );
  const counts = { labeled, unlabeled: null, test: [5, 5, 5] };
  await Deno.writeTextFile(
    `${path}/split.json`,
    JSON.stringify({ dataset: "toy", fingerprint: "f", protocol: "free", seed, counts }),
  );
  const evaluation = { top1, balancedAccuracy: top1 / 2, many: 0.9, medium: 0.5, few: top1 / 4 };
  await Deno.writeTextFile(
    `${path}/summary.json`,
    JSON.stringify({ status, algorithm, steps: 100, evaluation, history: null }),
  );
  return path;
}

const plain = await runOf("plain", { top1: 0.6 });
const again = await runOf("again", { top1: 0.7, seed: 2 });
const daso = await runOf("daso", { algorithm: "fixmatch+daso", ratio: 1, top1: 0.8 });

Deno.test("compare has a row a setting, mean and spread over seeds, and the settings that differ", async () => {
  const { code, out, err } = await capturedRun("compare", plain, again, daso);
  assert.equal(code, 0, err);
  assert.match(out, /^1 {2}fixmatch {7}65\.0 % ± 7\.1 .* 2$/m);
  assert.match(
    out,
    /^2 {2}fixmatch\+daso .*80\.0 % .*40\.0 % .*90\.0 % .*50\.0 % .*20\.0 % {2}1$/m,
  );
  assert.match(
    out,
    /^settings that differ {2}1 {2}2\nbatch\.ratio +2 {2}1\ndaso\.warmup +– {2}50$/m,
  );
  assert.match(out, /^recall by group \(thirds .*\): many 1 of 9, medium 1 of 3, few 1 of 1$/m);
  assert.match(err, /deno task report .* --out report\.html$/);
});

Deno.test("compare --json has scores, groups and options for scripts", async () => {
  const { code, out, err } = await capturedRun("compare", plain, again, daso, "--json");
  assert.deepEqual([code, err], [0, ""]);
  const { settings, differing } = JSON.parse(out);
  assert.deepEqual(differing, ["algorithm", "batch.ratio", "daso.warmup"]);
  const [first, second] = settings;
  assert.deepEqual([first.runs, first.n], [[plain, again], 2]);
  assert.ok(Math.abs(first.scores.top1.mean - 0.65) < 1e-12);
  assert.deepEqual(second.options, {
    algorithm: "fixmatch+daso",
    "batch.ratio": "1",
    "daso.warmup": "50",
  });
  assert.equal(second.scores.few.mean, 0.2);
});

Deno.test("compare says what makes runs hard to compare", async () => {
  const other = await runOf("other", { top1: 0.5, labeled: [5, 3, 2], status: "interrupted" });
  const { out, err } = await capturedRun("compare", plain, other);
  assert.doesNotMatch(out, /recall by group/);
  assert.match(err, /^Note: the runs have different labeled images/m);
  assert.match(err, /^Note: .*other was interrupted after 100 steps$/m);
  const quiet = await capturedRun("compare", plain, other, "--quiet");
  assert.equal(quiet.err, "");
});

Deno.test("compare refuses a single run, and what is none", async () => {
  const one = await capturedRun("compare", plain);
  assert.deepEqual([one.code, /two runs or more, and .* is one/.test(one.err)], [2, true]);
  const none = await capturedRun("compare", plain, `${scratch}/none`);
  assert.deepEqual([none.code, /neither the folder of a run/.test(none.err)], [2, true]);
});
