import assert from "node:assert/strict";
import { publishedViews } from "../../../datasets/views/published/published_views.ts";
import {
  describePreparation,
  preparationOf,
  viewOf,
} from "../../../experiment/network/preparation.ts";

const half = [0.5, 0.5, 0.5] as const;

Deno.test("preparationOf() has the size that networks see, and the way of the data set", () => {
  const food = publishedViews("cossl", { dataset: "food101", size: 256, mean: half, std: half });
  const prepared = preparationOf({ name: "food101", size: 256 }, food.identity);
  assert.deepEqual([prepared.fit, prepared.size, prepared.inputSize], ["cover", 256, 224]);
  assert.deepEqual(viewOf(prepared), food.identity);
  assert.match(
    describePreparation(prepared),
    /^the shorter side to 256 pixels, the middle 256 x 256 cut out \(bilinear .*\), then centerCrop to 224 pixels$/,
  );
  const plain = publishedViews("default", { size: 64, mean: half, std: half });
  const eurosat = preparationOf({ name: "eurosat", size: 64 }, plain.identity);
  assert.deepEqual([eurosat.fit, eurosat.inputSize], ["squash", 64]);
  assert.match(describePreparation(eurosat), /^both sides to 64 pixels \(bilinear .*\)$/);
  // Of a data set that nobody knows, such as one in memory.
  assert.equal(preparationOf({ name: "constructor", size: 64 }, plain.identity).fit, "cover");
});
