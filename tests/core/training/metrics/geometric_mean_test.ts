import assert from "node:assert/strict";
import { geometricMean } from "../../../../core/training/metrics/geometric_mean.ts";

Deno.test("geometricMean() is undefined where a class has no recall", () => {
  assert.equal(geometricMean([0.5, NaN]), NaN);
});

Deno.test("geometricMean() puts a floor of 1 / (100 C) under a recall of 0 only", () => {
  assert.ok(Math.abs(geometricMean([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]) - 0.001 ** 0.1) < 1e-12);
  assert.ok(Math.abs(geometricMean([1, 0.0001]) - 0.01) < 1e-12);
});
