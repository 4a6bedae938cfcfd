import assert from "node:assert/strict";
import { effectiveNumberWeights } from "../../../core/class_weights.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { SplitDraws } from "../../../datasets/loading/split_draws.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";

/** Thirty images a class of one pixel, of which 16, 8 and 4 are labeled. */
const labels = Array.from({ length: 90 }, (_, i) => i % 3);
const dataset = await memoryDataset({
  name: "points",
  classNames: ["a", "b", "c"],
  size: 1,
  train: { bytes: Uint8Array.from({ length: 270 }, (_, i) => i / 3), labels },
  test: { bytes: Uint8Array.of(7, 7, 7, 8, 8, 8), labels: [2, 0] },
});
const split = makeSplit(labelPool(dataset), { labeledMax: 16, gammaLabeled: 4 });

Deno.test("SplitDraws reads the image of each row, of both parts", async () => {
  const draws = new SplitDraws({ dataset, split, seed: 0 });
  const { labeled: { place, y } } = draws.next(28, 0);
  const bytes = await draws.read("train", place);
  assert.deepEqual([...y], Array.from(y, (_, i) => labels[bytes[3 * i]!]));
  assert.deepEqual([...await draws.read("test", draws.test.rows)], [7, 7, 7, 8, 8, 8]);
});

Deno.test("SplitDraws takes more labeled images than a call takes arguments", async () => {
  const images = 300_000, labels = Array.from({ length: images }, (_, i) => i % 2);
  const large = await memoryDataset({
    name: "many",
    classNames: ["a", "b"],
    size: 1,
    train: { bytes: new Uint8Array(3 * images), labels },
    test: { bytes: new Uint8Array(3), labels: [0] },
  });
  const split = makeSplit(labelPool(large), {
    labeledMax: 140_000,
    gammaLabeled: 1,
    unlabeledMax: 9,
  });
  const draws = new SplitDraws({ dataset: large, split, seed: 0 });
  assert.equal(new Set(draws.next(280_000, 0).labeled.position).size, 280_000);
});

Deno.test("SplitDraws draws labeled images by the effective number of their class if asked", () => {
  const draws = new SplitDraws({
    dataset,
    split,
    seed: 3,
    sampler: "class-aware",
    samplerBeta: 0.9,
  });
  const drawn = draws.next(6000, 0).labeled;
  const byClass = effectiveNumberWeights([16, 8, 4], 0.9).map((w, c) => w * [16, 8, 4][c]!);
  const sum = byClass.reduce((a, b) => a + b, 0);
  byClass.forEach((weight, c) => {
    const share = drawn.y.filter((y) => y === c).length / 6000;
    assert.ok(Math.abs(share - weight / sum) < 0.02, `class ${c}: ${share} of ${weight / sum}`);
  });
  draws.seek({ labeled: 10 });
  assert.deepEqual(draws.next(5, 0).labeled.position, drawn.position.slice(10, 15));
});

Deno.test("SplitDraws weighs images that were taken in like the others", () => {
  const draws = new SplitDraws({ dataset, split, seed: 3, sampler: "class-aware" });
  const rows = draws.set("unlabeled").rows;
  draws.adopt(new Map(Array.from({ length: 12 }, (_, i) => [i, 2])), 1);
  const { position, place, y } = draws.next(4000, 0).labeled;
  const taken = position.filter((i) => i >= 28).length / 4000;
  assert.ok(Math.abs(y.filter((c) => c === 2).length / 4000 - 1 / 3) < 0.04);
  assert.ok(Math.abs(taken - 12 / 16 / 3) < 0.04, `${taken}`);
  position.forEach((i, k) => i >= 28 && assert.equal(place[k], rows[i - 28]));
});

Deno.test("SplitDraws draws uniformly, epoch by epoch, if nothing else is asked", () => {
  const plain = new SplitDraws({ dataset, split, seed: 3 });
  const said = new SplitDraws({ dataset, split, seed: 3, sampler: "uniform", samplerBeta: 0.5 });
  const first = plain.next(28, 4);
  assert.deepEqual(first, said.next(28, 4));
  assert.equal(new Set(first.labeled.position).size, 28);
});

Deno.test("methods are told the data set's classes where a split ranks them", async () => {
  const labels = [10, 30, 20].flatMap((size, c) => new Array<number>(size).fill(c));
  const dataset = await memoryDataset({
    name: "imagenet127",
    classNames: ["few", "many", "some"],
    size: 1,
    train: { bytes: new Uint8Array(3 * labels.length), labels },
    test: { bytes: new Uint8Array(9), labels: [0, 1, 2] },
  });
  const infoOf = (options: object) => {
    const split = makeSplit(labelPool(dataset), { protocol: "acr", ...options });
    return new SplitDraws({ dataset, split, seed: 0 }).data;
  };
  const ranked = infoOf({ labeledShare: 0.5 });
  assert.deepEqual(ranked.counts, [15, 10, 5]);
  assert.deepEqual(ranked.sourceClasses, [1, 2, 0]);
  assert.equal(infoOf({ labeledMax: 4, gammaLabeled: 1 }).sourceClasses, undefined);
});
