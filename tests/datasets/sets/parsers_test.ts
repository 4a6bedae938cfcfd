import assert from "node:assert/strict";
import { memorySource } from "../../../datasets/formats/byte_source.ts";
import { parseCifar } from "../../../datasets/sets/cifar.ts";
import { parseCsvList, parseFoodList, parsePathList } from "../../../datasets/sets/image_lists.ts";
import { listedMap, nearestHypernymMap, parseClsloc } from "../../../datasets/sets/imagenet127.ts";
import { imagenet127Classes } from "../../../datasets/sets/imagenet127_classes.ts";
import { readImagenetBatch } from "../../../datasets/sets/imagenet_batch.ts";
import { stl10Images, stl10Labels } from "../../../datasets/sets/stl10.ts";
import { readSvhn } from "../../../datasets/sets/svhn.ts";
import { readTissue } from "../../../datasets/sets/tissuemnist.ts";
import { ascii, fuzz, join, mat5, matrix, npy, pickles, ramp, zip } from "../samples.ts";

const source = (bytes: Uint8Array, name = "file") => memorySource(bytes, name);

Deno.test("parseCifar() withstands damaged files", async () => {
  const sample = new Uint8Array(3073 * 2);
  const refused = await fuzz([sample], 1000, (bytes) => {
    return parseCifar(bytes, { classes: 10, path: "data_batch_1.bin" });
  });
  assert(refused > 500, `${refused}`);
});

Deno.test("stl10Images() turns columns of planes into rows of pixels", () => {
  const file = new Uint8Array(2 * 27648);
  file[27648 + 9216 + 96 * 3 + 5] = 7; // image 1, green, column 3, row 5
  const images = stl10Images(source(file));
  assert.equal(images.images, 2);
  const one = images.read(1, 1);
  assert.equal(one[(5 * 96 + 3) * 3 + 1], 7);
  assert.equal(one.reduce((a, b) => a + b), 7);
  assert.equal(images.read(0, 2)[27648 + (5 * 96 + 3) * 3 + 1], 7);
});

Deno.test("stl10Images() and stl10Labels() refuse files that do not fit", () => {
  assert.throws(() => stl10Images(source(new Uint8Array(27647))), /no whole number of STL-10/);
  assert.throws(() => stl10Images(source(new Uint8Array())), /no whole number of STL-10/);
  assert.deepEqual([...stl10Labels(source(Uint8Array.of(1, 10)), 2)], [0, 9]);
  assert.throws(() => stl10Labels(source(Uint8Array.of(1, 10)), 3), /2 labels for 3 images/);
  assert.throws(() => stl10Labels(source(Uint8Array.of(1, 11)), 2), /label 11 of image 1 is not/);
  assert.throws(
    () => stl10Labels(source(Uint8Array.of(0)), 1),
    /label 0 of image 0 is not 1\.\.10/,
  );
});

Deno.test("readSvhn() reads images by columns and 10 as the digit 0", async () => {
  const pixels = new Uint8Array(2 * 3072);
  pixels[3072 + 2048 + 32 * 3 + 5] = 9; // image 1, blue, column 3, row 5
  const file = await mat5([
    matrix("X", [32, 32, 3, 2], { data: pixels }),
    matrix("y", [2, 1], { data: Uint8Array.of(10, 3) }),
  ], true);
  const { images, labels, read } = await readSvhn(source(file));
  assert.equal(images, 2);
  assert.deepEqual([...labels], [0, 3]);
  assert.equal(read(1, 1)[(5 * 32 + 3) * 3 + 2], 9);
});

Deno.test("readSvhn() refuses other arrays", async () => {
  const y = matrix("y", [2, 1], { data: Uint8Array.of(10, 3) });
  const x = (shape: number[], length: number) =>
    matrix("X", shape, { data: new Uint8Array(length) });
  const good = x([32, 32, 3, 2], 6144);
  const cases: [RegExp, Uint8Array<ArrayBuffer>[]][] = [
    [/shape \[32,3,32,2\], expected/, [x([32, 3, 32, 2], 6144), y]],
    [/2 labels for 1 images/, [x([32, 32, 3], 3072), y]],
    [/label 11 of image 1/, [good, matrix("y", [2, 1], { data: Uint8Array.of(1, 11) })]],
    [/no variable y/, [good]],
  ];
  for (const [why, elements] of cases) {
    await assert.rejects(readSvhn(source(await mat5(elements, true))), why);
  }
});

