import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { planSweep } from "../../../experiment/cli/sweep/planned_runs_deno.ts";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-sweep-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = { model: "small-cnn", imageSize: 16, "batch.labeled": 4, "batch.ratio": 2 };
const BASE = { ...SMALL, logEvery: 5, checkpointEvery: 10, evaluateEvery: 1000 };

/** Writes a plan; YAML takes JSON. */
async function planFile(name: string, plan: object): Promise<string> {
  const path = `${scratch}/${name}.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(plan));
  return path;
}

/** Lines of `results.csv`. */
async function results(dir: string): Promise<Record<string, string>[]> {
  return parse(await Deno.readTextFile(`${dir}/results.csv`), { columns: true });
}

/** Starts a sweep in a process of its own, sends it a signal as soon as a condition holds, and waits. */
async function signalled(
  args: readonly string[],
  { signal, when }: { readonly signal: Deno.Signal; readonly when: () => Promise<unknown> },
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", "sweep", ...args],
    cwd: new URL("../../../", import.meta.url),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let ended = false;
  const output = child.output().finally(() => ended = true);
  while (!ended && !await when().then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(!ended, "the sweep ended before it was stopped");
  child.kill(signal);
  const { code, stderr } = await output;
  return { code, err: new TextDecoder().decode(stderr) };
}

/** Waits for a run's summary, and gives its status. */
async function statusOnceThere(run: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const text = await Deno.readTextFile(`${run}/summary.json`).catch(() => null);
    if (text !== null) return JSON.parse(text).status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${run} has no summary after ten seconds`);
}

Deno.test("a sweep whose process was killed goes on to the states of undisturbed runs", async () => {
  const dir = `${scratch}/killed`;
  const plan = await planFile("killed", {
    base: { ...BASE, steps: 60 },
    grid: { algorithm: ["supervised", "fixmatch"] },
    seeds: [1],
  });
  const { code } = await signalled([plan, "--out", dir, "--quiet"], {
    signal: "SIGKILL", // its worker lives on until it sees that nobody waits for it
    when: () => Deno.stat(`${dir}/runs/2-fixmatch-s1/checkpoint.safetensors`),
  });
  assert.equal(code, 137);
  const finished = `${dir}/runs/1-supervised-s1/summary.json`;
  const { mtime } = await Deno.stat(finished);
  assert.equal(await statusOnceThere(`${dir}/runs/2-fixmatch-s1`), "interrupted");
  const resumed = await capturedRun("sweep", "--resume", dir, "--quiet");
  assert.equal(resumed.code, 0, resumed.err);
  assert.deepEqual((await Deno.stat(finished)).mtime, mtime); // not run again
  const rows = await results(dir);
  assert.deepEqual(rows.map(({ id, status }) => [id, status]), [
    ["1-supervised-s1", "finished"],
    ["2-fixmatch-s1", "finished"],
  ]);
  for (const { id, state } of rows) {
    const out = `${scratch}/alone-${id}`;
    const alone = await capturedRun(
      "train",
      "--config",
      `${dir}/configs/${id}.yaml`,
      "--out",
      out,
      "--quiet",
    );
    assert.equal(alone.code, 0, alone.err);
    assert.equal(JSON.parse(await Deno.readTextFile(`${out}/summary.json`)).state, state);
  }
  const table = await capturedRun("report", `${dir}/runs/1-supervised-s1`, "--table", "csv");
  assert.equal(table.code, 0, table.err);
  assert.match(table.out, /^algorithm,"top-1, last, mean \(%\)"/);
});

Deno.test("a run that fails is recorded, the others go on; Ctrl-C saves all", async () => {
  const dir = `${scratch}/failing`;
  const plan = await planFile("failing", {
    base: { ...BASE, algorithm: "supervised", steps: 100, schedule: "constant" },
    grid: { learningRate: [1000, 0.03] },
    seeds: [1],
  });
  const stopped = await signalled([plan, "--out", dir], {
    signal: "SIGINT",
    when: () => Deno.stat(`${dir}/runs/2-supervised-s1/checkpoint.safetensors`),
  });
  assert.equal(stopped.code, 130, stopped.err);
  assert.match(stopped.err, /1-supervised-s1 failed: .*diverged.*; ended with 1/);
  assert.match(stopped.err, /Resume with: deno task sweep --resume .*failing\s*$/);
  assert.equal((await results(dir))[1]!.status, "waiting");
  const resumed = await capturedRun("sweep", "--resume", dir, "--quiet");
  assert.equal(resumed.code, 1, resumed.err);
  assert.match(resumed.err, /1 of 2 runs failed/);
  const [failed, finished] = await results(dir);
  assert.equal(failed!.status, "failed");
  assert.match(failed!.message!, /diverged/);
  assert.equal(finished!.status, "finished");
  assert.match(await Deno.readTextFile(`${dir}/table.md`), /^- `1-supervised-s1` failed: /m);
});

