import assert from "node:assert/strict";
import { geometricMean, macroScores } from "../../../../core/training/metrics/macro_scores.ts";

Deno.test("macroScores() averages over the classes that occur somewhere", () => {
  // Class 1 is only predicted, class 2 occurs nowhere.
  const scores = macroScores([3, 1, 0, 0, 0, 0, 0, 0, 0], 3);
  assert.deepEqual(scores, { precision: 0.5, recall: 0.375, f1: (6 / 7) / 2 });
});

Deno.test("macroScores() gives 1 to a perfect classifier", () => {
  assert.deepEqual(macroScores([7, 0, 0, 2], 2), { precision: 1, recall: 1, f1: 1 });
});

Deno.test("geometricMean() is undefined where a class has no recall", () => {
  assert.equal(geometricMean([0.5, NaN]), NaN);
});

Deno.test("geometricMean() puts a floor of 1 / (100 C) under a recall of 0 only", () => {
  assert.ok(Math.abs(geometricMean([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]) - 0.001 ** 0.1) < 1e-12);
  assert.ok(Math.abs(geometricMean([1, 0.0001]) - 0.01) < 1e-12);
});
