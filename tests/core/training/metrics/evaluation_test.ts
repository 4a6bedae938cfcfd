import assert from "node:assert/strict";
import { scoreLogits, summarizeEvaluation } from "../../../../core/training/metrics/evaluation.ts";

Deno.test("summarizeEvaluation() gives micro and balanced accuracy of unequal classes", () => {
  const summary = summarizeEvaluation({
    confusion: [90, 10, 0, 0, 5, 5, 1, 0, 1],
    classes: 3,
    top5Correct: 112,
    trainCounts: [100, 10, 1],
  });
  assert.equal(summary.images, 112);
  assert.equal(summary.top1, 96 / 112);
  assert.equal(summary.top5, 1);
  assert.ok(Math.abs(summary.balancedAccuracy - (0.9 + 0.5 + 0.5) / 3) < 1e-12);
  assert.deepEqual(summary.confusion, [[90, 10, 0], [0, 5, 5], [1, 0, 1]]);
  assert.deepEqual([summary.many, summary.medium, summary.few], [0.9, 0.5, 0.5]);
});

Deno.test("summarizeEvaluation() lets a class without an image count nowhere", () => {
  const summary = summarizeEvaluation({
    confusion: Uint32Array.of(3, 1, 0, 0, 0, 0, 1, 0, 1),
    classes: 3,
    top5Correct: 6,
    trainCounts: [9, 8, 7],
  });
  assert.deepEqual(summary.perClassRecall, [0.75, null, 0.5]);
  assert.equal(summary.balancedAccuracy, 0.625);
  assert.equal(summary.medium, null);
});

Deno.test("summarizeEvaluation() groups by labeled counts, not by class number", () => {
  const summary = summarizeEvaluation({
    confusion: [1, 1, 0, 0, 2, 0, 2, 0, 0],
    classes: 3,
    top5Correct: 6,
    trainCounts: [1, 50, 7],
  });
  assert.deepEqual([summary.many, summary.medium, summary.few], [1, 0, 0.5]);
});

Deno.test("summarizeEvaluation() takes groups given by the caller", () => {
  const summary = summarizeEvaluation({
    confusion: [1, 1, 0, 2],
    classes: 2,
    top5Correct: 4,
    trainCounts: [30, 3],
    groups: { many: [], medium: [0], few: [1] },
  });
  assert.deepEqual([summary.many, summary.medium, summary.few], [null, 0.5, 1]);
});

Deno.test("summarizeEvaluation() survives being written as JSON", () => {
  const summary = summarizeEvaluation({
    confusion: Float32Array.of(2, 0, 0, 0),
    classes: 2,
    top5Correct: 2,
    trainCounts: Int32Array.of(5, 5),
  });
  assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
});

Deno.test("summarizeEvaluation() refuses what does not fit together", () => {
  const counts = { confusion: [1, 0, 0, 1], classes: 2, top5Correct: 2, trainCounts: [1, 1] };
  assert.throws(() => summarizeEvaluation({ ...counts, trainCounts: [1, 1, 1] }), TypeError);
  assert.throws(() => summarizeEvaluation({ ...counts, classes: 3 }), TypeError);
  assert.throws(() => summarizeEvaluation({ ...counts, confusion: [0, 0, 0, 0] }), RangeError);
});

Deno.test("scoreLogits() scores rows as their definitions say", () => {
  // Confidences 0.8, 0.6, 0.9; right, wrong, right.
  const p = [[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]];
  const scores = scoreLogits({
    logits: p.flat().map(Math.log),
    labels: [0, 0, 1],
    classes: 2,
    trainCounts: [3, 1],
  });
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  assert.equal(scores.top1, 2 / 3);
  assert.deepEqual(scores.perClassRecall, [0.5, 1]);
  assert.deepEqual(scores.perClassPrecision, [1, 0.5]);
  near(scores.macroF1, 2 / 3);
  near(scores.geometricMean!, Math.sqrt(0.5));
  near(scores.loss, -(Math.log(0.8) + Math.log(0.4) + Math.log(0.9)) / 3);
  near(scores.calibration.nll, scores.loss);
  near(scores.calibration.brier, (2 * 0.2 ** 2 + 2 * 0.6 ** 2 + 2 * 0.1 ** 2) / 3);
  near(scores.calibration.ece, (0.2 + 0.6 + 0.1) / 3);
  near(scores.calibration.mce, 0.6);
  near(scores.calibration.overconfidence, 0.6 * 0.6 / 3);
  const { count, confidence, accuracy } = scores.calibration.reliability;
  const filled = count.flatMap((n, b) => n > 0 ? [[b, n, accuracy[b]]] : []);
  assert.deepEqual(filled, [[8, 1, 0], [11, 1, 1], [13, 1, 1]]);
  near(confidence[8]!, 0.6);
  near(count.reduce((sum, n, b) => sum + n * Math.abs(accuracy[b]! - confidence[b]!), 0) / 3, 0.3);
});

Deno.test("scoreLogits() refuses what does not fit together", () => {
  const rows = { logits: [1, 0, 0, 1], labels: [0, 1], classes: 2, trainCounts: [1, 1] };
  assert.throws(() => scoreLogits({ ...rows, labels: [0] }), TypeError);
  assert.throws(() => scoreLogits({ ...rows, labels: [0, 2] }), RangeError);
  assert.throws(() => scoreLogits({ ...rows, logits: [], labels: [] }), RangeError);
});
