import assert from "node:assert/strict";
import {
  fitRefinement,
  refinedRecall,
  refinementLoss,
} from "../../../../algorithms/addons/seval/refinement.ts";

const known = {
  logits: Float32Array.of(2, 0, 0, 1.5, 0.5, 0, 1, 1.2, 0, 2, 1, 0.5, 1, 0.9, 0.2, 1.4, 0.2, 1.2),
  labels: Int32Array.of(0, 0, 1, 1, 2, 2),
  classes: 3,
};
const settings = { groups: 3, metric: "nll", alphaBounds: [1, 1], piBounds: [1e-3, 3] } as const;
const ones = { alpha: [1, 1, 1], pi: [1, 1, 1] };

Deno.test("refinementLoss() has the known values, with and without scales", () => {
  const loss = refinementLoss(known, "nll");
  assert.ok(Math.abs(loss(ones) - 0.3070683561) < 1e-7);
  const scaled = { alpha: [1 + 1e-12, 1, 1], pi: [1.8, 0.8, 0.5] };
  assert.ok(Math.abs(loss(scaled) - loss({ ...scaled, alpha: [1, 1, 1] })) < 1e-9);
});

Deno.test("refinementLoss() counts a class without image as it is released", () => {
  const labels = known.labels.map((y) => Math.min(y, 1));
  const loss = refinementLoss({ ...known, labels }, "nll")(ones);
  const rest = refinementLoss({ ...known, labels }, "acc")(ones);
  assert.ok(loss > 2 / 3 && rest <= 0, `${loss} ${rest}`);
});

Deno.test("fitRefinement() reaches the known least loss and the ratios of offsets", () => {
  const { pi, alpha, minimum } = fitRefinement(known, settings);
  assert.ok(Math.abs(minimum.value - 0.2678052243) < 1e-7);
  assert.ok(Math.abs(pi[0]! / pi[1]! - 1.9536 / 0.85694) < 2e-3);
  assert.ok(Math.abs(pi[0]! / pi[2]! - 1.9536 / 0.59733) < 3e-3);
  assert.deepEqual(alpha, [1, 1, 1]);
});

Deno.test("refinedRecall() follows the offsets", () => {
  assert.deepEqual(refinedRecall(known, ones), [1, 0.5, 0]);
  assert.deepEqual(refinedRecall(known, { ...ones, pi: [1.8, 0.8, 0.5] }), [1, 0.5, 0.5]);
});

Deno.test("fitRefinement() refuses groups of different sizes", () => {
  assert.throws(() => fitRefinement(known, { ...settings, groups: 2 }), /3 classes into 2 groups/);
});
