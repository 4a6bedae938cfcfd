import assert from "node:assert/strict";
import { BadInput } from "../../../../core/bad_input.ts";
import { makeSplit, resolveSplit } from "../../../../datasets/split/protocols/make_split.ts";
import { formatSplit, parseSplit } from "../../../../datasets/split/split_json.ts";

/** 20, 10, 4 and 1 images of four classes, mixed, then five without a label. */
const known = [20, 10, 4, 1].flatMap((n, c) => new Array<number>(n).fill(c))
  .map((label, i) => ({ label, at: (i * 13) % 35 })).sort((a, b) => a.at - b.at)
  .map(({ label }) => label);
const pool = {
  name: "toy",
  fingerprint: "f00d",
  classes: 4,
  naturalTail: true,
  labels: [...known, -1, -1, -1, -1, -1],
  testLabels: [],
};

const numbers = (...lists: readonly Int32Array[]) => lists.flatMap((list) => [...list]);

Deno.test("a test share is a share of each class, none of which is used otherwise", () => {
  const split = makeSplit(pool, { testShare: 0.2, labeledShare: 0.5, seed: 3 });
  assert.equal(split.testFrom, "train");
  assert.deepEqual(split.counts.test, [4, 2, 1, 0]); // a lone image stays in training
  assert.deepEqual(split.counts.labeled, [8, 4, 2, 1]); // half of what is left, to even
  assert.deepEqual(numbers(split.test).map((i) => pool.labels[i]).toSorted(), [
    0,
    0,
    0,
    0,
    1,
    1,
    2,
  ]);
  const labels = numbers(split.labeled).map((i) => pool.labels[i]);
  assert.deepEqual(labels, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3]);
  assert.deepEqual(numbers(split.unlabeled), [35, 36, 37, 38, 39]); // those that come without one
  const all = numbers(split.labeled, split.unlabeled, split.test);
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(parseSplit(formatSplit(split), "memory"), split);
});

Deno.test("the data set's own validation images keep their numbers beside a test share", () => {
  const own = { ...pool, validLabels: [0, 1, 2] };
  assert.deepEqual(numbers(makeSplit({ ...own, testLabels: [1] }, {}).valid), [40, 41, 42]);
  const split = makeSplit(own, { testShare: 0.2, labeledShare: 0.5 });
  assert.deepEqual(numbers(split.valid), [40, 41, 42]);
  assert.ok(numbers(split.labeled, split.unlabeled, split.test).every((image) => image < 40));
  const labels = Array.from({ length: 40 }, (_, i) => i % 4);
  const published = makeSplit({ ...own, labels, testLabels: [1] }, {
    ...{ protocol: "daso", labeledMax: 4, gammaLabeled: 4, unlabeledMax: 4, valid: 0 },
  });
  assert.deepEqual(numbers(published.valid), [40, 41, 42]);
});

Deno.test("seed and share decide of the test images, nothing else does", () => {
  const testOf = (given: object) =>
    numbers(makeSplit(pool, { testShare: 0.2, seed: 3, ...given }).test);
  assert.deepEqual(testOf({ labeledShare: 0.5 }), testOf({ holdout: 0.5, includeLabeled: true }));
  assert.notDeepEqual(testOf({}), testOf({ seed: 4 }));
  const larger = new Set(testOf({ testShare: 0.5 }));
  assert.ok(larger.size > 7 && testOf({}).every((image) => larger.has(image)));
});

Deno.test("published protocols deal out what is left; defaults are those of what is left", () => {
  const labels = Array.from({ length: 400 }, (_, i) => i % 4);
  const even = { name: "even", fingerprint: "", classes: 4, labels, testLabels: [] };
  const split = makeSplit(even, {
    protocol: "daso",
    testShare: 0.5,
    labeledMax: 20,
    unlabeledMax: 30,
  });
  assert.deepEqual(split.counts.test, [50, 50, 50, 50]);
  const all = numbers(split.labeled, split.unlabeled, split.test);
  assert.equal(new Set(all).size, all.length);
  for (const image of split.labeled) assert.ok(image < 400);
  assert.equal(resolveSplit(even, { testShare: 0.5 }).labeledMax, 5); // a tenth of 50
});

Deno.test("a share of 0 is no test images; other shares are refused where there are some", () => {
  const own = { ...pool, testLabels: [0, 1, 2, 3] };
  const none = makeSplit(own, { testShare: 0 });
  assert.deepEqual([none.testFrom, none.test.length], ["none", 0]);
  assert.deepEqual(parseSplit(formatSplit(none), "memory"), none);
  assert.equal(makeSplit(own, { testShare: null }).test.length, 4);
  assert.ok(!("testFrom" in makeSplit(own, {})));
  const refused = (given: object, message: RegExp) =>
    assert.throws(() => makeSplit(own, given), (error) => {
      return error instanceof BadInput && message.test(error.message);
    });
  refused(
    { testShare: 0.2 },
    /testShare is 0\.2, but toy has 4 test images of its own: leave it out/,
  );
  refused({ testShare: 1 }, /testShare is 1: give at least 0 and less than 1/);
  refused({ testShare: NaN }, /testShare is NaN/);
  const text = formatSplit(none).replace('"testFrom":"none"', '"testFrom":"me"');
  assert.throws(() => parseSplit(text, "memory"), /testFrom is neither train nor none/);
});
