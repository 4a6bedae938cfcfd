import assert from "node:assert/strict";
import {
  classPrecision,
  classRecall,
  meanRate,
} from "../../../../core/training/metrics/class_rates.ts";

const CONFUSION = [3, 1, 0, 0, 0, 0, 1, 1, 0];

Deno.test("classRecall() is NaN for a class without a sample", () => {
  assert.deepEqual([...classRecall(CONFUSION, 3)], [0.75, NaN, 0]);
});

Deno.test("classPrecision() is NaN for a class never predicted", () => {
  assert.deepEqual([...classPrecision(CONFUSION, 3)], [0.75, 0, NaN]);
});

Deno.test("meanRate() averages the classes asked for", () => {
  assert.equal(meanRate([1, 0.5, 0], { classes: [0, 1] }), 0.75);
  assert.equal(meanRate([1, 0.5, 0], { classes: [] }), NaN);
  assert.throws(() => meanRate([1], { classes: [1] }), RangeError);
});
