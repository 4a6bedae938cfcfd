import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { inspect } from "../../../datasets/show/inspection.ts";
import { openDataset } from "../../../datasets/sets/open_dataset_deno.ts";
import { prepareDataset } from "../../../datasets/sets/prepare_dataset_deno.ts";
import { hugePng, picture } from "../images.ts";
import { ascii, compress, join, mat5, matrix, npy, tar, words, zip } from "../samples.ts";

type Files = Record<string, Uint8Array | string>;

/** A folder of files. */
async function folderOf(files: Files) {
  const root = await Deno.makeTempDir({ prefix: "longtail-prepare-" });
  const add = async (more: Files) => {
    for (const [name, content] of Object.entries(more)) {
      const path = `${root}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, typeof content === "string" ? ascii(content) : content);
    }
  };
  await add(files);
  return { root, add, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

const one = { workers: 1 };
const first = (bytes: Uint8Array, images: number) =>
  Array.from({ length: images }, (_, i) => [...bytes.slice(i * bytes.length / images).slice(0, 3)]);

Deno.test("prepareDataset() packs stl10 with its unlabeled part, resized", async () => {
  const planes = (value: number) => new Uint8Array(27648).fill(value);
  await using f = await folderOf({
    "stl10_binary/train_X.bin": join(planes(10), planes(20)),
    "stl10_binary/train_y.bin": Uint8Array.of(1, 10),
    "stl10_binary/test_X.bin": planes(30),
    "stl10_binary/test_y.bin": Uint8Array.of(2),
    "stl10_binary/unlabeled_X.bin": join(planes(40), planes(50), planes(60)),
  });
  const made = await prepareDataset("stl10", { dataDir: f.root });
  assert.deepEqual(made.images, { train: 2, test: 1, unlabeled: 3 });
  assert.equal(made.path, `${f.root}/stl10-32.pack`);
  for (const dataDir of [f.root, `${f.root}/stl10_binary`]) {
    const set = await openDataset("stl10", { dataDir });
    assert.equal(set.size, 32);
    assert.deepEqual([...set.train.labels!], [0, 9]);
    assert.deepEqual(first(set.unlabeled!.bytes!, 3), [40, 50, 60].map((v) => [v, v, v]));
  }
  await prepareDataset("stl10", { dataDir: f.root, size: 96 });
  assert.equal((await openDataset("stl10", { dataDir: f.root, size: 96 })).size, 96);
  assert.equal((await openDataset("stl10", { dataDir: f.root })).size, 32);
  await Deno.truncate(`${f.root}/stl10_binary/test_X.bin`, 27000);
  await assert.rejects(
    prepareDataset("stl10", { dataDir: f.root }),
    /stl10_binary\/test_X\.bin: its 27000 bytes are no whole number/,
  );
});

Deno.test("prepareDataset() packs svhn", async () => {
  const file = (value: number, label: number) =>
    mat5([
      matrix("X", [32, 32, 3, 2], { data: new Uint8Array(6144).fill(value) }),
      matrix("y", [2, 1], { data: Uint8Array.of(label, 10) }),
    ], true);
  await using f = await folderOf({
    "train_32x32.mat": await file(7, 3),
    "test_32x32.mat": await file(8, 4),
  });
  await prepareDataset("svhn", { dataDir: f.root });
  const set = await openDataset("svhn", { dataDir: f.root });
  assert.deepEqual([...set.train.labels!, ...set.test.labels!], [3, 0, 4, 0]);
  assert.deepEqual(first(set.test.bytes!, 2), [[8, 8, 8], [8, 8, 8]]);
});

Deno.test("prepareDataset() packs tissuemnist at 32 px with its valid part", async () => {
  const images = npy([2, 28, 28], new Uint8Array(1568).fill(9));
  const labels = npy([2, 1], Uint8Array.of(7, 0));
  await using f = await folderOf({
    "tissuemnist.npz": await zip(Object.fromEntries(
      ["train", "val", "test"].flatMap((part) => [
        [`${part}_images.npy`, images],
        [`${part}_labels.npy`, labels],
      ]),
    )),
  });
  await prepareDataset("tissuemnist", { dataDir: f.root });
  const set = await openDataset("tissuemnist", { dataDir: f.root });
  assert.deepEqual([set.size, set.valid?.images, set.classNames.length], [32, 2, 8]);
  assert.deepEqual(first(set.valid!.bytes!, 2), [[9, 9, 9], [9, 9, 9]]);
});

/** A batch as Python 3 pickles it. */
function batch(labels: number[], size = 32): Uint8Array {
  const each = 3 * size * size;
  const data = new Uint8Array(labels.length * each);
  labels.forEach((label, i) => data.fill(label % 256, i * each, (i + 1) * each));
  const int = (value: number) => join(ascii("J"), words(value));
  return join(
    ascii("\x80\x03}(X\x04\x00\x00\x00datacnumpy.core.multiarray\n_reconstruct\n"),
    ascii("cnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01"),
    int(labels.length),
    int(each),
    ascii("\x86cnumpy\ndtype\nX\x02\x00\x00\x00u1K\x00K\x01\x87R\x89B"),
    words(data.length),
    data,
    ascii("tbX\x06\x00\x00\x00labels]("),
    ...labels.map(int),
    ascii("eu."),
  );
}

Deno.test("prepareDataset() packs imagenet1k and maps it to imagenet127", async () => {
  await using f = await folderOf({
    "train_data_batch_1": batch([1, 873]),
    "train_data_batch_2": batch([1000]),
    "val_data": batch([806, 218]),
  });
  const { notes } = await prepareDataset("imagenet1k", { dataDir: f.root });
  assert.match(notes.join(" "), /2 of 10 train batches/);
  const full = await openDataset("imagenet1k", { dataDir: f.root });
  assert.deepEqual([...full.train.labels!, ...full.test.labels!], [0, 872, 999, 805, 217]);
  assert.deepEqual(first(full.train.bytes!, 3), [[1, 1, 1], [105, 105, 105], [232, 232, 232]]);
  const mapped = await prepareDataset("imagenet127", { dataDir: f.root });
  assert.match(mapped.notes.join(" "), /mapped to 127 by WordNet/);
  const small = await openDataset("imagenet127", { dataDir: f.root });
  assert.equal(labelPool(small).naturalTail, true);
  assert.equal(labelPool(full).naturalTail, false);
  assert.deepEqual([...small.train.labels!].map((l) => small.classNames[l]), [
    "mammal",
    "loaf of bread",
    "weight",
  ]);
  assert.deepEqual([...small.test.labels!].map((l) => small.classNames[l]), [
    "loaf of bread",
    "mammal",
  ]);
});

Deno.test("prepareDataset() keeps the labels of imagenet127 files that were relabeled", async () => {
  await using f = await folderOf({
    "small_imagenet_127_32/train_data_batch_1": batch([1, 127]),
    "small_imagenet_127_32/val_data": batch([87]),
  });
  await prepareDataset("imagenet127", { dataDir: f.root });
  const set = await openDataset("imagenet127", { dataDir: `${f.root}/small_imagenet_127_32` });
  assert.deepEqual([...set.train.labels!, ...set.test.labels!], [0, 126, 86]);
});

Deno.test("prepareDataset() refuses imagenet batches that lack one or run code", async () => {
  await using f = await folderOf({
    "train_data_batch_1": batch([1]),
    "train_data_batch_3": batch([1]),
    "val_data": batch([1]),
  });
  const prepare = (size?: number) => prepareDataset("imagenet1k", { dataDir: f.root, size });
  await assert.rejects(prepare(), /batches up to train_data_batch_3 are not all there/);
  await f.add({ "train_data_batch_2": ascii("\x80\x02cos\nsystem\nU\x02id\x85R.") });
  await assert.rejects(prepare(), (error) => {
    return error instanceof BadInput &&
      /train_data_batch_2.*calls os\.system.*refused/.test(error.message);
  });
  await assert.rejects(prepare(64), /have 32 px, expected 64 px/);
  await assert.rejects(prepare(48), /at 48 px: it comes at 32 or 64 px/);
});

Deno.test("prepareDataset() packs food101 by its lists, classes by name", async () => {
  await using f = await folderOf({
    "food-101/meta/train.json": '{"pie": ["pie/2", "pie/1"], "ham": ["ham/3"]}',
    "food-101/meta/test.json": '{"pie": ["pie/4"]}',
    "food-101/images/pie/1.jpg": await picture([30, 20], [200, 0, 0], "jpeg"),
    "food-101/images/pie/2.jpg": await picture([20, 30], [0, 200, 0], "jpeg"),
    "food-101/images/pie/4.jpg": await picture([16, 16], [9, 9, 9], "jpeg"),
    "food-101/images/ham/3.jpg": await picture([20, 20], [0, 0, 200], "jpeg"),
  });
  await prepareDataset("food101", { ...one, dataDir: f.root, size: 16 });
  const set = await openDataset("food101", { dataDir: f.root });
  assert.deepEqual(set.classNames, ["ham", "pie"]);
  assert.deepEqual([...set.train.labels!, ...set.test.labels!], [1, 1, 0, 1]);
  const colours = [0, 1, 2].map((i) => {
    const at = (i * 256 + 8) * 3; // the middle of the upper edge
    return set.train.bytes!.slice(at, at + 3).findIndex((v) => v > 150);
  });
  assert.deepEqual(colours, [1, 0, 2]);
  await f.add({
    "food-101/meta/train.json": '{"cake": ["pie/2", "pie/1"], "ham": ["ham/3"]}',
    "food-101/meta/test.json": '{"cake": ["pie/4"]}',
  });
  await prepareDataset("food101", { ...one, dataDir: f.root, size: 16 });
  const renamed = await openDataset("food101", { dataDir: f.root });
  assert.deepEqual(renamed.classNames, ["cake", "ham"]);
  assert.deepEqual([...renamed.train.labels!], [0, 0, 1]);
  await Deno.remove(`${f.root}/food-101/images/ham/3.jpg`);
  await assert.rejects(
    prepareDataset("food101", { ...one, dataDir: f.root, size: 16 }),
    /images\/ham\/3\.jpg: there is no such file/,
  );
});

Deno.test("prepareDataset() packs semi-aves with the unlabeled images asked for", async () => {
  await using f = await folderOf({
    "l_train_val.txt": "trainval_images/a.jpg 3\ntrainval_images/b.jpg 199\n",
    "u_train_in.txt": "u_train_in/c.jpg -1\n",
    "u_train.txt": "u_train_in/c.jpg -1\nu_train_out/d.jpg -1\n",
    "test.txt": "test/e.jpg 0\n",
    ...Object.fromEntries(
      await Promise.all(
        ["trainval_images/a", "trainval_images/b", "u_train_in/c", "u_train_out/d", "test/e"].map(
          async (name) => [`${name}.jpg`, await picture([24, 30], [9, 90, 9], "jpeg")],
        ),
      ),
    ),
  });
  const options = { ...one, dataDir: f.root, size: 16 };
  assert.deepEqual((await prepareDataset("semi-aves", options)).images, {
    train: 2,
    test: 1,
    unlabeled: 1,
  });
  const all = await prepareDataset("semi-aves", { ...options, unlabeled: "all" });
  assert.equal(all.images.unlabeled, 2);
  const set = await openDataset("semi-aves", { dataDir: f.root });
  assert.deepEqual([...set.train.labels!], [3, 199]);
  assert.equal(set.unlabeled?.labels, null);
});

Deno.test("prepareDataset() packs imagenet-lt and inaturalist2018 by their lists", async () => {
  const jpeg = await picture([40, 30], [9, 90, 9], "jpeg");
  const lines = (count: number, path: (c: number) => string) =>
    Array.from({ length: count }, (_, c) => `${path(c)} ${c}\n`).join("");
  const train = (c: number) => `train/n${String(c).padStart(8, "0")}/a.JPEG`;
  await using f = await folderOf({
    "ImageNet_LT_train.txt": lines(1000, train),
    "ImageNet_LT_val.txt": "train/n00000003/b.JPEG 3\n",
    "ImageNet_LT_test.txt": "val/ILSVRC2012_val_00000001.JPEG 999\nval/c.JPEG 5\n",
    "train/n00000003/b.JPEG": jpeg,
    "val/ILSVRC2012_val_00000001.JPEG": jpeg,
    "val/c.JPEG": jpeg,
    ...Object.fromEntries(Array.from({ length: 1000 }, (_, c) => [train(c), jpeg])),
  });
  const options = { ...one, dataDir: f.root, size: 8 };
  const packed = await prepareDataset("imagenet-lt", options);
  assert.deepEqual(packed.images, { train: 1000, test: 2, valid: 1 });
  const set = await openDataset("imagenet-lt", { dataDir: f.root });
  assert.deepEqual([set.classNames[7], set.naturalTail], ["n00000007", true]);
  assert.deepEqual([[...set.test.labels!], [...set.valid!.labels!]], [[999, 5], [3]]);

  const list = `${f.root}/iNaturalist18_train.txt`;
  const species = (c: number) => `train_val2018/Aves/${c}/p.jpg`;
  await Deno.writeTextFile(list, lines(8141, species));
  await Deno.writeTextFile(`${f.root}/iNaturalist18_val.txt`, `${species(8)} 8\n`);
  await assert.rejects(prepareDataset("inaturalist2018", options), /none of class 8141/);
  await Deno.writeTextFile(list, `${lines(8142, species)}x.jpg 8142\n`);
  await assert.rejects(prepareDataset("inaturalist2018", options), /label of -1\.\.8141/);
  await Deno.writeTextFile(list, `${lines(8142, species)}x.jpg -1\n`);
  await assert.rejects(prepareDataset("inaturalist2018", options), /x\.jpg has no label/);
  await Deno.writeTextFile(list, lines(8142, () => species(8)));
  await assert.rejects(prepareDataset("inaturalist2018", options), /0 and 1 lie in 'Aves\/8'/);
  await Deno.writeTextFile(list, lines(8142, species));
  for (let c = 0; c < 8142; c++) {
    await Deno.mkdir(`${f.root}/train_val2018/Aves/${c}`, { recursive: true });
    await Deno.link(`${f.root}/val/c.JPEG`, `${f.root}/${species(c)}`);
  }
  const birds = await prepareDataset("inaturalist2018", options);
  assert.deepEqual(birds.images, { train: 8142, test: 1 });
  const birdSet = await openDataset("inaturalist2018", { dataDir: f.root });
  assert.equal(birdSet.classNames[8141], "Aves/8141");
});

Deno.test("prepareDataset() downloads, unpacks and packs eurosat", async () => {
  const files: Record<string, Uint8Array> = {};
  for (const [c, name] of ["AnnualCrop", "Forest"].entries()) {
    for (let i = 1; i <= 5; i++) {
      files[`2750/${name}/${name}_${i}.jpg`] = await picture([64, 64], [c * 99, i * 40, 0], "jpeg");
    }
  }
  let archive = await zip(files);
  await using f = await folderOf({});
  let port = 0, requests = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (address) => port = address.port },
    () => (requests++, new Response(archive)),
  );
  const stages = new Set<string>();
  const options = {
    ...one,
    dataDir: `${f.root}/data`,
    downloads: [{ urls: [`http://127.0.0.1:${port}/EuroSAT.zip`], file: "EuroSAT.zip" }],
    onProgress: ({ stage }: { stage: string }) => stages.add(stage),
  };
  try {
    assert.deepEqual((await prepareDataset("eurosat", options)).images, { train: 8, test: 2 });
    await prepareDataset("eurosat", options);
    assert.equal(requests, 1);
    assert.deepEqual([...stages], ["download", "unpack", "pack"]);
    // Another archive of that name: what was unpacked of the first does not stand for it.
    files["2750/Forest/Forest_6.jpg"] = await picture([64, 64], [99, 240, 0], "jpeg");
    archive = await zip(files);
    await Deno.remove(`${options.dataDir}/EuroSAT.zip`);
    await Deno.writeFile(`${options.dataDir}/EuroSAT.zip`, archive);
    assert.deepEqual((await prepareDataset("eurosat", options)).images, { train: 8, test: 3 });
  } finally {
    await server.shutdown();
  }
  const set = await openDataset("eurosat", { dataDir: options.dataDir });
  assert.equal(set.size, 64);
  assert.deepEqual([...set.train.labels!], [0, 0, 0, 0, 1, 1, 1, 1]);
  const green = set.test.bytes![(20 * 64 + 5) * 3 + 1]!;
  assert(Math.abs(green - 200) < 5, "the last of each class is for testing");
});

