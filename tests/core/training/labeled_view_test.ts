import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { defineAlgorithm } from "../../../core/training/plugin/define_algorithm.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { mergeNeeds } from "../../../core/training/plugin/merge_needs.ts";
import { drawSizes, stepImages } from "../../../core/training/step/step_images.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { augment } from "../../../datasets/views/augment.ts";
import type { ViewSpec } from "../../../datasets/views/view_spec.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { openLoader } from "../../../datasets/loading/open_loader.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { datasetViews } from "../../../datasets/views/published/published_views.ts";

const device = await requestDevice();
const SIZE = 16, EACH = SIZE * SIZE * 3, LABELED = 6, UNLABELED = 4, SEED = 3;

const part = (images: number, from: number) => ({
  bytes: Uint8Array.from({ length: images * EACH }, (_, i) => 1 + (i * i + from * i) % 251),
  labels: Array.from({ length: images }, (_, i) => i % 3),
});
const dataset = await memoryDataset({
  name: "imagenet127",
  classNames: ["a", "b", "c"],
  size: SIZE,
  train: part(60, 1),
  test: part(3, 7),
});
const split = makeSplit(labelPool(dataset), { labeledMax: 10, gammaLabeled: 2 });
const views = datasetViews("acr", dataset);
const labeled = views.labeled!; // ACR has one on small ImageNet

const reader = defineAlgorithm({
  name: "reader",
  kind: "addon",
  paper: "none",
  defaults: {},
  needs: () => ({
    views: { labeled: ["weak", "strong"] },
    streams: {
      tail: { from: "labeled", view: "weak", sampler: "class-balanced", net: "student" },
      rest: { from: "unlabeled", view: "weak", sampler: "uniform", net: "student" },
    },
  }),
  loss: () => ({}),
});

/** The images of one step, each kind with what each recipe would have made of the same images. */
async function step(residentBytes: number | null) {
  const loader = await openLoader({ device, dataset, split, seed: SEED, views, residentBytes });
  const stack = compose(fixmatch(), reader());
  const needs = mergeNeeds(stack, { ...loader.data, features: 1 });
  for (const [name, spec] of Object.entries(needs.streams)) loader.open(name, spec);
  const sizes = drawSizes(needs, { labeled: LABELED, unlabeled: UNLABELED });
  await loader.prepare?.(sizes);
  const drawn = loader.next(LABELED, UNLABELED);
  const { batch, streams = {} } = stepImages(drawn, {
    device,
    loader,
    needs,
    sizes,
    seed: SEED,
    step: 0,
  });
  const made = [...batch.labeled.x, batch.unlabeled.weak[0]!, streams.tail!.x, streams.rest!.x]; // asked for
  return { values: await device.readAll(made), positions: drawn.labeled.position };
}

Deno.test("labeled images have the view that a recipe declares for them, whatever holds them", async () => {
  const resident = await step(null), streamed = await step(1000);
  assert.deepEqual(streamed.values, resident.values);

  const rows = [...resident.positions].map((position) => split.labeled[position]!); // it was drawn
  const bytes = await dataset.train.read(rows);
  const images = device.tensor(bytes, [rows.length, SIZE, SIZE, 3], "u8");
  const indices = device.tensor(Int32Array.from(rows, (_, i) => i), [rows.length], "i32");
  const made = (recipe: ViewSpec, view: string) =>
    augment(images, indices, recipe, { seed: SEED, step: 0, name: `labeled/${view}` });
  const [own, weak, strong] = await device.readAll([
    made(labeled, "weak/0"),
    made(views.weak, "weak/0"),
    made(views.strong, "strong/1"),
  ]);
  assert.deepEqual(resident.values[0], own);
  assert.notDeepEqual(resident.values[0], weak);
  assert.deepEqual(resident.values[1], strong);
});

Deno.test("only weak views of labeled images, in batches and streams, are padded with black", async () => {
  const black = views.weak.mean.map((mean, c) => Math.fround(-mean / views.weak.std[c]!)); // three
  const { values } = await step(null);
  const isBlack = (view: Float32Array, at: number) =>
    black.every((v, c) => Math.abs(view[at + c]! - v) < 1e-5);
  const padded = values.map((view) =>
    Array.from({ length: view.length / 3 }, (_, i) => 3 * i).some((at) => isBlack(view, at))
  );
  const [weak, _strong, unlabeled, tail, rest] = padded;
  assert.deepEqual([weak, unlabeled, tail, rest], [true, false, true, false]);
});
