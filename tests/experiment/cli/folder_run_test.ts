import assert from "node:assert/strict";
import { picture } from "../../datasets/images.ts";
import { capturedRun } from "./captured_run.ts";

const TRAIN = ["--steps", "4", "--quiet", "--model", "small-cnn"]
  .concat(["batch.labeled=4", "batch.ratio=2", "logEvery=2"].flatMap((o) => ["--set", o]));

/** A prepared folder of two colours; unlabeled images lie in a folder of their own. */
async function preparedFolder(
  { train, unlabeled, test = 3, valid = 0 }: {
    train: number;
    unlabeled: number;
    test?: number;
    valid?: number;
  },
) {
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
    if (test > 0) await draw(`test/${name}`, test, red);
    if (valid > 0) await draw(`valid/${name}`, valid, red);
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

Deno.test("a folder without test images gives a share of its training images, or is not evaluated", async () => {
  await using f = await preparedFolder({ train: 10, unlabeled: 8, test: 0 });
  const out = `${f.root}/run`,
    summaryOf = async (dir: string) => JSON.parse(await Deno.readTextFile(`${dir}/summary.json`));
  const args = (
    out: string,
    ...more: readonly string[]
  ) => ["train", "--dataset", "folder", "--data-dir", f.root, "--out", out, ...TRAIN, ...more];
  const refused = await capturedRun(...args(out));
  assert.equal(refused.code, 2);
  assert.match(
    refused.err,
    /folder has no test image to .*: set .* --test-share 0\.2\), or train without .* \(--test-share 0\)$/m,
  );
  await assert.rejects(Deno.stat(out), Deno.errors.NotFound);

  const { code, err } = await capturedRun(...args(out, "--test-share", "0.2"));
  assert.deepEqual([code, err], [0, ""]);
  const split = JSON.parse(await Deno.readTextFile(`${out}/split.json`));
  assert.deepEqual([split.counts.test, split.counts.labeled, split.testFrom], [
    [2, 2],
    [8, 8],
    "train",
  ]);
  assert.match(await Deno.readTextFile(`${out}/config.yaml`), /^ {2}testShare: 0\.2$/m);
  const { evaluation } = await summaryOf(out);
  assert.equal(evaluation.images, 4);
  const again = await capturedRun("evaluate", out, "--json", "--quiet");
  assert.equal(JSON.parse(again.out).top1, evaluation.top1, again.err);
  const csv = `${f.root}/test.csv`;
  const predicted = await capturedRun("predict", out, "--on", "test", "--out", csv, "--quiet");
  assert.equal(predicted.code, 0, predicted.err);
  const paths = (await Deno.readTextFile(csv)).trim().split("\n").slice(1).map((l) =>
    l.split(",")[0]
  );
  assert.deepEqual(paths, split.test.map((n: number) => `test/${n}`));

  const none = `${f.root}/none`, streamed = ["--set", "loader.residentBytes=1000"];
  for (const [dir, more] of [[none, []], [`${none}-streamed`, streamed]] as const) {
    const { code, err } = await capturedRun(
      ...args(dir, "--test-share", "0", ...more).filter((arg) => arg !== "--quiet"),
    );
    assert.equal(code, 0, err);
    assert.equal(err.match(/nothing is evaluated/g)?.length, 1, err);
    const { evaluation, history, status } = await summaryOf(dir);
    assert.deepEqual([evaluation, history, status], [null, null, "finished"]);
    assert.doesNotMatch(await Deno.readTextFile(`${dir}/log.jsonl`), /evaluation/);
  }
  for (
    const [says, ...args] of [
      [/There are no test images: see split\.testShare/, "evaluate", none],
      [/has no test images/, "predict", none, "--on", "test", "--out", `${f.root}/no.csv`],
      [/has no test images to show/, "report", none, "--images", "--out", `${f.root}/no.html`],
    ] as const
  ) {
    const { code, err } = await capturedRun(...args, "--quiet");
    assert.equal(code, 2, err);
    assert.match(err, says);
  }
  const report = await capturedRun("report", none, out, "--out", `${f.root}/both.html`);
  assert.equal(report.code, 0, report.err);
});

Deno.test("without test images validation is evaluated, and chooses the best", async () => {
  await using f = await preparedFolder({ train: 10, unlabeled: 8, test: 0 });
  const out = `${f.root}/run`;
  const { code, err } = await capturedRun(
    ...["train", "--dataset", "folder", "--data-dir", f.root, "--out", out, ...TRAIN],
    ...["--test-share", "0", "--set", "split.valid=4", "--set", "keepBest=validation"],
  );
  assert.equal(code, 0, err);
  const summary = JSON.parse(await Deno.readTextFile(`${out}/summary.json`));
  assert.equal(summary.evaluation, null);
  assert.equal(summary.validation.images, 4);
  assert.deepEqual([summary.best.step, summary.best.evaluation], [4, null]);
  const best = await capturedRun("evaluate", out, "--best", "--on", "validation", "--quiet");
  assert.equal(best.code, 0, best.err);
});