Deno.test("prepareDataset() downloads and unpacks cifar10", async () => {
  const entries = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat("test_batch.bin")
    .map((name) => ({ name: `cifar-10-batches-bin/${name}`, data: new Uint8Array(3073 * 2) }));
  const archive = await compress(tar(entries), "gzip");
  await using f = await folderOf({});
  let port = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: (address) => port = address.port },
    () => new Response(archive),
  );
  const file = "cifar-10-binary.tar.gz";
  const downloads = [{ urls: [`http://127.0.0.1:${port}/${file}`], file }];
  try {
    const { path, images } = await prepareDataset("cifar10", { dataDir: f.root, downloads });
    assert.equal(path, `${f.root}/cifar-10-batches-bin`);
    assert.deepEqual(images, { train: 10, test: 2 });
  } finally {
    await server.shutdown();
  }
});

Deno.test("prepareDataset() says where to get what it cannot download", async () => {
  await using f = await folderOf({});
  const offline = [{ urls: ["http://127.0.0.1:1/c.tar.gz"], file: "c.tar.gz" }];
  const network = { attempts: 1, wait: 1 };
  await assert.rejects(
    prepareDataset("cifar10", { dataDir: f.root, downloads: offline, network }),
    (error) =>
      error instanceof BadInput && /127\.0\.0\.1:1\/c\.tar\.gz/.test(error.message) &&
      error.message.includes(`put it at ${f.root}/c.tar.gz`),
  );
  await assert.rejects(prepareDataset("imagenet127", { dataDir: f.root }), /register at https:/);
  await assert.rejects(prepareDataset("semi-aves", { dataDir: f.root }), /ssl-evaluation/);
  await assert.rejects(prepareDataset("cifar11", { dataDir: f.root }), /mean 'cifar10'/);
});

