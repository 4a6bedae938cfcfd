import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { decodeSafetensors, encodeSafetensors } from "../../../core/safetensors.ts";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-commands-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--model", "small-cnn", "--quiet"]
  .concat(["batch.labeled=4", "batch.ratio=2", "logEvery=2"].flatMap((o) => ["--set", o]));

let runs = 0;

/** Trains on generated images; the folder and what was printed. */
async function trained(...more: readonly string[]) {
  const folder = `${scratch}/run${++runs}`;
  const printed = await capturedRun("train", "--steps", "4", "--out", folder, ...SMALL, ...more);
  return { folder, ...printed };
}

async function summaryOf(folder: string) {
  return JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
}

/** One run for all tests that only look at it. */
let first: ReturnType<typeof trained> | undefined;
const firstRun = () => first ??= trained();

Deno.test("train leaves the files of a run and says where", async () => {
  const { folder, code, out, err } = await firstRun();
  assert.equal(code, 0, err);
  assert.match(out, new RegExp(`^fixmatch on synthetic: 4 steps .*\n[^]*\n${folder}$`));
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(names, [
    ".lock",
    "checkpoint.safetensors",
    "config.yaml",
    "environment.json",
    "log.jsonl",
    "model.json",
    "split.json",
    "summary.json",
  ]);
  const { status, steps, state } = await summaryOf(folder);
  assert.deepEqual([status, steps], ["finished", 4]);
  assert.match(state, /^[0-9a-f]{64}$/);
  const environment = JSON.parse(await Deno.readTextFile(`${folder}/environment.json`));
  assert.equal(environment.deno, Deno.version.deno);
  if (Deno.build.os === "linux") assert.match(environment.drivers.join(), /lib\w+\.so/);
  const rows = (await Deno.readTextFile(`${folder}/log.jsonl`)).trim().split("\n");
  assert.deepEqual(rows.map((row) => JSON.parse(row).step), [2, 4, 4]);
});

Deno.test("train --config on a run's config.yaml repeats it bit for bit", async () => {
  const { folder } = await firstRun();
  const again = `${scratch}/again`;
  const { code, err } = await capturedRun(
    ...["train", "--config", `${folder}/config.yaml`, "--out", again, "--quiet"],
  );
  assert.equal(code, 0, err);
  assert.equal((await summaryOf(again)).state, (await summaryOf(folder)).state);
});

Deno.test("config.yaml has the options that the split depends on, and older ones are taken", async () => {
  const { folder } = await firstRun();
  const text = await Deno.readTextFile(`${folder}/config.yaml`), { split } = parse(text);
  assert.deepEqual(Object.keys(split), [
    ...["protocol", "labeledMax", "unlabeledMax", "gammaLabeled", "gammaUnlabeled", "unlabeled"],
    ...["includeLabeled", "holdout", "valid"],
  ]);
  // Earlier versions wrote all that a split can be told.
  const older = { ...split, unlabeledCounts: null, labeledShare: null };
  const config = `${scratch}/older.yaml`, again = `${scratch}/of-older`;
  await Deno.writeTextFile(config, stringify({ ...parse(text), split: older }));
  const { code, err } = await capturedRun("train", "--config", config, "--out", again, "--quiet");
  assert.equal(code, 0, err);
  assert.equal((await summaryOf(again)).state, (await summaryOf(folder)).state);
});

Deno.test("train --resume of a finished run says so, and trains on with more steps", async () => {
  const { folder } = await trained();
  const finished = await capturedRun("train", "--resume", folder, "--quiet");
  assert.deepEqual([finished.code, /is finished: 4 steps/.test(finished.err)], [0, true]);
  const fewer = await capturedRun("train", "--resume", folder, "--steps", "3", "--quiet");
  assert.equal(fewer.code, 2);
  assert.match(fewer.err, /^error: steps is 3, but .* has done 4: give at least 4$/);
  const more = await capturedRun("train", "--resume", folder, "--steps", "6", "--quiet");
  assert.equal(more.code, 0, more.err);
  assert.equal((await summaryOf(folder)).steps, 6);
  const renamed = await capturedRun("train", "--resume", folder, "--seed", "1");
  assert.deepEqual([renamed.code, /leave out --seed/.test(renamed.err)], [2, true]);
});

Deno.test("train --resume goes on where summary or log are damaged", async () => {
  const { folder } = await trained();
  for (const [i, text] of ["", "null", "{", '{"status": 3}'].entries()) {
    await Deno.writeTextFile(`${folder}/summary.json`, text);
    await Deno.writeTextFile(`${folder}/log.jsonl`, 'null\n3\n{"evaluation"\n{"step":1}\n');
    const steps = 5 + i;
    const { code, err } = await capturedRun(
      ...["train", "--resume", folder, "--steps", `${steps}`, "--quiet"],
    );
    assert.equal(code, 0, err);
    assert.equal((await summaryOf(folder)).steps, steps);
    const [first = ""] = (await Deno.readTextFile(`${folder}/log.jsonl`)).split("\n");
    assert.equal(first, '{"step":1}');
  }
});

