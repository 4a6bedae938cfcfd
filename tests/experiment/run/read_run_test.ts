import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { readRun } from "../../../experiment/run/read_run_deno.ts";

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return path;
}

const CONFIG = "seed: 3\nbatch:\n  labeled: 8\n";

Deno.test("readRun() gives options, split, log periods, evaluations and the summary", async () => {
  const path = await folder({
    "config.yaml": CONFIG,
    "environment.json": '{"longtail":"0.1.0"}',
    "split.json": '{"dataset":"synthetic","counts":{"labeled":[2,1]}}',
    "log.jsonl": '{"step":5,"loss":{"supervised":1}}\n{"step":5,"evaluation":{"top1":0.5}}\n' +
      '{"step":10,"validation":{"top1":0.4}}\n',
    "summary.json": '{"status":"finished","steps":10}',
  });
  const run = await readRun(path);
  assert.deepEqual(run.config, { seed: 3, batch: { labeled: 8 } });
  assert.equal(run.environment?.longtail, "0.1.0");
  assert.deepEqual(run.split?.counts.labeled, [2, 1]);
  assert.deepEqual(run.rows.map(({ step, loss }) => [step, loss.supervised]), [[5, 1]]);
  assert.deepEqual(run.evaluations.map(({ step }) => step), [5, 10]);
  assert.equal(run.summary?.steps, 10);
});

Deno.test("readRun() reads a run that was killed: no summary, a cut last line", async () => {
  const path = await folder({
    "config.yaml": CONFIG,
    "log.jsonl": '{"step":5,"loss":{"supervised":1}}\n{"step":10,"lo',
  });
  const run = await readRun(path);
  assert.equal(run.rows.length, 1);
  assert.deepEqual([run.summary, run.split, run.environment], [null, null, null]);
});

Deno.test("readRun() names what is damaged, and says if it is no run", async () => {
  const refused = (path: string, said: RegExp) =>
    assert.rejects(() => readRun(path), (e) => e instanceof BadInput && said.test(e.message));
  await refused(await folder({}), /is not the folder of a run/);
  await refused("/nowhere/at/all", /is not the folder of a run/);
  const damaged: readonly [string, string, RegExp][] = [
    ["summary.json", '{"status":', /summary\.json is damaged/],
    ["split.json", "[1]", /split\.json is damaged: it does not hold one object/],
    ["log.jsonl", '{"step":5}\nnot json\n', /^Line 2 of .*log\.jsonl is damaged/],
    ["config.yaml", "a: [1", /config\.yaml is damaged/],
  ];
  for (const [name, text, said] of damaged) {
    await refused(await folder({ "config.yaml": CONFIG, [name]: text }), said);
  }
});