/** Three classes, some unlabeled images. */
async function own(): Promise<Files> {
  const files: Files = {};
  const colours = { ant: [200, 0, 0], bee: [0, 200, 0], cat: [0, 0, 200] } as const;
  for (const [name, colour] of Object.entries(colours)) {
    for (let i = 0; i < 3; i++) files[`train/${name}/${i}.png`] = await picture([20, 20], colour);
    files[`test/${name}/0.jpg`] = await picture([30, 20], colour, "jpeg");
    files[`unlabeled/more/${name}.JPEG`] = await picture([20, 30], colour, "jpeg");
  }
  return files;
}

Deno.test("prepareDataset() packs a folder of one's own images", async () => {
  await using f = await folderOf({
    ...await own(),
    "train/notes.txt": "x",
    "train/ant/.x.png": "",
  });
  const { images } = await prepareDataset("folder", { workers: 2, dataDir: f.root, size: 16 });
  assert.deepEqual(images, { train: 9, test: 3, unlabeled: 3 });
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual(set.classNames, ["ant", "bee", "cat"]);
  assert.deepEqual([...set.train.labels!], [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  assert.deepEqual([...set.test.labels!], [0, 1, 2]);
  const at = (image: number) => set.train.bytes!.indexOf(200, image * 768 + 30) % 3;
  assert.deepEqual([at(0), at(4), at(8)], [0, 1, 2]);
});

Deno.test("prepareDataset() names a corrupt image, and leaves it out only when asked to", async () => {
  const files = await own();
  await using f = await folderOf(files);
  const options = { ...one, dataDir: f.root, size: 16 };
  await prepareDataset("folder", options);
  const cut = (await picture([20, 20], [1, 2, 3])).slice(0, 60);
  await f.add({ "train/bee/1.png": cut, "train/bee/text.png": "not an image" });
  await assert.rejects(prepareDataset("folder", options), (error) => {
    return error instanceof BadInput && /train\/bee\/1\.png/.test(error.message);
  });
  await f.add({ "unlabeled/huge.png": await hugePng(60_000, 60_000) });
  const { images, skipped } = await prepareDataset("folder", { ...options, skipCorrupt: true });
  assert.deepEqual(images, { train: 8, test: 3, unlabeled: 3 });
  assert.deepEqual(skipped.map((s) => /(train|unlabeled)\/\S+\.png/.exec(s)?.[0]), [
    "train/bee/1.png",
    "train/bee/text.png",
    "unlabeled/huge.png",
  ]);
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual([...set.train.labels!], [0, 0, 0, 1, 1, 2, 2, 2]);
});

Deno.test("prepareDataset() leaves out whatever cannot be read when asked to, files that are gone too", async () => {
  await using f = await folderOf({
    ...await own(),
    "train.csv": "train/ant/0.png,ant\ntrain/bee/0.png,bee\ntrain/cat/gone.png,cat\n" +
      "train/cat/1.png,cat\ntrain/ant,ant\n",
  });
  await Deno.symlink("nowhere", `${f.root}/unlabeled/more/dead.png`);
  const options = { ...one, dataDir: f.root, size: 8 };
  await assert.rejects(
    prepareDataset("folder", options),
    /(gone|dead)\.png: there is no such file|train\/ant: it is no file/, // the one found first
  );
  const { images, skipped } = await prepareDataset("folder", { ...options, skipCorrupt: true });
  assert.deepEqual(images, { train: 3, test: 3, unlabeled: 3 });
  assert.deepEqual(
    skipped.map((why) => why.replaceAll(f.root, "ROOT")),
    [
      "Cannot read ROOT/train/cat/gone.png: there is no such file",
      "Cannot read ROOT/train/ant: it is no file",
      "Cannot read ROOT/unlabeled/more/dead.png: there is no such file",
    ],
  );
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual([...set.train.labels!], [0, 1, 2]);
});

Deno.test("prepareDataset() lets one process prepare a set at a time", async () => {
  await using f = await folderOf(await own());
  const options = { ...one, dataDir: f.root, size: 8 };
  let second: Promise<unknown> | undefined;
  await prepareDataset("folder", {
    ...options,
    onProgress() {
      second ??= assert.rejects(prepareDataset("folder", options), (error) => {
        return error instanceof BadInput &&
          /^Cannot prepare data set 'folder' in \S+: another process \(\d+\) does/
            .test(error.message);
      });
    },
  });
  await second;
  assert.deepEqual(
    [...Deno.readDirSync(f.root)].map(({ name }) => name).sort(),
    ["folder-8.pack", "test", "train", "unlabeled"],
  );
});

Deno.test("prepareDataset() makes squares of thin images", async () => {
  await using f = await folderOf({
    ...await own(),
    "train/ant/thin.png": await picture([1, 40_000], [200, 0, 0]),
    "train/ant/wide.png": await picture([40_000, 1], [200, 0, 0]),
  });
  const { images } = await prepareDataset("folder", { ...one, dataDir: f.root, size: 64 });
  assert.equal(images.train, 11);
  const set = await openDataset("folder", { dataDir: f.root });
  const each = 64 * 64 * 3;
  for (const image of [3, 4]) {
    assert.deepEqual([...set.train.bytes!.slice(image * each, image * each + 3)], [200, 0, 0]);
  }
});

Deno.test("prepareDataset() says which files of a folder nobody reads", async () => {
  const files = await own();
  const notesOf = async (more: Files) => {
    await using f = await folderOf({ ...files, ...more });
    const { notes } = await prepareDataset("folder", { ...one, dataDir: f.root, size: 8 });
    return notes.map((note) => note.replaceAll(f.root, "ROOT"));
  };
  const clutter = {
    "train/ant/.DS_Store": "",
    "train/ant/Thumbs.db": "",
    "test/bee/desktop.ini": "",
  };
  assert.deepEqual(await notesOf(clutter), []);
  assert.deepEqual(await notesOf({ "train/ant/x": "", "test/bee/notes.txt": "" }), [
    "No .jpg, .jpeg or .png, and left out: ROOT/train/ant/x and 1 more",
  ]);
  const image = await picture([9, 9], [1, 2, 3]);
  assert.deepEqual(await notesOf({ "val/ant/0.png": image, "validation.csv": "x" }), [
    "ROOT/val is not read: the parts are train, test, valid, unlabeled",
    "ROOT/validation.csv is not read: the parts are train, test, valid, unlabeled",
  ]);
  const lists = {
    "train.csv": "all/0.png,ant\nall/1.png,ant\nall/1.png,bee\n",
    "test.csv": "all/0.png,ant\n",
    "all/0.png": image,
    "all/1.png": image,
  };
  assert.deepEqual(await notesOf(lists), [
    "Listed in train with two labels: all/1.png",
    "Listed in train and in test: all/0.png",
  ]);
});

Deno.test("prepareDataset() goes on after it was stopped", async () => {
  await using f = await folderOf(await own());
  const stop = new AbortController();
  const options = { ...one, dataDir: f.root, size: 16 };
  const half = prepareDataset("folder", {
    ...options,
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done === 5) stop.abort(new Error("stopped"));
    },
  });
  await assert.rejects(half, /stopped/);
  const seen: string[] = [];
  await prepareDataset("folder", {
    ...options,
    onProgress: ({ what, done }) => seen.push(`${what} ${done}`),
  });
  assert.equal(seen[0], "train 6");
  const resumed = await Deno.readFile(`${f.root}/folder-16.pack`);
  await Deno.remove(`${f.root}/folder-16.pack`);
  await prepareDataset("folder", options);
  assert.deepEqual(await Deno.readFile(`${f.root}/folder-16.pack`), resumed);
});