Deno.test("evaluate gives the run's numbers again, of either network", async () => {
  const { folder } = await firstRun();
  const { evaluation: { rule: _, ...expected }, history } = await summaryOf(folder);
  assert.equal(history.top1.last, expected.top1);
  const again = await capturedRun("evaluate", folder, "--json", "--quiet");
  assert.equal(again.code, 0, again.err);
  const { step, ...evaluation } = JSON.parse(again.out);
  assert.deepEqual(evaluation, expected);
  assert.deepEqual([step, evaluation.classNames.length], [4, 10]);
  const raw = await capturedRun("evaluate", folder, "--network", "raw", "--json", "--quiet");
  assert.equal(JSON.parse(raw.out).network, "raw");
  const table = await capturedRun("evaluate", folder, "--quiet");
  assert.match(table.out, /^2000 test images, ema network, head main, step 4\ntop-1 +\d/);
  assert.match(table.out, /horizontal stripes +\d/);
});

Deno.test("export writes weights by PyTorch's names, and train starts from them", async () => {
  const { folder } = await firstRun();
  const file = `${scratch}/weights.safetensors`;
  const { code, err } = await capturedRun("export", folder, "--out", file, "--quiet");
  assert.equal(code, 0, err);
  const { tensors, metadata } = decodeSafetensors(await Deno.readFile(file), file);
  assert.deepEqual(tensors.get("conv1.weight")?.shape, [8, 3, 3, 3]);
  assert.deepEqual([metadata.format, metadata.network, metadata.step], ["pt", "ema", "4"]);

  // A rate of almost nothing leaves the weights where they started.
  const still = ["--set", "learningRate=1e-30", "--set", "weightDecay=0", "--steps", "1"];
  const next = await trained("--set", `weights=${file}`, ...still);
  assert.equal(next.code, 0, next.err);
  const copy = `${scratch}/copy.safetensors`;
  await capturedRun("export", next.folder, "--out", copy, "--network", "raw", "--quiet");
  const copied = decodeSafetensors(await Deno.readFile(copy), copy).tensors;
  for (const name of ["conv1.weight", "fc.weight"]) {
    assert.deepEqual(copied.get(name)?.data, tensors.get(name)?.data, name);
  }

  // Who resumes needs them no longer.
  await Deno.remove(file);
  const resumed = await capturedRun("train", "--resume", next.folder, "--steps", "2", "--quiet");
  assert.equal(resumed.code, 0, resumed.err);
});

Deno.test("train refuses weights that are missing, broken or of another network", async () => {
  const file = `${scratch}/bad.safetensors`;
  const refused = async (says: RegExp) => {
    const { code, err, folder } = await trained("--set", `weights=${file}`);
    assert.equal(code, 2, err);
    assert.match(err, says);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  };
  await refused(/^error: Cannot read the weights .*bad\.safetensors: /);
  await Deno.writeTextFile(file, "not a file of tensors");
  await refused(/^error: Cannot read .*bad\.safetensors as safetensors: /);
  const wrong = { dtype: "F32", shape: [1], data: Float32Array.of(1) } as const;
  await Deno.writeFile(file, encodeSafetensors(new Map([["conv1.weight", wrong]])));
  await refused(
    /^error: Cannot load the weights: missing: .* and \d+ more; 'conv1\.weight' has shape \[1\], the network wants \[8,3,3,3\]$/,
  );
});

Deno.test("evaluate and export refuse what is no run, and what they cannot do", async () => {
  const { folder } = await firstRun();
  const rows: [RegExp, ...string[]][] = [
    [/is not the folder of a run/, "evaluate", `${scratch}/none`],
    [/--network is 'both': give ema or raw/, "evaluate", folder, "--network", "both"],
    [
      /There is no head 'tail'; did you mean 'main'\? Known: main/,
      "evaluate",
      folder,
      "--head",
      "tail",
      "--quiet",
    ],
    [/There is no head 'constructor'/, "evaluate", folder, "--head", "constructor", "--quiet"],
    [/is not the folder of a run/, "export", scratch, "--out", `${scratch}/x.onnx`],
    [/required option '--out <file>'/, "export", folder],
    [/ends in \.safetensors, .* or \.onnx/, "export", folder, "--out", `${scratch}/x.pb`],
    [
      /Cannot write .*none\/x\.safetensors: /,
      ...["export", folder, "--quiet", "--out", `${scratch}/none/x.safetensors`],
    ],
  ];
  for (const [says, ...args] of rows) {
    const { code, err } = await capturedRun(...args);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, says);
  }
});

