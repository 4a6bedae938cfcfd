import assert from "node:assert/strict";
import { summarizeHistory } from "../../../../core/training/metrics/history.ts";

Deno.test("summarizeHistory() looks at the last 20 evaluations, best at all", () => {
  const values = [99, ...Array.from({ length: 20 }, (_, i) => 20 - i)];
  assert.deepEqual(summarizeHistory(values), {
    recentMean: 10.5,
    recentMedian: 10.5,
    best: 99,
    last: 1,
  });
});

Deno.test("summarizeHistory() takes what there is of a short history", () => {
  assert.equal(summarizeHistory([3, 1, 2]).recentMedian, 2);
  assert.equal(summarizeHistory([5]).recentMean, 5);
});

Deno.test("summarizeHistory() refuses an empty history and a senseless window", () => {
  assert.throws(() => summarizeHistory([]), RangeError);
  assert.throws(() => summarizeHistory([1], { window: 0 }), RangeError);
});