Deno.test("prepareDataset() follows CSV lists", async () => {
  const files = await own();
  await using elsewhere = await folderOf({ "z.png": await picture([9, 9], [3, 3, 3]) });
  await using f = await folderOf({
    ...files,
    "train.csv": "path,label\ntrain/cat/0.png,yes\ntrain/ant/1.png,no\n",
    "test.csv": `${elsewhere.root}/z.png,no\n`,
    "unlabeled.csv": "train/ant/0.png\n",
  });
  const { images } = await prepareDataset("folder", { ...one, dataDir: f.root, size: 16 });
  assert.deepEqual(images, { train: 2, test: 1, unlabeled: 1 });
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual(set.classNames, ["no", "yes"]);
  assert.deepEqual([...set.train.labels!], [1, 0]);
  await f.add({ "test.csv": "train/ant/0.png,perhaps\n" });
  await assert.rejects(
    prepareDataset("folder", { ...one, dataDir: f.root, size: 16 }),
    /class 'perhaps' of test is not in train/,
  );
});

Deno.test("prepareDataset() packs a folder anew when a label in a list was corrected", async () => {
  const files = await own();
  await using f = await folderOf({
    ...files,
    "train.csv": "train/ant/0.png,ant\ntrain/ant/1.png,ant\ntrain/bee/0.png,bee\n",
    "test.csv": "test/ant/0.jpg,ant\n",
  });
  const options = { ...one, dataDir: f.root, size: 8 };
  const counts = async () => {
    await prepareDataset("folder", options);
    return inspect(await openDataset("folder", { dataDir: f.root })).parts[0]!.counts;
  };
  assert.deepEqual(await counts(), [2, 1]);
  await f.add({ "train.csv": "train/ant/0.png,ant\ntrain/ant/1.png,bee\ntrain/bee/0.png,bee\n" });
  assert.deepEqual(await counts(), [1, 2]);
});

