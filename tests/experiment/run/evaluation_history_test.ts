import assert from "node:assert/strict";
import { evaluationHistory } from "../../../experiment/run/evaluation_history.ts";

const row = (step: number, top1: number, balancedAccuracy = top1) =>
  JSON.stringify({ step, evaluation: { top1, balancedAccuracy, network: "ema" } });

Deno.test("evaluationHistory() sums up the evaluations of a log, and no other rows", () => {
  const other = JSON.stringify({ step: 5, epoch: 0, loss: { labeled: 1 }, mask: 0.5 });
  const log = [other, row(10, 0.5, 0.25), other, row(20, 0.75, 0.5), row(30, 0.25), ""].join("\n");
  assert.deepEqual(evaluationHistory(log), {
    evaluations: 3,
    top1: { recentMean: 0.5, recentMedian: 0.5, best: 0.75, last: 0.25 },
    balancedAccuracy: { recentMean: 1 / 3, recentMedian: 0.25, best: 0.5, last: 0.25 },
  });
});

Deno.test("evaluationHistory() means the last twenty, and nothing where there was none", () => {
  const rows = Array.from({ length: 25 }, (_, i) => row(i + 1, i < 5 ? 1 : 0.5));
  const history = evaluationHistory(rows.join("\n"));
  assert.deepEqual([history?.top1.recentMean, history?.top1.best], [0.5, 1]);
  assert.equal(evaluationHistory(""), null);
});
