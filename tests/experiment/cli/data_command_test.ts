import assert from "node:assert/strict";
import sharp from "sharp";
import { picture } from "../../datasets/images.ts";
import { capturedRun } from "./captured_run.ts";

/** A folder that is gone afterwards. */
async function scratch() {
  const path = await Deno.makeTempDir({ prefix: "longtail-data-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** CIFAR-10 with ten training and two test images of each class. */
async function writeCifar10(folder: string): Promise<void> {
  for (
    const file of [
      "data_batch_1",
      "data_batch_2",
      "data_batch_3",
      "data_batch_4",
      "data_batch_5",
      "test_batch",
    ]
  ) {
    const bytes = new Uint8Array(20 * 3073);
    for (let i = 0; i < 20; i++) {
      bytes.fill(12 * i, i * 3073, (i + 1) * 3073);
      bytes[i * 3073] = i % 10;
    }
    await Deno.writeFile(`${folder}/${file}.bin`, bytes);
  }
}

/** A user's own images: two classes, 3 and 1 for training, one each for testing, two unlabeled. */
async function writeFolder(root: string): Promise<void> {
  const files = [
    "train/cat/a",
    "train/cat/b",
    "train/cat/c",
    "train/dog/a",
    "test/cat/a",
    "test/dog/a",
  ];
  for (const file of [...files, "unlabeled/a", "unlabeled/b"]) {
    await Deno.mkdir(`${root}/${file.slice(0, -2)}`, { recursive: true });
    const dog = file.includes("dog") ? 200 : 20;
    await Deno.writeFile(`${root}/${file}.png`, await picture([12, 10], [dog, 90, 120]));
  }
}

async function refused(args: readonly string[], says: RegExp): Promise<void> {
  const { code, out, err } = await capturedRun("data", ...args);
  assert.equal(code, 2, `${args.join(" ")}: ${err}`);
  assert.match(err, says);
  assert.equal(err.split("\n").length, 1, err);
  assert.equal(out, "");
}

Deno.test("data prepare packs a folder, says what it did and does it once", async () => {
  await using f = await scratch();
  await writeFolder(f.path);
  const args = ["data", "prepare", "folder", "--data-dir", f.path, "--size", "8", "--workers", "1"];
  const first = await capturedRun(...args);
  assert.equal(first.code, 0, first.err);
  assert.equal(first.out, `folder: train 4, test 2, unlabeled 2\n${f.path}/folder-8.pack`);
  assert.match(first.err, /^packing train: 4\/4 images/);
  const again = await capturedRun(...args);
  assert.deepEqual([again.out, again.err], [first.out, ""]);
});

Deno.test("data prepare names a damaged image, or lists it with --skip-corrupt", async () => {
  await using f = await scratch();
  await writeFolder(f.path);
  await Deno.writeTextFile(`${f.path}/train/cat/text.png`, "not an image");
  const args = [
    "prepare",
    "folder",
    "--data-dir",
    f.path,
    "--size",
    "8",
    "--workers",
    "1",
    "--quiet",
  ];
  await refused(args, /^error: .*train\/cat\/text\.png.*--skip-corrupt$/);
  const { code, out, err } = await capturedRun("data", ...args, "--skip-corrupt");
  assert.equal(code, 0);
  assert.match(out, /^folder: train 4, test 2, unlabeled 2; 1 left out\n/);
  assert.match(err, /^left out: .*train\/cat\/text\.png[^\n]*$/);
});

Deno.test("data prepare stops at Ctrl-C with 130 and says how to go on", async () => {
  await using f = await scratch();
  await writeFolder(f.path);
  const { addSignalListener } = Deno;
  // As if the user had pressed it as soon as somebody listens: a test runner takes the real one.
  Deno.addSignalListener = (signal, handler) => {
    addSignalListener(signal, handler);
    if (signal === "SIGINT") handler();
  };
  const args = ["data", "prepare", "folder", "--data-dir", f.path, "--workers", "1"];
  const { code, out, err } = await capturedRun(...args);
  Deno.addSignalListener = addSignalListener;
  assert.equal(code, 130, err);
  assert.equal(out, "");
  assert.match(err, /Interrupted.*data prepare folder --data-dir \S+ --workers 1$/);
  assert.equal((await capturedRun(...args)).code, 0);
});

Deno.test("data inspect counts each class, as a table and as JSON", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const table = await capturedRun("data", "inspect", "cifar10", "--data-dir", f.path);
  assert.equal(table.code, 0, table.err);
  assert.match(table.out, /^cifar10: 10 classes, 32 x 32 px/);
  assert.match(table.out, /\nairplane +10 +2 /);
  assert.doesNotMatch(table.out, /labeled/);
  const { out } = await capturedRun("data", "inspect", "cifar10", "--data-dir", f.path, "--json");
  assert.deepEqual(JSON.parse(out).parts[1], {
    name: "test",
    images: 20,
    counts: Array(10).fill(2),
  });
});

Deno.test("data inspect shows the long tail of a split", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const split = [
    "--protocol",
    "free",
    "--set",
    "split.labeledMax=4",
    "--set",
    "split.gammaLabeled=4",
  ];
  const args = ["data", "inspect", "cifar10", "--data-dir", f.path, ...split];
  const { out, code, err } = await capturedRun(...args, "--sheet", `${f.path}/sheet.png`);
  assert.equal(code, 0, err);
  assert.match(out, /\ncifar10 by protocol free, seed 0\nlabeled 18, unlabeled 29, test 20\n/);
  assert.match(out, /\nairplane +4 +6 +2 +█{30}\n/);
  assert.match(out, /\ntruck +1 +1 +2 +█{8}\n.*sheet\.png$/);
  assert.equal((await sharp(await Deno.readFile(`${f.path}/sheet.png`)).metadata()).format, "png");
  const json = JSON.parse((await capturedRun(...args, "--json")).out);
  assert.equal(json.split.counts.labeled[0], 4);
});

Deno.test("data split writes what train would deal out", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const file = `${f.path}/split.json`;
  const options = ["split.labeledMax=4", "split.gammaLabeled=2", "split.unlabeledMax=5"];
  const args = ["data", "split", "cifar10", "--data-dir", f.path, "--seed", "3", "--out", file];
  const set = options.flatMap((option) => ["--set", option]);
  const { code, out, err } = await capturedRun(...args, "--protocol", "simpro", ...set);
  assert.equal(code, 0, err);
  assert.match(out, /^cifar10 by protocol simpro, seed 3\n/);
  const split = JSON.parse(await Deno.readTextFile(file));
  assert.equal(split.protocol, "simpro");
  assert.equal(split.seed, 3);
  assert.equal(split.counts.labeled[0], 4);
  assert.equal(split.labeled.length, split.counts.labeled.reduce((a: number, b: number) => a + b));
  assert.match(split.fingerprint, /^[0-9a-f]{64}$/);
  const files = [...Deno.readDirSync(f.path)].map(({ name }) => name);
  assert.deepEqual(files.filter((name) => name.startsWith("split")), ["split.json"]);
});

