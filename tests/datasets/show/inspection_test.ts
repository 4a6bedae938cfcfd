import assert from "node:assert/strict";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { rankedClassNames } from "../../../datasets/split/split.ts";
import { formatInspection, formatSplitTable, inspect } from "../../../datasets/show/inspection.ts";

const pool = {
  name: "toy",
  fingerprint: "f00d",
  classes: 3,
  labels: [...new Array<number>(4).fill(0), ...new Array<number>(12).fill(1), 2, 2, -1],
  testLabels: [0, 1, 2, 2],
};

Deno.test("formatSplitTable() counts each class, in the data set's order", () => {
  const split = makeSplit(pool, { labeledShare: 1 });
  const lines = formatSplitTable(split, ["cat", "dog", "eel"]).split("\n");
  assert.equal(lines[0], "toy by protocol free, seed 0");
  assert.equal(lines[1], "labeled 18, unlabeled 1, test 4");
  assert.equal(lines[3], "class   labeled      test");
  assert.equal(lines[4], `cat           4         1  ${"█".repeat(10)}`);
  assert.equal(lines[5], `dog          12         1  ${"█".repeat(30)}`);
});

Deno.test("formatSplitTable() names ranked classes right", () => {
  const split = makeSplit(pool, { protocol: "simpro", labeledShare: 0.5 });
  assert.deepEqual(split.relabel, [1, 0, 2]);
  assert.deepEqual(rankedClassNames(["cat", "dog", "eel"], split), ["dog", "cat", "eel"]);
  const lines = formatSplitTable(split, ["cat", "dog", "eel"]).split("\n");
  assert.match(lines[4]!, /^dog +6 +1 /);
  assert.match(lines[5]!, /^cat +2 +1 /);
});

/** Images of one grey each; class c has 3 - c of them, and is c * 100 dark. */
const dataset = await memoryDataset({
  name: "greys",
  classNames: ["black", "grey", "white"],
  size: 8,
  train: {
    bytes: Uint8Array.from({ length: 6 * 192 }, (_, i) => [0, 0, 0, 100, 100, 200][i / 192 | 0]!),
    labels: [0, 0, 0, 1, 1, 2],
  },
  test: { bytes: new Uint8Array(192), labels: [0] },
  unlabeled: { bytes: new Uint8Array(192 * 2).fill(50) },
});

Deno.test("inspect() counts each part and class", () => {
  const { parts } = inspect(dataset);
  assert.deepEqual(parts, [
    { name: "train", images: 6, counts: [3, 2, 1] },
    { name: "test", images: 1, counts: [1, 0, 0] },
    { name: "unlabeled", images: 2, counts: null },
  ]);
});

Deno.test("formatInspection() prints a row a class with its bar", () => {
  const lines = formatInspection(inspect(dataset)).split("\n");
  assert.equal(lines[1], "train 6, test 1, unlabeled 2");
  assert.equal(lines[3], "class     train      test");
  assert.equal(lines[4], `black         3         1  ${"█".repeat(30)}`);
  assert.equal(lines[6], `white         1         0  ${"█".repeat(10)}`);
});