Deno.test("a folder's own validation images are what a run is validated on", async () => {
  // The same images as for testing, so the scores have to be the same.
  await using f = await preparedFolder({ train: 5, unlabeled: 8, test: 4, valid: 4 });
  const states: string[] = [];
  for (const more of [[], ["--set", "loader.residentBytes=1000"], ["--set", "split.valid=2"]]) {
    const out = `${f.root}/run${states.length}`;
    const args = ["train", "--dataset", "folder", "--data-dir", f.root, "--out", out, ...TRAIN];
    const { code, err } = await capturedRun(...args, ...more);
    assert.equal(code, 0, err);
    const summary = JSON.parse(await Deno.readTextFile(`${out}/summary.json`));
    const split = JSON.parse(await Deno.readTextFile(`${out}/split.json`));
    states.push(summary.state);
    if (states.length === 3) {
      assert.equal(summary.validation.images, 2, "set aside of the training images");
      assert.ok(split.valid.every((image: number) => image < 10));
      continue;
    }
    assert.deepEqual(split.valid, [26, 27, 28, 29, 30, 31, 32, 33]); // after 10 and 16 others
    const { rule: _, ...scores } = summary.evaluation;
    assert.deepEqual(summary.validation, scores);
    const again = await capturedRun("evaluate", out, "--on", "validation", "--json", "--quiet");
    assert.deepEqual(JSON.parse(again.out).confusion, summary.evaluation.confusion, again.err);
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

Deno.test("networks are not taken over where classes are numbered otherwise", async () => {
  await using f = await preparedFolder({ train: 5, unlabeled: 8 });
  await Deno.remove(`${f.root}/train/cat/0-20.png`); // protocol simpro numbers classes by size
  const { code: packed } = await capturedRun(
    ...["data", "prepare", "folder", "--data-dir", f.root, "--size", "8", "--workers", "1"],
  );
  assert.equal(packed, 0);
  const data = ["--dataset", "folder", "--data-dir", f.root];
  const first = `${f.root}/first`, file = `${f.root}/first.safetensors`;
  const done = await capturedRun("train", ...data, "--out", first, ...TRAIN);
  assert.equal(done.code, 0, done.err);
  assert.equal((await capturedRun("export", first, "--out", file)).code, 0);
  const simpro = ["train", ...data, ...TRAIN, "--protocol", "simpro"];
  const from = await capturedRun(...simpro, "--from", first, "--out", `${f.root}/second`);
  assert.equal(from.code, 2);
  assert.match(from.err, /the classes cat, dog …, this run dog, cat …: set split.protocol=free/);
  const weights = ["--set", `weights=${file}`];
  const all = await capturedRun(...simpro, ...weights, "--out", `${f.root}/third`);
  assert.equal(all.code, 2);
  assert.match(all.err, /they number the classes cat, dog, this run dog, cat: .*weightsPart=body/);
  const evaluated = await capturedRun(
    ...["evaluate", "--weights", file, ...data, "--model", "small-cnn", "--protocol", "simpro"],
  );
  assert.match(evaluated.err, /they number the classes cat, dog, this run dog, cat/);
  const body = await capturedRun(
    ...[...simpro, ...weights, "--set", "weightsPart=body", "--out", `${f.root}/fourth`],
  );
  assert.equal(body.code, 0, body.err);
  // A natural tail has no use for the sizes of one that is cut.
  const config = await Deno.readTextFile(`${f.root}/fourth/config.yaml`);
  assert.match(config, /labeledShare: 1/);
  assert.doesNotMatch(config, /labeledMax|unlabeledMax|gammaLabeled/);
  const resumed = await capturedRun(
    "train",
    "--resume",
    `${f.root}/fourth`,
    "--steps",
    "6",
    "--quiet",
  );
  assert.equal(resumed.code, 0, resumed.err);
  const other = await capturedRun(
    ...["train", ...data, "--steps", "4", "--model", "wrn-10-1", ...weights],
  );
  assert.match(other.err, /their model is small-cnn, this run's wrn-10-1: set model=small-cnn/);
});

Deno.test("choose asks for validation images before it trains", async () => {
  await using f = await preparedFolder({ train: 5, unlabeled: 8 });
  const out = `${f.root}/choice`;
  const args = ["sweep", "choose", "--data-dir", f.root, "--out", out, "--set", "model=small-cnn"];
  for (const more of [["--dry-run"], []]) {
    const { code, err } = await capturedRun(...args, ...more);
    assert.equal(code, 2);
    assert.match(err, /by validation\.balancedAccuracy, and folder has no validation images/);
  }
  await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
});
