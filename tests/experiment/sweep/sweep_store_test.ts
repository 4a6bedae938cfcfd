import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { SweepFolder } from "../../../experiment/sweep/sweep_folder_deno.ts";
import { SweepStore } from "../../../experiment/sweep/sweep_store_deno.ts";

const FACTS = { plan: "seeds: [1]\n", planName: "p.yaml", engine: "local", plugins: [] };
const run = (id: string, configuration: number) => ({
  id,
  configuration,
  options: { algorithm: "fixmatch", "batch.labeled": 8 },
  seed: 1,
  steps: 40,
});

Deno.test("the store keeps runs, changes and facts from one opening to the next", async () => {
  const path = `${await Deno.makeTempDir()}/sweep.sqlite`;
  await SweepStore.create(path, FACTS, [run("b", 0), run("a", 1)]);
  const store = await SweepStore.open(path);
  assert.deepEqual(store.facts, FACTS);
  assert.deepEqual(store.runs().map(({ id, status }) => [id, status]), [["b", "waiting"], [
    "a",
    "waiting",
  ]]);
  const result = {
    status: "finished",
    steps: 40,
    seconds: 1,
    state: "x",
    evaluation: null,
    history: null,
  };
  store.update("a", { status: "finished", result, seconds: 1.5, job: "7_0" });
  store.decide(0, ["b"]);
  store.close();
  const again = await SweepStore.open(path);
  const [b, a] = again.runs();
  assert.deepEqual([a!.result, a!.seconds, a!.job, a!.options], [
    result,
    1.5,
    "7_0",
    run("a", 1).options,
  ]);
  assert.equal(b!.status, "stopped");
  assert.equal(again.decided, 1);
  again.close();
});

Deno.test("what is no store is refused, and nothing is made of it", async () => {
  const dir = await Deno.makeTempDir();
  const refused = (path: string, said: RegExp) =>
    assert.rejects(
      () => SweepStore.open(path),
      (e) => e instanceof BadInput && said.test(e.message),
    );
  await refused(`${dir}/none`, /no sweep to go on with/);
  await assert.rejects(Deno.stat(`${dir}/none`));
  await Deno.writeTextFile(
    `${dir}/text`,
    "this is a text, and a long one, but not a database".repeat(30),
  );
  await refused(`${dir}/text`, /is not the store of a sweep/);
});

Deno.test("a sweep has one process at a time, and a free folder to begin in", async () => {
  const dir = `${await Deno.makeTempDir()}/sweep`;
  const folder = new SweepFolder(dir);
  await folder.create(FACTS, [run("a", 0)]);
  await assert.rejects(() => folder.create(FACTS, []), /The sweep folder .* is not empty/);
  {
    using _ = await folder.lock();
    await assert.rejects(() => new SweepFolder(dir).lock(), /Another process works on the sweep/);
  }
  using _ = await folder.lock();
});

Deno.test("what a run said last is its error, not where in the code", async () => {
  const folder = new SweepFolder(`${await Deno.makeTempDir()}/sweep`);
  await folder.create(FACTS, [run("a", 0)]);
  assert.equal(await folder.lastWords("a"), "it said nothing");
  await Deno.writeTextFile(
    folder.log("a"),
    "step 1\nDiverged: The loss is NaN by step 20\n    at logRow (file:///x.ts:1:2)\n",
  );
  assert.equal(await folder.lastWords("a"), "Diverged: The loss is NaN by step 20");
});

Deno.test("a run begins until it is one, then it goes on", async () => {
  const folder = new SweepFolder(`${await Deno.makeTempDir()}/sweep`);
  await folder.create(FACTS, [run("a", 0)]);
  await Deno.mkdir(folder.run("a"));
  await Deno.writeTextFile(`${folder.run("a")}/split.json`, "{");
  assert.deepEqual(await folder.taskFlags("a"), {
    config: folder.config("a"),
    out: folder.run("a"),
  });
  await Deno.writeTextFile(`${folder.run("a")}/config.yaml`, "seed: 1\n");
  assert.deepEqual(await folder.taskFlags("a"), { resume: folder.run("a") });
  await Deno.writeTextFile(`${folder.run("a")}/log.jsonl`, '{"step":10,"loss":{}}\n{"step":20,"lo');
  assert.equal(await folder.stepsDone("a"), 20);
});