Deno.test("prepareDataset() refuses lists that are not UTF-8, by file and line", async () => {
  const utf8 = (text: string) => new TextEncoder().encode(text);
  await using f = await folderOf({
    ...await own(),
    "train.csv": ascii("path,label\ntrain/ant/0.png,ant\ntrain/bee/0.png,th\xe9\n"),
  });
  await assert.rejects(prepareDataset("folder", { ...one, dataDir: f.root }), (error) => {
    return error instanceof BadInput &&
      /train\.csv: line 3 is not UTF-8; save the file as UTF-8/.test(error.message);
  });
  await f.add({
    "train.csv": utf8("\ufefftrain/ant/0.png,日本\ntrain/bee/0.png,thé\n"),
    "test.csv": utf8("test/ant/0.jpg,thé\n"),
  });
  await prepareDataset("folder", { ...one, dataDir: f.root, size: 8 });
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual(set.classNames, ["thé", "日本"]);
});

Deno.test("prepareDataset() knows a class however its accents are composed", async () => {
  const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
  const image = await picture([9, 9], [5, 5, 5]);
  await using f = await folderOf({
    [`train/${decomposed}/0.png`]: image,
    "train/bee/0.png": image,
    [`test/${composed}/0.png`]: image,
  });
  await prepareDataset("folder", { ...one, dataDir: f.root, size: 8 });
  const set = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual(set.classNames, ["bee", decomposed]);
  assert.deepEqual([...set.test.labels!], [1]);
});

