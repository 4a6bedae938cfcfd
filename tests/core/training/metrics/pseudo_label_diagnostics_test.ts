import assert from "node:assert/strict";
import {
  imbalanceRatio,
  pseudoLabelDiagnostics,
} from "../../../../core/training/metrics/pseudo_label_diagnostics.ts";

Deno.test("pseudoLabelDiagnostics() leaves a class never predicted out of the average", () => {
  const diagnostics = pseudoLabelDiagnostics([3, 1, 0, 1, 3, 0, 2, 0, 0], 3);
  assert.deepEqual([...diagnostics.precision], [0.5, 0.75, NaN]);
  assert.equal(diagnostics.averagePrecision, 0.625);
  assert.deepEqual([...diagnostics.recall], [0.75, 0.75, 0]);
  assert.equal(diagnostics.averageRecall, 0.5);
  assert.deepEqual([...diagnostics.gain], [1.5, 1, 0]);
  assert.equal(diagnostics.imbalance, 1.5);
});

Deno.test("imbalanceRatio() is undefined without a sample", () => {
  assert.equal(imbalanceRatio([0, 0]), NaN);
  assert.equal(imbalanceRatio([5]), 1);
});
