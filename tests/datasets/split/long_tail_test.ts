import assert from "node:assert/strict";
import { longTailCounts, reorder, shapeOrder } from "../../../datasets/split/long_tail.ts";

Deno.test("longTailCounts() keeps counts that fall on whole numbers", () => {
  assert.deepEqual(
    longTailCounts(10, { max: 1000, gamma: 512 }),
    [1000, 500, 250, 125, 62, 31, 15, 7, 3, 1],
  );
});

Deno.test("longTailCounts() never rises and spans max to max / gamma", () => {
  for (const classes of [1, 2, 9, 100]) {
    for (const [max, gamma] of [[500, 100], [64, 99], [7, 3], [0, 5], [50, 1]] as const) {
      const counts = longTailCounts(classes, { max, gamma });
      assert.equal(counts.length, classes);
      assert.equal(counts[0], max);
      if (classes > 1) assert.equal(counts.at(-1), Math.floor(max / gamma));
      assert.ok(counts.every((n, c) => c === 0 || n <= counts[c - 1]!), `${counts}`);
    }
  }
});

Deno.test("longTailCounts() refuses what has no meaning", () => {
  const cases: [number, number, number][] = [[0, 5, 1], [NaN, 5, 1], [3, -1, 1], [3, 1.5, 1], [
    3,
    NaN,
    1,
  ]];
  for (const [classes, max, gamma] of cases) {
    assert.throws(() => longTailCounts(classes, { max, gamma }), RangeError);
  }
  for (const gamma of [0.5, NaN, Infinity, -100]) {
    assert.throws(() => longTailCounts(3, { max: 5, gamma }), /at least 1/);
  }
});

Deno.test("shapeOrder() orders ten classes as SimPro does", () => {
  assert.deepEqual(shapeOrder("reversed", 10), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(shapeOrder("middle", 10), [8, 6, 4, 2, 0, 1, 3, 5, 7, 9]);
  assert.deepEqual(shapeOrder("headtail", 10), [1, 3, 5, 7, 9, 8, 6, 4, 2, 0]);
});

Deno.test("shapeOrder() is a permutation for any number of classes", () => {
  for (const shape of ["consistent", "reversed", "middle", "headtail"] as const) {
    for (let classes = 1; classes < 12; classes++) {
      const all = Array.from({ length: classes }, (_, c) => c);
      assert.deepEqual(shapeOrder(shape, classes).sort((a, b) => a - b), all);
    }
  }
});

Deno.test("reorder() refuses an entry that is not there", () => {
  assert.deepEqual(reorder([5, 3], [1, 0]), [3, 5]);
  assert.throws(() => reorder([5, 3], [2]), /entry 2/);
});
