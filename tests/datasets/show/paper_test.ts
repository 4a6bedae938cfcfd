import assert from "node:assert/strict";
import { fontNote, LINE, paper, paste, writeText } from "../../../datasets/show/paper_deno.ts";

const INK = [40, 44, 52] as const;

async function written(text: string, width = 160): Promise<string> {
  const sheet = paper(width, LINE);
  await writeText(sheet, text, { left: 0, top: 0, width, ink: INK });
  return sheet.data.join();
}

const blank = paper(160, LINE).data.join();

// Without fonts all letters are the same box, and there is a note for that.
const noFonts = await fontNote() !== null;

Deno.test({
  name: "writeText() tells names of any script from each other",
  ignore: noFonts,
  async fn() {
    const names = [
      "日本 #1",
      "日本 #2",
      "本日",
      "🐈",
      "🐕",
      `it's "x"`,
      "it's 'x'",
      "a&b <i>",
      "a&b",
      ...["café", "cafe", "thé", "thè", "العربية", "Z", "z", "\0a", "a"],
    ];
    const sheets = await Promise.all(names.map((name) => written(name)));
    sheets.forEach((sheet, i) => assert.notEqual(sheet, blank, `${names[i]}`));
    assert.equal(new Set(sheets).size, names.length);
  },
});

Deno.test({
  name: "writeText() shortens a long text in its middle, so that both ends stay",
  ignore: noFonts,
  async fn() {
    const long = "a very long name of a class ".repeat(20);
    const names = [`${long}1`, `${long}2`, `1${long}`, `2${long}`];
    const sheets = await Promise.all(names.map((name) => written(name, 90)));
    assert.equal(new Set(sheets).size, 4);
  },
});

Deno.test("writeText() stays in its room and writes nothing for nothing", async () => {
  const sheet = paper(60, 3 * LINE);
  for (const text of ["WWWWWWWWWWWWWWWWWWWW", "WW"]) {
    await writeText(sheet, text, { left: 10, top: LINE, width: 30, ink: INK });
  }
  for (let y = 0; y < sheet.height; y++) {
    for (let x = 0; x < sheet.width; x++) {
      if (y >= LINE && y < 2 * LINE && x >= 10 && x < 40) continue;
      assert.equal(sheet.data[(y * sheet.width + x) * 3], 255, `${x}, ${y}`);
    }
  }
  for (const text of ["", " ", "\n\t"]) assert.equal(await written(text), blank);
});

Deno.test("writeText() writes in its ink", async () => {
  const sheet = paper(40, LINE);
  await writeText(sheet, "■■", { left: 0, top: 0, width: 40, ink: [200, 10, 30] });
  const colours = Array.from({ length: 40 * LINE }, (_, i) => sheet.data.slice(3 * i, 3 * i + 3));
  assert.ok(colours.some(([red, green, blue]) => red === 200 && green === 10 && blue === 30));
});

Deno.test("paste() enlarges by whole pixels", () => {
  const sheet = paper(5, 5);
  paste(sheet, { width: 1, height: 2, data: Uint8Array.of(1, 1, 1, 2, 2, 2) }, {
    left: 1,
    top: 0,
    zoom: 2,
  });
  const red = (x: number, y: number) => sheet.data[(y * 5 + x) * 3];
  assert.deepEqual([red(0, 0), red(1, 0), red(2, 1), red(3, 0)], [255, 1, 1, 255]);
  assert.deepEqual([red(1, 2), red(2, 3), red(1, 4)], [2, 2, 255]);
});
