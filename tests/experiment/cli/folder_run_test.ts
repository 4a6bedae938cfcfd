import assert from "node:assert/strict";
import { picture } from "../../datasets/images.ts";
import { capturedRun } from "./captured_run.ts";

const TRAIN = ["--steps", "4", "--quiet", "--model", "small-cnn"]
  .concat(["batch.labeled=4", "batch.ratio=2", "logEvery=2"].flatMap((o) => ["--set", o]));

/** A prepared folder of two colours; unlabeled images lie in a folder of their own. */
async function preparedFolder({ train, unlabeled }: { train: number; unlabeled: number }) {
  const root = await Deno.makeTempDir({ prefix: "longtail-folder-" });
  const draw = async (folder: string, images: number, red: number) => {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    for (let i = 0; i < images; i++) {
      const file = `${root}/${folder}/${i}-${red}.png`;
      await Deno.writeFile(file, await picture([10, 10], [red + i, 90, 120]));
    }
  };
  for (const [name, red] of [["cat", 20], ["dog", 200]] as const) {
    await draw(`train/${name}`, train, red);
    await draw(`test/${name}`, 3, red);
    if (unlabeled > 0) await draw("unlabeled", unlabeled, red);
  }
  const { code, err } = await capturedRun(
    "data",
    "prepare",
    "folder",
    "--data-dir",
    root,
    "--size",
    "8",
    "--workers",
    "1",
  );
  assert.equal(code, 0, err);
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

Deno.test("train --dataset folder uses all labels, and streams with the same result", async () => {
  await using f = await preparedFolder({ train: 5, unlabeled: 8 });
  const states: string[] = [];
  for (const more of [[], ["--set", "loader.residentBytes=1000"]]) {
    const out = `${f.root}/run${states.length}`;
    const args = ["train", "--dataset", "folder", "--data-dir", f.root, "--out", out, ...TRAIN];
    const { code, err } = await capturedRun(...args, ...more);
    assert.equal(code, 0, err);
    const { state, evaluation } = JSON.parse(await Deno.readTextFile(`${out}/summary.json`));
    assert.equal(evaluation.images, 6);
    const split = JSON.parse(await Deno.readTextFile(`${out}/split.json`));
    assert.deepEqual(split.counts, { labeled: [5, 5], unlabeled: null, test: [3, 3] });
    assert.equal(split.unlabeled.length, 16);
    states.push(state);
  }
  assert.equal(states[0], states[1]);
});

Deno.test("train refuses a folder that leaves no unlabeled image, before the run", async () => {
  await using f = await preparedFolder({ train: 1, unlabeled: 0 });
  const out = `${f.root}/run`;
  const args = ["train", "--dataset", "folder", "--data-dir", f.root, "--out", out, ...TRAIN];
  const { code, err } = await capturedRun(...args);
  assert.equal(code, 2, err);
  assert.match(err, /'fixmatch' needs unlabeled images, but the split of folder has none/);
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
});

Deno.test("train --resume and evaluate refuse a data set that has changed", async () => {
  await using f = await preparedFolder({ train: 5, unlabeled: 8 });
  const folder = `${f.root}/run`;
  const data = ["--dataset", "folder", "--data-dir", f.root];
  assert.equal((await capturedRun("train", ...TRAIN, ...data, "--out", folder)).code, 0);
  await Deno.remove(`${f.root}/train/cat/0-20.png`);
  const again = ["prepare", "folder", "--data-dir", f.root, "--size", "8", "--workers", "1"];
  assert.equal((await capturedRun("data", ...again)).code, 0);
  for (const command of [["train", "--steps", "6", "--resume", folder], ["evaluate", folder]]) {
    const { code, err } = await capturedRun(...command, "--quiet");
    assert.equal(code, 2);
    assert.match(err, /began with other images \(split\.json\): the data set 'folder' has changed/);
  }
});
