import assert from "node:assert/strict";
import {
  balpoeShiftedTest,
  COSSL_TEST_GAMMAS,
  cosslShiftedTest,
} from "../../../datasets/split/shifted_test.ts";

const LABELS = Array.from({ length: 300 }, (_, i) => i % 3);

Deno.test("cosslShiftedTest() takes the first images of each class", () => {
  const { counts, indices } = cosslShiftedTest(LABELS, { classes: 3, gamma: 100, max: 100 });
  assert.deepEqual(counts, [100, 10, 1]);
  assert.deepEqual([...indices.slice(100)], [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 2]);
});

Deno.test("cosslShiftedTest() of gamma 1 is the whole balanced test set", () => {
  const { indices } = cosslShiftedTest(LABELS, { classes: 3, gamma: 1 });
  assert.deepEqual([...indices].sort((a, b) => a - b), LABELS.map((_, i) => i));
});

Deno.test("cosslShiftedTest() fits the smallest class and refuses to ask for more", () => {
  const labels = [0, 0, 0, 1, 1];
  assert.deepEqual(cosslShiftedTest(labels, { classes: 2, gamma: 2 }).counts, [2, 1]);
  assert.throws(() => cosslShiftedTest(labels, { classes: 2, gamma: 1, max: 3 }), RangeError);
});

Deno.test("COSSL_TEST_GAMMAS has ten shapes forward, nine backward and the balanced one", () => {
  assert.equal(COSSL_TEST_GAMMAS.length, 20);
  assert.equal(COSSL_TEST_GAMMAS.filter((gamma) => gamma < 0).length, 9);
});

Deno.test("balpoeShiftedTest() draws the same images of each class forward and backward", () => {
  const options = { classes: 3, factor: 0.01 };
  const forward = balpoeShiftedTest(LABELS, { ...options, reversed: false });
  const backward = balpoeShiftedTest(LABELS, { ...options, reversed: true });
  assert.deepEqual(forward.counts, [100, 10, 1]);
  assert.deepEqual(backward.counts, [1, 10, 100]);
  assert.deepEqual(forward.indices.slice(100, 110), backward.indices.slice(1, 11));
  assert.ok(forward.indices.every((i, at) => LABELS[i] === (at < 100 ? 0 : at < 110 ? 1 : 2)));
  assert.notDeepEqual([...forward.indices.slice(100, 110)], [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
});
