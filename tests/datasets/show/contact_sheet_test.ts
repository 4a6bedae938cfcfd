import assert from "node:assert/strict";
import sharp from "sharp";
import { BadInput } from "../../../core/bad_input.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { contactSheet, writeSheet } from "../../../datasets/show/contact_sheet_deno.ts";

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

Deno.test("contactSheet() draws bars and samples", async () => {
  const rows = [
    { name: "many", count: 40, samples: new Uint8Array(192 * 2).fill(7) },
    { name: "few", count: 10, samples: new Uint8Array(192).fill(9) },
    { name: "none", count: 0, samples: new Uint8Array() },
  ];
  const { width, height, data } = await contactSheet(rows, { size: 8, columns: 2 });
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

Deno.test("writeSheet() shows some of a thousand classes on one sheet", async () => {
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
