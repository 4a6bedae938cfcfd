import assert from "node:assert/strict";
import { effectiveNumberWeights, scaleWeights } from "../../core/class_weights.ts";

Deno.test("effectiveNumberWeights() weighs rare classes more, the more so the larger beta", () => {
  const counts = [500, 50, 5];
  for (const beta of [0.9, 0.99, 0.999, 1]) {
    const [head = NaN, middle = NaN, tail = NaN] = effectiveNumberWeights(counts, beta);
    assert.ok(head <= middle && middle < tail, `beta ${beta}`);
  }
  assert.throws(() => effectiveNumberWeights(counts, NaN), RangeError);
});

Deno.test("scaleWeights() keeps ratios and meets the sum", () => {
  assert.deepEqual(scaleWeights([1, 3]), [0.5, 1.5]);
  assert.deepEqual(scaleWeights([1, 3], 1), [0.25, 0.75]);
  assert.throws(() => scaleWeights([0, 0]), RangeError);
});