Deno.test("evaluate refuses a checkpoint of another network, by name", async () => {
  const { folder } = await trained();
  const config = `${folder}/config.yaml`;
  const text = await Deno.readTextFile(config);
  await Deno.writeTextFile(config, text.replace("model: small-cnn", "model: wrn-10-1"));
  const { code, err } = await capturedRun("evaluate", folder, "--quiet");
  assert.equal(code, 2);
  assert.match(
    err,
    /^error: .*checkpoint\.safetensors is of another run: model was "small-cnn", config\.yaml says "wrn-10-1"; put it back, or start a new run$/,
  );
});

Deno.test("doctor and list print one JSON object for scripts", async () => {
  const doctor = await capturedRun("doctor", "--json");
  assert.equal(doctor.code, 0, doctor.err);
  const { deno, adapter, limits, features } = JSON.parse(doctor.out);
  assert.equal(deno, Deno.version.deno);
  assert.ok(adapter.name.length > 0 && limits.maxBufferSize > 0 && Array.isArray(features));
  const list = JSON.parse((await capturedRun("list", "--json")).out);
  const fixmatch = list.algorithms.find((a: { name: string }) => a.name === "fixmatch");
  assert.deepEqual([fixmatch.kind, fixmatch.bases], ["base", null]);
  assert.equal(fixmatch.defaults.threshold, 0.95);
  assert.ok(list.datasets.includes("cifar10") && list.protocols.includes("daso"));
});

Deno.test("run() answers help and versions with 0, what it does not know with 2", async () => {
  for (
    const args of [["--version"], ["--help"], ["train", "--help"], ["data", "split", "--help"]]
  ) {
    assert.equal((await capturedRun(...args)).code, 0, args.join(" "));
  }
  for (const args of [[], ["fly"], ["train", "--stepz", "3"], ["evaluate"], ["list", "--jsonn"]]) {
    assert.equal((await capturedRun(...args)).code, 2, args.join(" "));
  }
});

Deno.test("train refuses bad input in one sentence and writes nothing", async () => {
  await Deno.mkdir(`${scratch}/taken`);
  await Deno.writeTextFile(`${scratch}/taken/thesis.txt`, "do not touch");
  const rows: [RegExp, ...string[]][] = [
    [/did you mean 'fixmatch'/, "--algorithm", "fixmach"],
    [/did you mean/, "--dataset", "cifar11"],
    [/no model 'wrn-28'/, "--model", "wrn-28"],
    [/wrn|depth/i, "--model", "wrn-11-2"],
    [/steps is 0/, "--steps", "0"],
    [/steps is 'many'/, "--steps", "many"],
    [/seed/, "--seed", "99999999999999999999999"],
    [/learningRate is -1/, "--set", "learningRate=-1"],
    // Before data are read: nobody has this folder.
    [
      /^error: fixmatch\.threshold is 2: give a number from 0 to 1$/,
      ...["--set", "fixmatch.threshold=2"],
      ...["--dataset", "cifar10", "--data-dir", `${scratch}/none`],
    ],
    [/needs pseudo-labels .* 'supervised' does not have/, "--algorithm", "supervised+daso"],
    [/learningRate is/, "--set", "learningRate=nan"],
    [/batch\.labeled is 0/, "--set", "batch.labeled=0"],
    [/did you mean 'learningRate'/, "--set", "learningrate=0.1"],
    [/--set takes key=value, not 'seed'/, "--set", "seed"],
    [/There is no file/, "--config", `${scratch}/none.yaml`],
    [/Cannot read .*taken: /, "--config", `${scratch}/taken`],
    [/gammaLabeled is 0\.5/, "--set", "split.gammaLabeled=0.5"],
    [/labeledMax/, "--set", "split.labeledMax=100000000"],
    [/is not empty/, "--out", `${scratch}/taken`],
    [/is not the folder of a run/, "--resume", `${scratch}/taken`],
  ];
  for (const [says, ...args] of rows) {
    const out = `${scratch}/refused`;
    const place = args.some((a) => a === "--out" || a === "--resume") ? [] : ["--out", out];
    const { code, err } = await capturedRun("train", ...args, ...place);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, says);
    assert.equal(err.trim().split("\n").length, 1, err);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  }
  assert.deepEqual([...Deno.readDirSync(`${scratch}/taken`)].map((f) => f.name), ["thesis.txt"]);
});

