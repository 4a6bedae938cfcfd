import assert from "node:assert/strict";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { rankedClassNames } from "../../../datasets/split/split.ts";
import { formatSplitTable } from "../../../datasets/show/split_table.ts";

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
