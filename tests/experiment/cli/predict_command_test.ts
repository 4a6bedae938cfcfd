import { parse } from "csv-parse/sync";
import assert from "node:assert/strict";
import sharp from "sharp";
import { decodeSafetensors } from "../../../core/safetensors.ts";
import { loadRun, readPictures } from "../../../experiment/files_deno.ts";
import { squaresOf } from "../../../experiment/network/preparation.ts";
import { loadModel } from "../../../experiment/network/trained_model.ts";
import { picture } from "../../datasets/images.ts";
import { capturedRun } from "./captured_run.ts";
import { runOnnx } from "../onnx/run_onnx.ts";

const root = await Deno.makeTempDir({ prefix: "longtail-predict-" });
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));

/** Colours of the classes; by their numbers of images the protocol of SimPro turns their order round. */
const CLASSES = [["ant", 4, [200, 40, 40]], ["bee", 9, [40, 40, 200]]] as const;
const TEST = 4, SIZE = 12;
const RUN = `${root}/run`, DATA = `${root}/data`;

for (const [name, train, [red, green, blue]] of CLASSES) {
  for (const [part, count] of [["train", train], ["test", TEST]] as const) {
    await Deno.mkdir(`${DATA}/${part}/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const colour = [red + 6 * i, green + 9 * i, blue - 5 * i] as const;
      const bytes = await picture([16 + i, 20], colour);
      await Deno.writeFile(`${DATA}/${part}/${name}/${i}, ${name}.png`, bytes);
    }
  }
}
await Deno.mkdir(`${DATA}/unlabeled`);
for (let i = 0; i < 8; i++) {
  await Deno.writeFile(`${DATA}/unlabeled/${i}.png`, await picture([20, 20], [25 * i, 80, 120]));
}
await said("data", "prepare", "folder", "--data-dir", DATA, "--size", String(SIZE));
await said(
  ...["train", "--algorithm", "simpro", "--dataset", "folder", "--data-dir", DATA, "--out", RUN],
  ...["--protocol", "simpro"],
  ...["--model", "small-cnn", "--steps", "6", "--set", "learningRate=0.05"],
  ...["--set", "batch.labeled=4", "--set", "batch.ratio=1"],
  ...["--set", "split.labeledShare=0.5"],
);
const summary = JSON.parse(await Deno.readTextFile(`${RUN}/summary.json`));

/** Runs a command that has to work; what it printed. */
async function said(...args: readonly string[]): Promise<{ out: string; err: string }> {
  const { code, out, err } = await capturedRun(...args, "--quiet");
  assert.equal(code, 0, `${args.join(" ")}: ${err}`);
  return { out, err };
}

/** Runs `predict`; the rows of the CSV file. */
async function predicted(...args: readonly string[]): Promise<Record<string, string>[]> {
  const out = `${root}/labels.csv`;
  const printed = await said("predict", RUN, ...args, "--out", out);
  assert.equal(printed.out, out);
  return parse(await Deno.readTextFile(out), { columns: true });
}

const probabilities = (row: Record<string, string>) => [Number(row["p0"]), Number(row["p1"])];

Deno.test("split, summary, log and evaluate name the classes in the run's order", async () => {
  const names = ["bee", "ant"]; // the larger class is class 0 there
  const split = JSON.parse(await Deno.readTextFile(`${RUN}/split.json`));
  assert.deepEqual([split.classNames, split.relabel], [names, [1, 0]]);
  assert.deepEqual([summary.classNames, summary.evaluation.classNames], [names, names]);
  const evaluation = JSON.parse((await said("evaluate", RUN, "--json")).out);
  assert.deepEqual(evaluation.classNames, names);
  const log = (await Deno.readTextFile(`${RUN}/log.jsonl`)).trim().split("\n");
  assert.deepEqual(JSON.parse(log.at(-1)!).evaluation.classNames, names);
  const dealt = `${root}/split.json`;
  await said("data", "split", "folder", "--data-dir", DATA, "--out", dealt);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(dealt)).classNames, ["ant", "bee"]);
});

Deno.test("predict says of test images what evaluate says, from files as from the run's own", async () => {
  const rows = await predicted(`${DATA}/test`);
  assert.deepEqual(Object.keys(rows[0]!), ["path", "predicted", "class", "confidence", "p0", "p1"]);
  assert.equal(rows[0]!["path"], `${DATA}/test/ant/0, ant.png`);
  const confusion = [[0, 0], [0, 0]];
  let loss = 0;
  for (const row of rows) {
    const truth = row["path"]!.includes("/bee/") ? 0 : 1, p = probabilities(row);
    const best = p[0]! >= p[1]! ? 0 : 1;
    assert.deepEqual([Number(row["predicted"]), row["class"]], [best, ["bee", "ant"][best]]);
    assert.equal(Number(row["confidence"]), p[best]);
    confusion[truth]![best]!++;
    loss -= Math.log(p[truth]!) / rows.length;
  }
  assert.deepEqual(confusion, summary.evaluation.confusion);
  assert.ok(Math.abs(loss - summary.evaluation.loss) < 1e-5, `${loss}`);
  const own = await predicted("--on", "test");
  assert.equal(own.length, rows.length);
  for (const row of own) { // which say by number what the files say by name
    const number = Number(/^test\/(\d+)$/.exec(row["path"]!)?.[1]);
    assert.deepEqual(probabilities(row), probabilities(rows[number]!));
  }
});

Deno.test("predict takes lists, and labels the run's unlabeled images", async () => {
  const list = `${root}/some.csv`;
  await Deno.writeTextFile(list, "id,path\n7,data/unlabeled/3.png\n8,data/unlabeled/5.png\n");
  const rows = await predicted(list);
  assert.deepEqual(rows.map((r) => r["path"]), ["data/unlabeled/3.png", "data/unlabeled/5.png"]);
  const [third] = await predicted(`${DATA}/unlabeled/3.png`);
  assert.deepEqual(probabilities(rows[0]!), probabilities(third!));
  const split = JSON.parse(await Deno.readTextFile(`${RUN}/split.json`));
  const own = await predicted("--on", "unlabeled");
  assert.deepEqual(own.map((r) => r["path"]), split.unlabeled.map((n: number) => `unlabeled/${n}`));
});

Deno.test("predict writes JSONL with the same numbers, and a sheet of doubts", async () => {
  const out = `${root}/labels.jsonl`, sheet = `${root}/sheet.png`;
  await said("predict", RUN, `${DATA}/test/bee`, "--out", out, "--sheet", sheet);
  const rows = (await Deno.readTextFile(out)).trim().split("\n").map((line) => JSON.parse(line));
  const csv = await predicted(`${DATA}/test/bee`);
  assert.deepEqual(rows.map((r) => r.probabilities), csv.map(probabilities));
  assert.deepEqual(Object.keys(rows[0]), [
    ...["path", "predicted", "class", "confidence", "probabilities"],
  ]);
  const { width, height } = await sharp(await Deno.readFile(sheet)).metadata();
  assert.ok(width > 300 && height > 100);
});

Deno.test("predict names images that cannot be read, or leaves them out", async () => {
  const broken = `${root}/mixed`;
  await Deno.mkdir(broken);
  await Deno.writeFile(`${broken}/good.png`, await picture([9, 9], [200, 50, 50]));
  await Deno.writeTextFile(`${broken}/bad.png`, "no picture");
  const out = `${root}/mixed.csv`;
  const refused = await capturedRun("predict", RUN, broken, "--out", out, "--quiet");
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^error: Cannot read .*bad\.png as an image: .*--skip-corrupt$/);
  assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
  const { err } = await said("predict", RUN, broken, "--out", out, "--skip-corrupt");
  assert.match(err, /^left out: Cannot read .*bad\.png/);
  assert.equal((await Deno.readTextFile(out)).trim().split("\n").length, 2);
  await Deno.remove(`${broken}/good.png`);
  const none = ["predict", RUN, broken, "--out", out, "--skip-corrupt", "--quiet"];
  assert.match((await capturedRun(...none)).err, /None of the 1 images can be read/);
});

Deno.test("predict refuses what it cannot do, in one sentence, and writes nothing", async () => {
  const out = `${root}/never.csv`, empty = `${root}/empty`, list = `${root}/odd.csv`;
  await Deno.mkdir(empty);
  await Deno.writeTextFile(list, "file,size\nx.png,3\n");
  const rows: readonly (readonly [RegExp, ...string[]])[] = [
    [/^error: Cannot predict nothing: give files, folders/, RUN, "--out", out],
    [
      /Cannot predict .*nothing\.png: there is no such file/,
      RUN,
      `${root}/nothing.png`,
      "--out",
      out,
    ],
    [/Cannot predict .*empty: it holds no images/, RUN, empty, "--out", out],
    [/odd\.csv: it needs a column 'path', and has file, size/, RUN, list, "--out", out],
    [/ends in \.csv or \.jsonl/, RUN, DATA, "--out", `${root}/never.txt`],
    [/--on is 'train': give unlabeled or test/, RUN, "--on", "train", "--out", out],
    [/leave out .*x\.png, or --on/, RUN, "x.png", "--on", "test", "--out", out],
    [/is not the folder of a run/, root, DATA, "--out", out],
    [/--network is 'both'/, RUN, `${DATA}/test`, "--network", "both", "--out", out],
  ];
  for (const [message, ...args] of rows) {
    const { code, err } = await capturedRun("predict", ...args);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, message);
  }
  for await (const { name } of Deno.readDir(root)) assert.ok(!name.startsWith("never"), name);
});

Deno.test("exports need no images, say what they are and give what predict gives", async () => {
  const rows = await predicted(`${DATA}/test`);
  const paths = rows.map((row) => row["path"]!);
  const aside = `${root}/aside`;
  await Deno.rename(DATA, aside);
  const weights = `${root}/model.safetensors`, onnx = `${root}/model.onnx`;
  for (const out of [weights, onnx]) await said("export", RUN, "--out", out);
  await Deno.rename(aside, DATA);

  const { metadata } = decodeSafetensors(await Deno.readFile(weights), weights);
  const { state, size, model, network, head, step } = metadata;
  assert.deepEqual({ state, size, model, network, head, step }, {
    state: summary.state,
    size: String(SIZE),
    model: "small-cnn",
    network: summary.evaluation.network,
    head: summary.evaluation.head,
    step: "6",
  });
  assert.deepEqual(JSON.parse(metadata["classNames"]!), ["bee", "ant"]);
  assert.deepEqual(JSON.parse(metadata["mean"]!), [0.5, 0.5, 0.5]);
  assert.match(metadata["resize"]!, /shorter side to 12 pixels, the middle 12 x 12 cut out/);

  const loaded = loadModel(await Deno.readFile(weights)), run = await loadRun(RUN);
  const pictures = await readPictures(paths);
  for (const network of [loaded, run]) {
    const found = await network.predict(pictures);
    await network.dispose();
    found.forEach((p, i) => {
      p.probabilities.forEach((v, c) => {
        assert.ok(Math.abs(v - probabilities(rows[i]!)[c]!) < 1e-6);
      });
      assert.equal(p.class, rows[i]!["class"]);
    });
  }
  const squares = squaresOf(pictures, loaded.card.preparation);
  const { probabilities: theirs } = await runOnnx(await Deno.readFile(onnx), squares, SIZE);
  rows.flatMap(probabilities).forEach((p, i) => assert.ok(Math.abs(p - theirs[i]!) < 1e-4));
});

Deno.test("loadRun() refuses a run whose files are missing or do not fit together", async () => {
  const copy = `${root}/copy`;
  await Deno.mkdir(copy);
  const put = async (name: string, change: (text: string) => string = (text) => text) =>
    await Deno.writeTextFile(`${copy}/${name}`, change(await Deno.readTextFile(`${RUN}/${name}`)));
  const refused = (message: RegExp) => assert.rejects(loadRun(copy), message);
  await refused(/has no config\.yaml/);
  await put("config.yaml");
  await refused(/has no model\.json, which runs of this version write/);
  await put("model.json", (text) => text.replace('"mean"', '"men"'));
  await refused(/Cannot read .*model\.json: preparation/);
  await put("model.json", () => "{");
  await refused(/Cannot read .*model\.json: it is not JSON/);
  await put("model.json");
  await refused(/has no split\.json/);
  await put("split.json", () => "{}");
  await refused(/Cannot read .*split\.json as a split/);
  await put("split.json");
  await refused(/has no checkpoint yet/);
  await Deno.copyFile(`${RUN}/checkpoint.safetensors`, `${copy}/checkpoint.safetensors`);
  await put("config.yaml", (text) => text.replace("model: small-cnn", "model: wrn-10-1"));
  await refused(/checkpoint is of another network than 'wrn-10-1': '.*' has 216 values, not 432/);
  await put("model.json", (text) => text.replace('"ant"', '"ant", "cat"'));
  await refused(/split\.json has 2 classes, model\.json 3/);
});
