import assert from "node:assert/strict";
import {
  adjustedLogitRows,
  logLabelPrior,
  predictedClasses,
  softmaxRows,
  topConfidence,
  topKCorrect,
} from "../../../../core/training/metrics/logit_rows.ts";

Deno.test("predictedClasses() takes the first of equal values", () => {
  assert.deepEqual([...predictedClasses([1, 2, 2, 0, -1, 0], 3)], [1, 0]);
});

Deno.test("topKCorrect() counts only ranks below k, ties by class", () => {
  const logits = [1, 1, 0, 1, 1, 0];
  assert.equal(topKCorrect(logits, [0, 1], { classes: 3, k: 1 }), 1);
  assert.equal(topKCorrect(logits, [0, 1], { classes: 3, k: 2 }), 2);
  assert.equal(topKCorrect(logits, [2, 2], { classes: 3, k: 2 }), 0);
  assert.equal(topKCorrect(logits, [2, 2], { classes: 3, k: 5 }), 2);
});

Deno.test("topKCorrect() refuses shapes and labels that do not fit", () => {
  assert.throws(() => topKCorrect([1, 2, 3], [0], { classes: 2, k: 1 }), TypeError);
  assert.throws(() => topKCorrect([1, 2], [2], { classes: 2, k: 1 }), RangeError);
});

Deno.test("softmaxRows() stays finite and sums to 1 in each row", () => {
  const rows = softmaxRows([1000, 1000, 0, -1000], 2);
  assert.deepEqual([...rows], [0.5, 0.5, 1, 0]);
});

Deno.test("topConfidence() is the largest probability of each row", () => {
  assert.deepEqual([...topConfidence(Float64Array.of(0.2, 0.8, 0.6, 0.4), 2)], [0.8, 0.6]);
});

Deno.test("adjustedLogitRows() raises rare classes and leaves equal classes in place", () => {
  const [head, tail] = adjustedLogitRows([0, 0], [90, 10], { temperature: 2 });
  assert.ok(Math.abs(head! + 2 * Math.log(0.9)) < 1e-12); // two values came in
  assert.ok(Math.abs(tail! + 2 * Math.log(0.1)) < 1e-12); // as above
  assert.throws(() => adjustedLogitRows([0, 0], [90, 0]), RangeError);
});

Deno.test("logLabelPrior() says -Infinity of an empty class", () => {
  assert.deepEqual([...logLabelPrior([2, 2, 0])], [Math.log(0.5), Math.log(0.5), -Infinity]);
});
