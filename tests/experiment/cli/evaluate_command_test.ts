import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { decodeSafetensors } from "../../../core/safetensors.ts";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-evaluate-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const folder = `${scratch}/run`;
const { code, err } = await capturedRun(
  ...["train", "--algorithm", "fixmatch+adello", "--model", "small-cnn", "--steps", "12"],
  ...["--set", "imageSize=16", "--set", "batch.labeled=8", "--set", "evaluateEvery=4"],
  ...["--set", "split.valid=30", "--set", "keepBest=validation", "--set", "average.decay=0.5"],
  ...["--out", folder, "--quiet"],
);
assert.equal(code, 0, err);

async function evaluated(...flags: readonly string[]) {
  const { code, out, err } = await capturedRun("evaluate", folder, "--json", "--quiet", ...flags);
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

async function refused(says: RegExp, ...flags: readonly string[]): Promise<void> {
  const { code, err } = await capturedRun("evaluate", folder, "--quiet", ...flags);
  assert.equal(code, 2, err);
  assert.match(err, says);
}

Deno.test("every score of an evaluation follows from its predictions", async () => {
  const file = `${scratch}/predictions.csv`;
  const { images, top1, loss, perClassRecall } = await evaluated("--predictions", file);
  const rows: Record<string, string>[] = parse(await Deno.readTextFile(file), { columns: true });
  const split = JSON.parse(await Deno.readTextFile(`${folder}/split.json`));
  assert.deepEqual(rows.map(({ index }) => Number(index)), split.test);
  assert.equal(rows.length, images);
  const right = rows.filter(({ label, predicted }) => label === predicted);
  assert.equal(right.length / images, top1);
  const nll = rows.reduce((sum, row) => sum - Math.log(Number(row[`p${row.label}`])), 0) / images;
  assert.ok(Math.abs(nll - loss) < 1e-9);
  const ofFirst = rows.filter(({ label }) => label === "0");
  const hits = ofFirst.filter(({ predicted }) => predicted === "0").length;
  assert.equal(perClassRecall[0], hits / ofFirst.length);
  await refused(/Predictions are CSV/, "--predictions", `${scratch}/predictions.txt`);
});

Deno.test("evaluate adjusts to a test prior by name or of a file", async () => {
  const plain = await evaluated(), uniform = await evaluated("--prior", "uniform");
  assert.deepEqual(uniform.confusion, plain.confusion);
  const [labeled, unlabeled] = [
    await evaluated("--prior", "labeled"),
    await evaluated("--prior", "unlabeled"),
  ];
  assert.notDeepEqual(labeled.confusion, plain.confusion);
  assert.notDeepEqual(unlabeled.confusion, labeled.confusion);
  const counts = JSON.parse(await Deno.readTextFile(`${folder}/split.json`)).counts.labeled;
  await Deno.writeTextFile(`${scratch}/shares.json`, JSON.stringify(counts));
  const { prior: _, ...ofFile } = await evaluated("--prior", `${scratch}/shares.json`);
  const { prior: name, ...named } = labeled;
  assert.deepEqual([ofFile, name], [named, "labeled"]);
  await refused(/There is no prior 'labled'; did you mean 'labeled'/, "--prior", "labled");
  await refused(/There is no file .*none\.json/, "--prior", `${scratch}/none.json`);
});

Deno.test("evaluate scores shifted test sets, each with its own prior where asked to", async () => {
  const { shift } = await evaluated("--shift", "balpoe");
  assert.equal(shift.shift, "balpoe");
  assert.deepEqual(
    shift.rows.map(({ gamma }: { gamma: number }) => gamma),
    [50, 25, 10, 5, 2, 1, -2, -5, -10, -25, -50],
  );
  const known = await evaluated("--shift", "balpoe", "--prior", "test");
  const loss = (rows: { loss: number }[]) => rows[0]!.loss; // there are eleven
  assert.ok(loss(known.shift.rows) < loss(shift.rows));
  await refused(/There is no shift 'cosl'; did you mean 'cossl'/, "--shift", "cosl");
});

Deno.test("validation images are evaluated, and the network that they like best is kept", async () => {
  const log = (await Deno.readTextFile(`${folder}/log.jsonl`)).trim().split("\n")
    .map((line) => JSON.parse(line)).filter(({ evaluation }) => evaluation);
  assert.deepEqual(log.map(({ step }) => step), [4, 8, 12]);
  const scores = log.map(({ validation }) => validation.balancedAccuracy);
  const best = log[scores.indexOf(Math.max(...scores))];
  const summary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
  assert.deepEqual(summary.best, {
    rule: "best on validation",
    step: best.step,
    evaluation: best.evaluation,
    validation: best.validation,
  });
  assert.deepEqual(summary.validation, log[2].validation);
  const { step, ...again } = await evaluated("--best");
  assert.deepEqual([step, again], [best.step, best.evaluation]);
  const file = `${scratch}/best.safetensors`, table = `${scratch}/best.csv`;
  const exported = await capturedRun("export", folder, "--best", "--out", file, "--quiet");
  assert.equal(exported.code, 0, exported.err);
  assert.equal(decodeSafetensors(await Deno.readFile(file), file).metadata.step, `${best.step}`);
  const predicted = await capturedRun(
    ...["predict", folder, "--on", "test", "--best", "--out", table, "--quiet"],
  );
  assert.equal(predicted.code, 0, predicted.err);
  const rows: Record<string, string>[] = parse(await Deno.readTextFile(table), { columns: true });
  const said = rows.map((row) => Number(row["predicted"]));
  const columns = (matrix: number[][]) =>
    matrix[0]!.map((_, k) => matrix.reduce((sum, row) => sum + row[k]!, 0));
  assert.deepEqual(
    columns(best.evaluation.confusion),
    best.evaluation.classNames.map((_: string, k: number) => said.filter((p) => p === k).length),
  );
  const { images } = await evaluated("--on", "validation");
  assert.equal(images, 30);
  await refused(/--on is 'train': give test or validation/, "--on", "train");
});

Deno.test("evaluate with the batch's own statistics is another evaluation", async () => {
  const plain = await evaluated(), batch = await evaluated("--norm", "batch");
  assert.notEqual(batch.loss, plain.loss);
  await refused(/--norm is 'layer': give running or batch/, "--norm", "layer");
});

Deno.test("evaluate takes weights without a run", async () => {
  const file = `${scratch}/weights.safetensors`;
  const exported = await capturedRun("export", folder, "--out", file, "--quiet");
  assert.equal(exported.code, 0, exported.err);
  const flags = ["evaluate", "--weights", file, "--dataset", "synthetic", "--quiet", "--json"];
  const size = ["--model", "small-cnn", "--set", "imageSize=16"];
  const { code, out, err } = await capturedRun(...flags, ...size);
  assert.equal(code, 0, err);
  const { confusion, images } = JSON.parse(out);
  const own = await evaluated();
  assert.deepEqual([images, confusion], [own.images, own.confusion]);
  const other = await capturedRun(...flags, "--model", "wrn-10-1", "--set", "imageSize=16");
  assert.equal(other.code, 2);
  assert.match(other.err, /their model is small-cnn, this run's wrn-10-1: set model=small-cnn/);
  await refused(/says its options itself: leave out --model$/, "--model", "small-cnn");
  const none = await capturedRun("evaluate", "--quiet");
  assert.equal(none.code, 2);
  assert.match(none.err, /the folder of a run, or --weights FILE\.safetensors/);
});

Deno.test("evaluate scores another data set of the same classes, in whatever order", async () => {
  // A folder of the run's own classes, from the last to the first; its pictures are of one class.
  const names: string[] = JSON.parse(await Deno.readTextFile(`${folder}/model.json`)).classNames;
  const root = `${scratch}/other`;
  for (const name of names) {
    for (const part of ["train", "test"]) {
      await Deno.mkdir(`${root}/${part}/${name}`, { recursive: true });
      const grey = sharp({
        create: { width: 16, height: 16, channels: 3, background: { r: 90, g: 90, b: 90 } },
      });
      await grey.png().toFile(`${root}/${part}/${name}/0.png`);
    }
  }
  const prepared = await capturedRun(
    ...["data", "prepare", "folder", "--data-dir", root, "--size", "16", "--quiet"],
  );
  assert.equal(prepared.code, 0, prepared.err);
  const there = ["--dataset", "folder", "--data-dir", root];
  const { images, top1, perClassRecall, classNames } = await evaluated(...there);
  assert.deepEqual([images, top1, classNames], [10, 0.1, names]); // all look alike
  const table = await capturedRun("evaluate", folder, "--quiet", ...there);
  assert.match(table.out, /^10 test images of folder, ema network, head main\ntop-1 +10\.0 %/);
  // The class that everything is taken for is the run's, whatever its number in the folder.
  const out = `${scratch}/grey.csv`;
  await capturedRun("predict", folder, `${root}/test/${names[0]}`, "--out", out, "--quiet");
  const [row] = parse(await Deno.readTextFile(out), { columns: true }) as { predicted: string }[];
  assert.equal(perClassRecall[Number(row!.predicted)], 1);
  await Deno.rename(`${root}/test/${names[0]}`, `${root}/test/pear`);
  await Deno.rename(`${root}/train/${names[0]}`, `${root}/train/pear`);
  await capturedRun("data", "prepare", "folder", "--data-dir", root, "--size", "16", "--quiet");
  await refused(
    /other classes than the run: it lacks 'disc', the run does not know 'pear'/,
    ...there,
  );
  await refused(/leave out --shift$/, ...there, "--shift", "cossl");
});