Deno.test("data augment draws a contact sheet", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const file = `${f.path}/views.png`;
  const args = ["data", "augment", "cifar10", "--data-dir", f.path, "--out", file, "--quiet"];
  const { code, out, err } = await capturedRun(...args, "--augment", "simpro");
  assert.deepEqual([code, out, err], [0, file, ""]);
  const { format, width } = await sharp(await Deno.readFile(file)).metadata();
  assert.equal(format, "png");
  assert(width > 7 * 128, "the original, two weak and four strong views");
});

Deno.test("data refuses bad input in one sentence and writes nothing", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const here = ["--data-dir", f.path];
  await refused(["prepare", "cifar1000", ...here], /no data set 'cifar1000'.*'cifar100'/);
  await refused(["prepare", "cifar10"], /give --data-dir DIR/);
  await refused(["prepare", "cifar10", ...here, "--size", "16"], /at 16 px: it comes at 32 px/);
  await refused(["prepare", "cifar10", ...here, "--size", "big"], /--size is 'big'/);
  await refused(["prepare", "cifar10", ...here, "--workers", "0"], /--workers is '0'/);
  await refused(["prepare", "semi-aves", ...here, "--unlabeled", "out"], /'out': give in or all/);
  await refused(["inspect", "stl10"], /give --data-dir DIR/);
  await refused(["inspect", "stl10", ...here], /not prepared.*data prepare stl10/);
  await refused(["inspect", "cifar10", "--data-dir", `${f.path}/none`], /does not exist/);
  await refused(["inspect", "cifar10", ...here, "--sheet", `${f.path}/none/x.png`], /Cannot write/);
  await refused(["split", "cifar10", ...here], /required option '--out/);
  const out = ["--out", `${f.path}/x.json`];
  await refused(["split", "cifar10", ...here, ...out, "--protocol", "simple"], /'simpro'/);
  await refused(["split", "cifar10", ...here, ...out, "--seed", "-2"], /seed is -2/);
  await refused(["split", "cifar10", ...here, ...out, "--set", "split.labeledMax=11"], /is 11/);
  await refused(["split", "cifar10", ...here, "--out", f.path], /Cannot write/);
  await refused(["augment", "cifar10", ...here, "--out", "x.png", "--augment", "dasso"], /'daso'/);
  await refused(["draw", "cifar10"], /unknown command 'draw'/);
  assert.equal([...Deno.readDirSync(f.path)].length, 6);
});