Deno.test("a folder needs no test images", async () => {
  const image = await picture([8, 8], [9, 9, 9]);
  await using f = await folderOf({ "train/a/1.png": image, "train/b/2.png": image });
  const { images } = await prepareDataset("folder", { ...one, dataDir: f.root, size: 8 });
  assert.deepEqual(images, { train: 2 });
  const { test } = await openDataset("folder", { dataDir: f.root });
  assert.deepEqual([test.images, [...test.labels!], (await test.read([])).length], [0, [], 0]);
});

Deno.test("prepareDataset() says what a folder lacks", async () => {
  const cases: [Files, RegExp][] = [
    [{ "a.png": "" }, /neither train\/<class>\/ nor train\.csv/],
    [{ "train/a.png": "" }, /expected a folder of images for each class/],
    [{ "train/a/b.txt": "" }, /train\/a: it holds no images/],
    [
      { "train/a/b.png": "", "train/loose.png": "" },
      /loose\.png: it lies beside the folders of the/,
    ],
    [
      { "train/a/b.png": "", "train/a/c.jpe": "" },
      /c\.jpe: images must be .* convert or rename it/,
    ],
    [{ "train/a/b.png": "", "train/a/c.webp": "" }, /c\.webp: images must be \.jpg, \.jpeg or/],
    [{ "train/a/b.png": "", "test/c/d.png": "" }, /class 'c' of test is not in train/],
    [{ "train.csv": "x.png,a", "test.csv": "y.png,a" }, /[xy]\.png: there is no such file/],
  ];
  for (const [files, why] of cases) {
    await using f = await folderOf(files);
    await assert.rejects(prepareDataset("folder", { ...one, dataDir: f.root }), (error) => {
      return error instanceof BadInput && why.test(error.message);
    }, String(why));
  }
});