Deno.test("readTissue() makes grey images of three channels", async () => {
  const file = await zip({
    "train_images.npy": npy([2, 28, 28], ramp(1568)),
    "train_labels.npy": npy([2, 1], Uint8Array.of(7, 0)),
    "val_images.npy": npy([1, 28, 28], ramp(784)),
    "val_labels.npy": npy([1, 1], Uint8Array.of(1)),
    "test_images.npy": npy([1, 28, 28], ramp(784)),
    "test_labels.npy": npy([1, 1], Uint8Array.of(2)),
  });
  const { train, val, test } = await readTissue(source(file), 8);
  assert.deepEqual([train.images, val.images, test.images, train.size], [2, 1, 1, 28]);
  assert.deepEqual([...train.labels], [7, 0]);
  assert.deepEqual([...train.read(1, 1).subarray(0, 6)], [16, 16, 16, 17, 17, 17]);
  await assert.rejects(readTissue(source(file), 7), /train: label 7 of image 0 is not 0\.\.6/);
});

Deno.test("readImagenetBatch() reads planes where they lie in the file", () => {
  for (const protocol of [2, 3, 4, 5] as const) {
    const batch = readImagenetBatch(source(pickles[protocol]), { size: 2, classes: 1000 });
    assert.deepEqual([...batch.labels], [1, 1000]);
    assert.deepEqual([...batch.read(1, 1)], [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23]);
    assert.throws(() => batch.read(1, 2), /has no 24 at 12/);
  }
});

Deno.test("readImagenetBatch() refuses other pickles", () => {
  const options = { size: 2, classes: 1000 };
  const bytes = pickles[4];
  assert.throws(() => readImagenetBatch(source(bytes), { ...options, size: 32 }), /have 2 px, exp/);
  assert.throws(
    () => readImagenetBatch(source(bytes), { ...options, classes: 127 }),
    /label 1000 of image 1 is not 1\.\.127/,
  );
  const list = join([0x80, 2], ascii("]."));
  assert.throws(() => readImagenetBatch(source(list), options), /no dictionary/);
  const empty = join([0x80, 2], ascii("}."));
  assert.throws(() => readImagenetBatch(source(empty), options), /'data' are no array/);
});

Deno.test("readImagenetBatch() withstands damaged files", async () => {
  const refused = await fuzz(Object.values(pickles), 2000, (bytes) => {
    const batch = readImagenetBatch(source(bytes), { size: 2, classes: 1000 });
    return batch.read(0, batch.images);
  });
  assert(refused > 800, `${refused}`);
});

Deno.test("nearestHypernymMap() puts each of 1000 classes into one of 127", () => {
  const map = nearestHypernymMap();
  const sizes = new Array(127).fill(0);
  for (const index of map) sizes[index]++;
  assert.equal(imagenet127Classes.length, 127);
  assert(sizes.every((n) => n > 0));
  assert.deepEqual(imagenet127Classes.map(({ members }) => members.length), sizes);
  assert.equal(imagenet127Classes[map[0]!]!.name, "mammal");
  assert.equal(sizes[map[0]!], 218);
  assert.equal(imagenet127Classes[map[872]!]!.wnid, "n07683786"); // 873 is a loaf of bread
});