Deno.test("list --json names data sets, protocols and augmentations", async () => {
  const { out } = await capturedRun("list", "--json");
  const { datasets, protocols, augmentations } = JSON.parse(out);
  assert.deepEqual(datasets, [
    "synthetic",
    "cifar10",
    "cifar100",
    "stl10",
    "svhn",
    "imagenet127",
    "imagenet1k",
    "imagenet-lt",
    "inaturalist2018",
    "food101",
    "semi-aves",
    "eurosat",
    "tissuemnist",
    "folder",
  ]);
  assert(protocols.includes("balpoe") && augmentations.includes("simpro"));
});

Deno.test("data inspect and split deal out by a stack's recipe, as train does", async () => {
  await using f = await scratch();
  await writeCifar10(f.path);
  const given = ["cifar10", "--data-dir", f.path, "--set", "split.gammaLabeled=2"];
  const asked = ["--algorithm", "fixmatch+daso"];
  // The recipe of DASO asks for 1500 images of the first class; nobody has set that.
  const says =
    /^error: split\.labeledMax is 1500 \(the recipe of daso\), which is not possible: give .* 1 to 100; --set split\.labeledMax=4 would do$/;
  await refused(["inspect", ...given, ...asked], says);
  await refused(["split", ...given, ...asked, "--out", `${f.path}/split.json`], says);
  await refused(
    ["inspect", ...given, ...asked, "--set", "split.labeledMax=20"],
    /^error: split\.labeledMax is 20 \(--set\), which asks for 20 labeled images of class 'airplane': there are 9 to label; --set split\.labeledMax=4 would do$/,
  );
  const small = ["--set", "split.labeledMax=5"];
  const { code, out, err } = await capturedRun("data", "inspect", ...given, ...asked, ...small);
  assert.equal(code, 0, err);
  assert.match(out, /protocol daso/);
  const file = `${f.path}/split.json`;
  const split = await capturedRun("data", "split", ...given, ...asked, ...small, "--out", file);
  assert.equal(split.code, 0, split.err);
  assert.equal(JSON.parse(await Deno.readTextFile(file)).protocol, "daso");
});
