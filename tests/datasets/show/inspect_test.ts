import assert from "node:assert/strict";
import sharp from "sharp";
import { BadInput } from "../../../core/bad_input.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { contactSheet } from "../../../datasets/show/contact_sheet.ts";
import { inspectDataset, writeSheet } from "../../../datasets/show/inspect_deno.ts";
import { formatInspection, inspect } from "../../../datasets/show/inspection.ts";
import { drawText } from "../../../datasets/show/pixel_font.ts";

/** Images of one grey each; class c has 3 - c of them, and is c * 100 dark. */
const dataset = await memoryDataset({
  name: "greys",
  classNames: ["black", "grey", "white"],
  size: 8,
  train: {
    bytes: Uint8Array.from({ length: 6 * 192 }, (_, i) => [0, 0, 0, 100, 100, 200][i / 192 | 0]!),
    labels: [0, 0, 0, 1, 1, 2],
  },
  test: { bytes: new Uint8Array(192), labels: [0] },
  unlabeled: { bytes: new Uint8Array(192 * 2).fill(50) },
});

Deno.test("inspect() counts each part and class", () => {
  const { parts } = inspect(dataset);
  assert.deepEqual(parts, [
    { name: "train", images: 6, counts: [3, 2, 1] },
    { name: "test", images: 1, counts: [1, 0, 0] },
    { name: "unlabeled", images: 2, counts: null },
  ]);
});

Deno.test("formatInspection() prints a row a class with its bar", () => {
  const lines = formatInspection(inspect(dataset)).split("\n");
  assert.equal(lines[1], "train 6, test 1, unlabeled 2");
  assert.equal(lines[3], "class     train      test");
  assert.equal(lines[4], `black         3         1  ${"█".repeat(30)}`);
  assert.equal(lines[6], `white         1         0  ${"█".repeat(10)}`);
});

Deno.test("contactSheet() draws bars and samples", () => {
  const rows = [
    { name: "many", count: 40, samples: new Uint8Array(192 * 2).fill(7) },
    { name: "few", count: 10, samples: new Uint8Array(192).fill(9) },
    { name: "none", count: 0, samples: new Uint8Array() },
  ];
  const { width, height, data } = contactSheet(rows, { size: 8, columns: 2 });
  assert.equal(data.length, width * height * 3);
  const blue = [0, 0, 0], dark = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const row = Math.min(2, Math.max(0, Math.floor((y - 8) / 42)));
    for (let x = 172; x < width; x++) {
      const red = data[(y * width + x) * 3]!;
      if (red === 86) blue[row]!++;
      if (red === 7 || red === 9) dark[row]!++;
    }
  }
  assert.deepEqual(blue, [160 * 24, 40 * 24, 0]);
  assert.deepEqual(dark, [2 * 1600, 1600, 0]);
});

Deno.test("drawText() draws glyphs and cuts off what does not fit", () => {
  const image = { width: 5, height: 5, data: new Uint8Array(75) };
  drawText(image, "l~\u00e9", { left: 0, top: 0, zoom: 1, colour: [1, 1, 1] });
  const lines = Array.from(
    { length: 5 },
    (_, y) => Array.from({ length: 5 }, (_, x) => image.data[(y * 5 + x) * 3] ? "#" : ".").join(""),
  );
  assert.deepEqual(lines, ["#....", "#....", "#....", "#...#", "###.."]);
});

Deno.test("drawText() leaves accents out", () => {
  const drawn = (text: string) => {
    const image = { width: 12, height: 5, data: new Uint8Array(180) };
    drawText(image, text, { left: 0, top: 0, zoom: 1, colour: [1, 1, 1] });
    return image.data;
  };
  assert.deepEqual(drawn("bl\u00fc"), drawn("BLU"));
  assert.deepEqual(drawn("blu\u0308"), drawn("BLU"));
});

Deno.test("writeSheet() writes a PNG, largest class first", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-sheet-" });
  try {
    const path = `${folder}/sheet.png`;
    await writeSheet(path, dataset, [5, 4, 3, 0]);
    const { data, info } = await sharp(await Deno.readFile(path)).raw()
      .toBuffer({ resolveWithObject: true });
    const first = (row: number) => data[((8 + row * 42 + 20) * info.width + 345) * 3];
    assert.deepEqual([0, 1, 2, 3].map(first), [100, 0, 200, 50]);
    await assert.rejects(writeSheet(path, dataset, [6]), /no training image 6/);
    await assert.rejects(writeSheet(`${folder}/none/x.png`, dataset), BadInput);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("inspectDataset() opens a set by name and draws a thousand classes on one sheet", async () => {
  const { parts } = await inspectDataset("synthetic", { size: 16 });
  assert.equal(parts[0]?.counts?.length, 10);
  const folder = await Deno.makeTempDir({ prefix: "longtail-sheet-" });
  try {
    const many = await memoryDataset({
      name: "many",
      classNames: Array.from({ length: 1000 }, (_, i) => `class ${i}`),
      size: 2,
      train: {
        bytes: new Uint8Array(12 * 1000),
        labels: Array.from({ length: 1000 }, (_, i) => i),
      },
      test: { bytes: new Uint8Array(12), labels: [0] },
    });
    assert.equal(await writeSheet(`${folder}/many.png`, many), 48);
    const { height } = await sharp(await Deno.readFile(`${folder}/many.png`)).metadata();
    assert.equal(height, 16 + 48 * 42);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