Deno.test("train leaves nothing behind where its options cannot be met", async () => {
  const seval = ["--algorithm", "fixmatch+seval", "--set", "seval.mode=load"];
  const { folder, code, err } = await trained(
    ...seval,
    "--set",
    `seval.curriculum=${scratch}/none`,
  );
  assert.equal(code, 2, err);
  assert.match(err, /There is no curriculum file seval_alpha\.npy/);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});

Deno.test("train leaves nothing behind where the adapter cannot hold its batch", async () => {
  for (
    const [labeled, says] of [
      // Its list of images alone is too long: said before one is drawn.
      [2 ** 31 - 1, /^error: A step draws 4294967294 images at once, of which this adapter holds/],
      [
        1_000_000,
        /^error: A step of 1000000 labeled and .* takes .* allows .* give batch.labeled at most about/,
      ],
    ] as const
  ) {
    const began = performance.now();
    const { folder, code, err } = await trained("--set", `batch.labeled=${labeled}`);
    assert.equal(code, 2, err);
    assert.match(err, says);
    assert.doesNotMatch(err, /\n/);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
    assert.ok(performance.now() - began < 60_000);
  }
});

Deno.test("train ends with the tail of the classes, and with what to do next", async () => {
  const { out } = await firstRun();
  assert.match(out, /^recall \(thirds of the classes, by labeled images\)\n {2}many /m);
  assert.match(out, /^ {2}few .* 3 classes of 2 to 3 labeled images$/m);
  assert.match(out, /^worst classes {2}.*\(\d+ labeled\)/m);
  assert.match(out, /^pseudo-labels {2}/m);
});

Deno.test("train says off a terminal what a step takes, what will not happen, and what is next", async () => {
  const folder = `${scratch}/spoken`;
  const { code, err } = await capturedRun(
    ...["train", "--steps", "5", "--out", folder, ...SMALL.filter((flag) => flag !== "--quiet")],
    ...["--algorithm", "fixmatch+daso", "--set", "daso.warmup=5"],
  );
  assert.equal(code, 0, err);
  assert.match(
    err,
    /^Note: daso blends .* after step 5, and this run has 5: it never does so here/m,
  );
  assert.match(err, /^Note: evaluateEvery \(500\) and checkpointEvery \(100\) are longer than/m);
  assert.match(err, /^step [23]\/5 [\d.]+ s\/step · \S+ left$/m);
  assert.match(
    err,
    /what daso adds +deno task train --config .*spoken\/config\.yaml --algorithm fixmatch$/m,
  );
  // And that command works: the same settings, another method.
  const base = `${scratch}/spoken-base`;
  const other = await capturedRun(
    ...["train", "--config", `${folder}/config.yaml`, "--algorithm", "fixmatch", "--out", base],
  );
  assert.equal(other.code, 0, other.err);
  assert.match(other.err, /^Note: options of daso are left out, since the algorithm is another$/m);
  const [a, b] = await Promise.all(
    [folder, base].map(async (run) => parse(await Deno.readTextFile(`${run}/config.yaml`))),
  );
  assert.deepEqual({ ...a, algorithm: "fixmatch", daso: undefined }, { ...b, daso: undefined });
});

Deno.test("config.yaml begins with the schema that editors check it by", async () => {
  const { folder } = await firstRun();
  const [first = ""] = (await Deno.readTextFile(`${folder}/config.yaml`)).split("\n");
  const address = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)![1]!;
  const { properties } = JSON.parse(await Deno.readTextFile(new URL(address)));
  assert.ok(properties.steps.description.includes("in all"));
});

Deno.test("options prints a method's options, a section's or one; list options is the same table", async () => {
  const daso = await capturedRun("options", "daso");
  assert.equal(daso.code, 0, daso.err);
  assert.match(daso.out, /^daso: addon, Oh et al\./);
  assert.match(
    daso.out,
    /^daso\.warmup=5000\n {4}Steps before the first blend: P in the paper\.$/m,
  );
  assert.equal((await capturedRun("options", "batch")).out.match(/^batch\./gm)?.length, 2);
  assert.match((await capturedRun("options", "learningRate")).out, /^learningRate=0\.03\n.*lr/);
  assert.equal(
    (await capturedRun("options", "fixmatch+daso")).out.match(/^\w+\.\w+=/gm)?.length,
    15,
  );
  const { options } = JSON.parse((await capturedRun("options", "daso.warmup", "--json")).out);
  assert.deepEqual([options.length, options[0].default, options[0].of], [1, 5000, "daso"]);
  const all = await capturedRun("options");
  assert.equal(all.out, (await capturedRun("list", "options")).out);
  const wrong = await capturedRun("options", "treshold");
  assert.deepEqual([wrong.code, /did you mean 'fixmatch\.threshold'/.test(wrong.err)], [2, true]);
});
