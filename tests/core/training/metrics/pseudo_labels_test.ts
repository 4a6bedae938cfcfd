import assert from "node:assert/strict";
import { summarizePseudoLabels } from "../../../../core/training/metrics/pseudo_labels.ts";

Deno.test("summarizePseudoLabels() tells all pseudo-labels from those that passed the mask", () => {
  const summary = summarizePseudoLabels({
    all: [4, 2, 1, 3],
    masked: [3, 0, 1, 1],
    classes: 2,
  });
  assert.deepEqual(summary, {
    maskRate: 0.5,
    accuracy: 0.7,
    usedAccuracy: 0.8,
    precision: [0.8, 0.6],
    recall: [4 / 6, 0.75],
  });
});

Deno.test("summarizePseudoLabels() has null for what no pseudo-label defines", () => {
  const summary = summarizePseudoLabels({
    all: [0, 2, 0, 0],
    masked: Array(4).fill(0),
    classes: 2,
  });
  assert.deepEqual(summary, {
    maskRate: 0,
    accuracy: 0,
    usedAccuracy: null,
    precision: [null, 0],
    recall: [0, null],
  });
});

Deno.test("summarizePseudoLabels() is null where nothing was counted", () => {
  const none = Array(9).fill(0);
  assert.equal(summarizePseudoLabels({ all: none, masked: none, classes: 3 }), null);
});
