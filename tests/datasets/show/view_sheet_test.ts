import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { viewSheet, writeViewSheet } from "../../../datasets/show/view_sheet_deno.ts";
import { datasetViews } from "../../../datasets/views/published/published_views.ts";
import { syntheticDataset } from "../../../datasets/images/synthetic.ts";

const device = await requestDevice();
const dataset = await syntheticDataset({ size: 16 });
const views = datasetViews("simpro", dataset);

Deno.test("viewSheet() shows originals, enlarged, beside their views", async () => {
  const options = { device, images: 2, weak: 1, strong: 2 };
  const { width, height, data } = await viewSheet(dataset, views, options);
  assert.equal(width, 4 * (128 + 12) + 12);
  assert.equal(data.length, width * height * 3);
  const first = await dataset.train.read([0]);
  const top = height - 2 * (128 + 6 * 20 + 12);
  const at = (
    y: number,
    x: number,
  ) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  assert.deepEqual(at(top, 12), [...first.subarray(0, 3)]);
  assert.deepEqual(at(top + 127, 12 + 127), [...first.subarray(-3)]);
  const again = await viewSheet(dataset, views, options);
  assert.deepEqual(again.data, data);
  const other = await viewSheet(dataset, views, { ...options, seed: 1 });
  assert.notDeepEqual(other.data, data);
});

Deno.test("viewSheet() shows labeled images where their views are their own", async () => {
  const options = { device, images: 1, weak: 1, strong: 1 };
  const { weak } = views;
  const labeled = { ...weak, stages: [{ kind: "flip", probability: 1 }] } as const;
  const { width, height, data } = await viewSheet(dataset, { ...views, labeled }, options);
  assert.equal(width, 4 * (128 + 12) + 12);
  const line = (column: number) => {
    const from = ((height - (128 + 6 * 20 + 12)) * width + 12 + column * (128 + 12)) * 3;
    return Array.from(
      { length: 128 },
      (_, x) => [...data.subarray(from + 3 * x, from + 3 * x + 3)],
    );
  };
  assert.deepEqual(line(2), line(0).reverse());
});

Deno.test("writeViewSheet() writes a PNG and nothing else", async () => {
  const path = await Deno.makeTempFile({ suffix: ".png" });
  await writeViewSheet(path, dataset, { views, device, images: 1, weak: 1, strong: 1 });
  const bytes = await Deno.readFile(path);
  assert.deepEqual([...bytes.subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
  await Deno.remove(path);
  await assert.rejects(writeViewSheet("sheet.jpg", dataset, { views, device }), (error) => {
    assert.ok(error instanceof BadInput);
    assert.match(error.message, /^Cannot write sheet\.jpg: a contact sheet is a PNG/);
    return true;
  });
});