Deno.test("prepareDataset() follows links, but not in a circle", async () => {
  await using elsewhere = await folderOf({ "z.png": await picture([9, 9], [3, 3, 3]) });
  await using f = await folderOf(await own());
  await Deno.symlink(elsewhere.root, `${f.root}/unlabeled/more/linked`);
  const options = { ...one, dataDir: f.root, size: 16 };
  assert.equal((await prepareDataset("folder", options)).images.unlabeled, 4);
  await Deno.symlink(`${f.root}/unlabeled`, `${f.root}/unlabeled/more/back`);
  await assert.rejects(
    prepareDataset("folder", options),
    /more\/back: its folders lead in a circle/,
  );
});

Deno.test("openDataset() says when a set is not prepared, or in several sizes", async () => {
  await using f = await folderOf(await own());
  await assert.rejects(openDataset("folder"), /without its folder: give --data-dir/);
  await assert.rejects(
    openDataset("folder", { dataDir: f.root }),
    /not prepared; run `deno task data prepare folder --data-dir \S+` first/,
  );
  for (const size of [8, 16]) {
    await prepareDataset("folder", { ...one, dataDir: f.root, size });
  }
  await assert.rejects(
    openDataset("folder", { dataDir: f.root }),
    /prepared at 8, 16 px; say which/,
  );
  assert.equal((await openDataset("folder", { dataDir: f.root, size: 8 })).size, 8);
});
