import assert from "node:assert/strict";
import { keptShares, selectRarest } from "../../../../algorithms/addons/crest/select_rarest.ts";

Deno.test("keptShares() keeps the rarest class whole, whatever its number", () => {
  assert.deepEqual(keptShares([8, 1], { alpha: 3, form: "counts" }), [0.5, 1]);
  assert.deepEqual(keptShares([1, 8], { alpha: 3, form: "counts" }), [1, 0.5]);
});

Deno.test("selectRarest() takes the most confident of each class, classes in order", () => {
  const logits = Float32Array.of(0, 1, 3, 0, 0, 5, 2, 0, 1, 0, 0, 2);
  const given = { logits, images: 6, classes: 2 }, by = "confidence";
  const chosen = selectRarest(given, { shares: [0.7, 0.4], by });
  assert.deepEqual([...chosen], [[1, 0], [3, 0], [2, 1]]);
});

Deno.test("selectRarest() can go by the largest logit", () => {
  const logits = Float32Array.of(9, 8, 3, 0);
  const given = { logits, images: 2, classes: 2 }, shares = [0.5, 1];
  assert.deepEqual([...selectRarest(given, { shares, by: "logit" })], [[0, 0]]);
  assert.deepEqual([...selectRarest(given, { shares, by: "confidence" })], [[1, 0]]);
});

Deno.test("keptShares() goes by class number where it is geometric", () => {
  assert.deepEqual(keptShares([16, 7, 1], { alpha: 2, form: "geometric" }), [0.25, 0.5, 1]);
});