Deno.test("a search stops all but the best at each mark, which ends as if it had been alone", async () => {
  const dir = `${scratch}/search`;
  const plan = await planFile("search", {
    base: BASE,
    grid: { algorithm: ["supervised", "fixmatch", "pseudolabel"] },
    seeds: [1],
    search: { steps: [12, 30], keep: 0.33, by: "evaluation.balancedAccuracy" },
  });
  const { code, out, err } = await capturedRun(
    "sweep",
    plan,
    "--out",
    dir,
    "--workers",
    "2",
    "--quiet",
  );
  assert.equal(code, 0, err);
  const rows = await results(dir);
  const best = rows.find(({ status }) => status === "finished")!;
  assert.deepEqual(rows.filter(({ status }) => status === "stopped").map(({ steps }) => steps), [
    "12",
    "12",
  ]);
  assert.equal(best.steps, "30");
  assert.ok(out.includes(`Best: ${best.algorithm}, evaluation.balancedAccuracy`));
  assert.match(out, /^deno task train --config \S+ --steps 120$/m);
  const alone = `${scratch}/search-alone`;
  const config = `${dir}/configs/${best.id}.yaml`;
  assert.equal((await capturedRun("train", "--config", config, "--out", alone, "--quiet")).code, 0);
  const [a, b] = await Promise.all([alone, `${dir}/runs/${best.id}`].map(async (path) => {
    const { state, history } = JSON.parse(await Deno.readTextFile(`${path}/summary.json`));
    return { state, history };
  }));
  assert.deepEqual(a, b);
});

Deno.test("a search by what no run has ends with a sentence", async () => {
  const plan = await planFile("missing", {
    base: { ...BASE, algorithm: "supervised" },
    seeds: [1],
    search: { steps: [2, 4], keep: 0.5, by: "evaluation.nothing" },
  });
  const { code, err } = await capturedRun("sweep", plan, "--out", `${scratch}/missing`, "--quiet");
  assert.equal(code, 1);
  assert.match(err, /^error: The search goes by 'evaluation\.nothing', but .* has no number there/);
});

Deno.test("sweep refuses what it cannot do, and writes nothing", async () => {
  const good = await planFile("good", { base: { ...BASE, steps: 5 }, seeds: [1] });
  const bad = await planFile("bad", { base: BASE, grid: { stepz: [5, 6] } });
  const value = await planFile("value", { grid: { "batch.labeled": [4, -1] } });
  const model = await planFile("model", { grid: { model: ["small-cnn", "vgg"] } });
  const out = `${scratch}/never`;
  const refused: readonly [readonly string[], RegExp][] = [
    [["none.yaml", "--out", out], /There is no file .*none\.yaml/],
    [[bad, "--out", out], /no option 'stepz' \(line 1 of .*bad\.yaml\).*'steps'/],
    [[value, "--out", out], /batch\.labeled is -1/],
    [[model, "--out", out], /vgg/],
    [[good], /sweep takes a plan and --out DIR/],
    [[good, "--out", out, "--engine", "slrum"], /--engine is 'slrum': give local or slurm/],
    [[good, "--out", out, "--workers", "0"], /--workers is '0'/],
    [[good, "--out", out, "--set", "stepz=3"], /no option 'stepz' \(--set\)/],
    [["--resume", `${scratch}/nowhere`], /no sweep to go on with/],
    [[good, "--resume", out], /leave out plan/],
    [[good, "--out", scratch], /The sweep folder .* is not empty/],
  ];
  for (const [args, said] of refused) {
    const { code, err } = await capturedRun("sweep", ...args);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, said);
    assert.equal(err.split("\n").length, 1, err);
    await assert.rejects(Deno.stat(out));
  }
});

Deno.test("a dry run lists the runs with a measured estimate, and writes nothing", async () => {
  const plan = await planFile("dry", { base: { ...BASE, steps: 30 }, seeds: [1, 2] });
  const out = `${scratch}/dry`;
  const { code, out: said, err } = await capturedRun("sweep", plan, "--out", out, "--dry-run");
  assert.equal(code, 0, err);
  assert.match(said, /^1-fixmatch-s1 +seed=1 +steps=30\n2-fixmatch-s2 +seed=2 +steps=30\n/);
  assert.match(said, /2 runs, 60 steps; about \d+s with 1 worker, .* ms a step/);
  await assert.rejects(Deno.stat(out));
});

Deno.test("a plan that ships is known by its name", async () => {
  const args = ["sweep", "choose", "--out", `${scratch}/choice`, "--dry-run"];
  const { code, err } = await capturedRun(...args, "--data-dir", `${scratch}/none`);
  assert.equal(code, 2); // but there is no such folder
  assert.match(err, /none/);
});

Deno.test("every run of the plan for docs/behaviour.md can be begun with 970 images a class", async () => {
  const dataDir = await Deno.makeTempDir({ dir: scratch }),
    folder = `${dataDir}/cifar-10-batches-bin`;
  await Deno.mkdir(folder);
  for (const name of [1, 2, 3, 4, 5].map((n) => `data_batch_${n}`).concat("test_batch")) {
    const records = new Uint8Array(1940 * 3073);
    for (let r = 0; r < 1940; r++) records[r * 3073] = r % 10;
    await Deno.writeFile(`${folder}/${name}.bin`, records);
  }
  const { runs } = await planSweep("behaviour", { dataDir });
  assert.equal(runs.length, 48); // eight stacks, two shapes, three seeds
  assert.deepEqual([...new Set(runs.map(({ steps }) => steps))], [1000]);
  const shapes = Map.groupBy(runs, ({ options }) => options["split.unlabeled"]);
  assert.deepEqual([...shapes].map(([name, { length }]) => [name, length]), [
    ["consistent", 24],
    ["reversed", 24],
  ]);
  const stacks = new Set(runs.map(({ options }) => options.algorithm));
  assert.equal(stacks.size, 8);
});
