import assert from "node:assert/strict";
import type { Result } from "../../../bench/behaviour/results_file.ts";
import { ENTRIES } from "../../../bench/behaviour/setting.ts";
import { accuracyTable, estimateTable, recallTable } from "../../../bench/behaviour/tables.ts";

function result(
  name: string,
  { shape, seed, all, distances = [] }: {
    shape: string;
    seed: number;
    all: number;
    distances?: Result["distances"];
  },
): Result {
  const entry = ENTRIES.find((e) => e.name === name)!; // names of this test
  return {
    run: { entry, shape, seed },
    recall: { all, many: all * 2, medium: all, few: 0 },
    distances,
  };
}

function cells(text: string): string[][] {
  return text.split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("accuracyTable() has means and deviations by method and shape", () => {
  const text = accuracyTable([
    result("supervised", { shape: "consistent", seed: 1, all: 0.3 }),
    result("supervised", { shape: "consistent", seed: 2, all: 0.4 }),
    result("simpro", { shape: "uniform", seed: 1, all: 0.5 }),
    result("seval0", { shape: "uniform", seed: 1, all: 0.9 }), // has no row
  ]);
  const [head, , ...rows] = cells(text);
  assert.deepEqual(head, ["balanced accuracy", "consistent", "uniform", "reversed"]);
  assert.deepEqual(rows, [
    ["supervised", "35.0 ± 7.1", "35.0 ± 7.1", "35.0 ± 7.1"], // unlabeled images play no role
    ["simpro", "", "50.0", ""],
  ]);
});

Deno.test("recallTable() has the recall of classes with many, some and few labels", () => {
  const rows = cells(recallTable([result("simpro", { shape: "reversed", seed: 1, all: 0.25 })]));
  assert.deepEqual(rows.at(-1), ["simpro", "", "", "50.0 / 25.0 / 0.0"]);
});

Deno.test("estimateTable() follows estimates step by step", () => {
  const distances = [{ step: 30, l1: 1, kl: 0.5 }, { step: 60, l1: 0.5, kl: 0.25 }];
  const other = [{ step: 30, l1: 0, kl: 0 }, { step: 60, l1: 0.25, kl: 0 }];
  const results = [
    result("acr", { shape: "uniform", seed: 1, all: 0.3, distances }),
    result("acr", { shape: "uniform", seed: 2, all: 0.3, distances: other }),
    result("fixmatch", { shape: "uniform", seed: 1, all: 0.3 }),
  ];
  const [head, , ...rows] = cells(estimateTable(results, "l1"));
  assert.deepEqual(head, ["L1", "unlabeled", "step 30", "step 60"]);
  assert.deepEqual(rows[1], ["acr", "uniform", "0.50", "0.38"]);
  assert.equal(rows.length, 3);
});
