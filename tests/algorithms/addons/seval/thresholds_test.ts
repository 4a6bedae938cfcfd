import assert from "node:assert/strict";
import {
  fitThresholds,
  selectionOf,
  sevalTargetPrecision,
  thresholdsOfClasses,
} from "../../../../algorithms/addons/seval/thresholds.ts";

// The worked example of the paper's reference: 14 images predicted as class 0, 8 as class 1.
const confidence = [
  ...[0.99, 0.97, 0.96, 0.93, 0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.58, 0.55],
  ...[0.98, 0.95, 0.91, 0.87, 0.78, 0.66, 0.64, 0.56],
];
const predicted = confidence.map((_, i) => i < 14 ? 0 : 1);
const labels = [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1];
const known = { confidence, predicted, labels };
const settings = { groups: 2, target: 0.75, weights: [1, 1] };

function thresholds(search: "nelder-mead" | "exact", target = 0.75) {
  const { groups } = fitThresholds(known, { ...settings, target, search });
  return groups.map((g) => Number(g.threshold.toFixed(6)));
}

Deno.test("fitThresholds() searches as released, and finds the exact best where asked", () => {
  assert.deepEqual(thresholds("nelder-mead"), [0.97375, 0]);
  assert.deepEqual(thresholds("nelder-mead", 0.9), [0.97375, 0.95]);
  assert.deepEqual(thresholds("exact"), [0.58, 0]);
  assert.deepEqual(thresholds("exact", 0.9), [0.8, 0]);
});

Deno.test("fitThresholds() weighs images by their class", () => {
  const { groups, floor } = fitThresholds(known, {
    ...settings,
    weights: [1, 2],
    search: "nelder-mead",
  });
  assert.ok(Math.abs(groups[0]!.precision - 0.473684) < 1e-5);
  assert.ok(Math.abs(groups[0]!.mass - 19) < 1e-5);
  assert.ok(Math.abs(groups[1]!.precision - 0.933333) < 1e-5);
  assert.ok(Math.abs(floor - 1.7) < 1e-9);
});

Deno.test("fitThresholds() searches nothing for a group of fewer than ten images", () => {
  const fewer = labels.slice();
  fewer[0] = 1; // nine of class 0 are left
  const { groups } = fitThresholds({ ...known, labels: fewer }, {
    ...settings,
    search: "nelder-mead",
  });
  assert.deepEqual([groups[0]!.rare, groups[0]!.searched, groups[0]!.threshold], [true, false, 0]);
});

Deno.test("thresholdsOfClasses() gives the last group what is left of the classes", () => {
  const one = { ...fitThresholds(known, { ...settings, search: "exact" }).groups[0]! };
  const groups = Array.from({ length: 10 }, (_, i) => ({ ...one, threshold: i }));
  const all = thresholdsOfClasses({ groups, size: 13 }, 127);
  assert.deepEqual([all.length, all[12], all[13], all[126]], [127, 0, 1, 9]);
});

Deno.test("selectionOf() counts what lies above its class's threshold", () => {
  const { perClass, precision } = selectionOf(known, [0.93, 0.95]);
  assert.deepEqual(perClass, [3, 1]);
  assert.ok(Math.abs(precision - 1) < 1e-6);
});

Deno.test("sevalTargetPrecision() is a line", () => {
  const target = sevalTargetPrecision({ start: 0.5, end: 1, steps: 100 });
  assert.deepEqual([0, 50, 100].map(target), [0.5, 0.75, 1]);
});
