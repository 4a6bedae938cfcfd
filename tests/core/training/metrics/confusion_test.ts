import assert from "node:assert/strict";
import {
  confusionMargins,
  confusionMatrix,
  normalizeConfusion,
} from "../../../../core/training/metrics/confusion.ts";

Deno.test("confusionMatrix() puts true classes in rows", () => {
  const counts = confusionMatrix([0, 0, 2], [1, 0, 1], { classes: 3 });
  assert.deepEqual([...counts], [1, 1, 0, 0, 0, 0, 0, 1, 0]);
});

Deno.test("confusionMatrix() refuses classes out of range and lists of unlike length", () => {
  assert.throws(() => confusionMatrix([0], [2], { classes: 2 }), RangeError);
  assert.throws(() => confusionMatrix([-1], [0], { classes: 2 }), RangeError);
  assert.throws(() => confusionMatrix([0.5], [0], { classes: 2 }), RangeError);
  assert.throws(() => confusionMatrix([0, 1], [0], { classes: 2 }), TypeError);
});

Deno.test("normalizeConfusion() makes rows sum to 1 and leaves empty rows 0", () => {
  assert.deepEqual([...normalizeConfusion([3, 1, 0, 0], 2)], [0.75, 0.25, 0, 0]);
});

Deno.test("confusionMargins() sums rows, columns and the diagonal", () => {
  const margins = confusionMargins([1, 2, 3, 4], 2);
  assert.deepEqual([...margins.trueCounts], [3, 7]);
  assert.deepEqual([...margins.predictedCounts], [4, 6]);
  assert.deepEqual([...margins.correct], [1, 4]);
  assert.deepEqual([margins.right, margins.total], [5, 10]);
});
