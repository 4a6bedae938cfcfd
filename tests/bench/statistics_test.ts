import assert from "node:assert/strict";
import { geometricMean, median, spread } from "../../bench/statistics.ts";

Deno.test("median() takes the middle value, or the mean of the middle two", () => {
  assert.equal(median([3, 1, 10]), 3);
  assert.equal(median([4, 1, 10, 2]), 3);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("spread() gives the extremes", () => {
  assert.deepEqual(spread([3, 1, 10]), [1, 10]);
});

Deno.test("geometricMean() undoes a ratio by its inverse", () => {
  assert.ok(Math.abs(geometricMean([4, 1 / 4]) - 1) < 1e-12);
  assert.ok(Math.abs(geometricMean([2, 8]) - 4) < 1e-12);
  assert.ok(Number.isNaN(geometricMean([])));
});