Deno.test("listedMap() follows the authors' lists, first line of a class first", () => {
  const wnid = (i: number) => `n${String(i).padStart(8, "0")}`;
  const clsloc = Array.from({ length: 1000 }, (_, i) => `${wnid(i)} ${1000 - i} name_${i}`);
  const folders = Array.from({ length: 1000 }, (_, i) => {
    return `${wnid(i)}_7.JPEG ${imagenet127Classes[i % 127]!.wnid}`;
  });
  const files = (lists: string[], more: string[] = []) =>
    [
      { text: lists.join("\n"), path: "map_clsloc.txt" },
      { text: [...folders, ...more].join("\r\n"), path: "imgname2folder.txt" },
    ] as const;
  const again = [`${wnid(0)}_8.JPEG ${imagenet127Classes[5]!.wnid}`];
  const map = listedMap(...files(clsloc, again));
  assert.deepEqual([map[999], map[998], map[872]], [0, 1, 0]);
  assert.equal(parseClsloc(files(clsloc)[0])[999]!.name, "name_0");
  assert.throws(() => listedMap(...files(clsloc.slice(1))), /ids are not 1 to 1000/);
  assert.throws(() => listedMap(...files(clsloc, ["x"])), /line 1001, 'x': expected/);
  assert.throws(
    () => listedMap(...files(clsloc, [`${wnid(0)}_8.JPEG n99999999`])),
    /n99999999 is none of the 127/,
  );
});

Deno.test("parsePathList() reads paths and labels", () => {
  const options = { path: "l_train_val.txt", classes: 200 };
  assert.deepEqual(parsePathList("a/b c.jpg 3\nd.jpg -1\n\n", options), [
    { path: "a/b c.jpg", label: 3 },
    { path: "d.jpg", label: -1 },
  ]);
  assert.throws(() => parsePathList("a.jpg 200", options), /line 1, 'a\.jpg 200'.*-1\.\.199/);
  assert.throws(() => parsePathList("a.jpg", options), /expected 'path label'/);
  assert.throws(() => parsePathList("../a.jpg 1", options), /leaves the folder/);
  assert.throws(() => parsePathList("\n", options), /lists no images/);
});

Deno.test("parseFoodList() reads an object of lists", () => {
  const classes = parseFoodList('{"pie": ["pie/1", "pie/2"], "ham": ["ham/3"]}', "train.json");
  assert.deepEqual([...classes], [["pie", ["pie/1", "pie/2"]], ["ham", ["ham/3"]]]);
  assert.throws(() => parseFoodList("{", "train.json"), /train\.json: it is no JSON/);
  assert.throws(() => parseFoodList("[]", "train.json"), /expected an object/);
  assert.throws(() => parseFoodList('{"pie": 1}', "train.json"), /class 'pie' has no list/);
  assert.throws(() => parseFoodList('{"pie": ["/etc/x"]}', "train.json"), /absolute path/);
});

Deno.test("parseCsvList() reads quoted fields with or without a header", () => {
  const labeled = { path: "train.csv", labeled: true };
  const rows = [{ path: "a, b.png", label: "ant" }, { path: "c.png", label: "bee" }];
  assert.deepEqual(parseCsvList('path,label\n"a, b.png",ant\nc.png,bee\n', labeled), rows);
  assert.deepEqual(parseCsvList('"a, b.png",ant\r\nc.png,bee', labeled), rows);
  assert.deepEqual(parseCsvList("a.png\n", { path: "u.csv", labeled: false }), [
    { path: "a.png", label: "" },
  ]);
  assert.throws(() => parseCsvList("a.png\n", labeled), /image 1 is 'a\.png,', expected 'path,la/);
  assert.throws(() => parseCsvList("a,b,c\n", labeled), /image 1 is 'a,b,c'/);
  assert.throws(() => parseCsvList('"a\n', labeled), /train\.csv as CSV/);
  assert.throws(() => parseCsvList("path,label\n", labeled), /lists no images/);
});

Deno.test("the readers of lists withstand damaged files", async () => {
  const food = '{"pie": ["pie/1", "pie/2"], "ham": ["ham/3"]}';
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  await fuzz([ascii(food)], 2000, (bytes) => parseFoodList(text(bytes), "train.json"));
  await fuzz([ascii("a/1.jpg 3\nb/2.jpg 4\n")], 2000, (bytes) => {
    return parsePathList(text(bytes), { path: "test.txt", classes: 200 });
  });
  await fuzz([ascii('path,label\n"a, b.png",ant\nc.png,bee\n')], 2000, (bytes) => {
    return parseCsvList(text(bytes), { path: "train.csv", labeled: true });
  });
});
