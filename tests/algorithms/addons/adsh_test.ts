import assert from "node:assert/strict";
import { adaptiveThresholds } from "../../../algorithms/addons/adsh.ts";

/** Logits of two classes whose first ones have these probabilities. */
function predictions(...first: readonly number[]) {
  const logits = Float32Array.from(first.flatMap((p) => [Math.log(p), Math.log(1 - p)]));
  return { logits, images: first.length, classes: 2 };
}

const rounded = (all: readonly (number | null)[]) => all.map((t) => t && Math.round(t * 1e4) / 1e4);

Deno.test("of every class the share passes that passes of the most frequent one", () => {
  // Three of four images of class 1 are sure, so three of four of class 0 pass.
  const seen = predictions(0.01, 0.02, 0.03, 0.3, 0.9, 0.8, 0.7, 0.6);
  const options = { head: 1, threshold: 0.95 };
  assert.deepEqual(rounded(adaptiveThresholds(seen, { ...options, rule: "paper" })), [0.7, 0.97]);
  // As released it is one image less: two of four, of both.
  const released = adaptiveThresholds(seen, { ...options, rule: "released" });
  assert.deepEqual(rounded(released), [0.8, 0.98]);
});

Deno.test("where no image of the most frequent class is sure, the surest of each class passes", () => {
  const seen = predictions(0.9, 0.6, 0.2, 0.4), options = { head: 0, threshold: 0.95 };
  assert.deepEqual(rounded(adaptiveThresholds(seen, { ...options, rule: "paper" })), [0.9, 0.8]);
  // As released all of them pass.
  const released = adaptiveThresholds(seen, { ...options, rule: "released" });
  assert.deepEqual(rounded(released), [0.6, 0.6]);
});

Deno.test("a class nothing is predicted as has no new threshold", () => {
  for (const rule of ["paper", "released"] as const) {
    const found = adaptiveThresholds(predictions(0.99, 0.97), { head: 0, threshold: 0.95, rule });
    assert.equal(found[1], null);
  }
});
