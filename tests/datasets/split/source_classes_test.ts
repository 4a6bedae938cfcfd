import assert from "node:assert/strict";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { poolOf } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/protocol.ts";
import { sourceClasses } from "../../../datasets/split/source_classes.ts";
import { SplitDraws } from "../../../datasets/loading/split_draws.ts";

Deno.test("sourceClasses() turns ranks round", () => {
  assert.deepEqual(sourceClasses([2, 0, 1]), [1, 2, 0]);
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
    const split = makeSplit(poolOf(dataset), { protocol: "acr", ...options });
    return new SplitDraws({ dataset, split, seed: 0 }).data;
  };
  const ranked = infoOf({ labeledShare: 0.5 });
  assert.deepEqual(ranked.counts, [15, 10, 5]);
  assert.deepEqual(ranked.sourceClasses, [1, 2, 0]);
  assert.equal(infoOf({ labeledMax: 4, gammaLabeled: 1 }).sourceClasses, undefined);
});
