import assert from "node:assert/strict";
import { folderName, plannedRuns, trainArguments } from "../../../bench/behaviour/runs.ts";
import { SHARED } from "../../../bench/behaviour/setting.ts";

Deno.test("plannedRuns() puts a run after the one whose folder it takes", () => {
  const names = plannedRuns([1, 2], []).map(folderName);
  assert.equal(new Set(names).size, names.length);
  assert.equal(names.filter((name) => name.startsWith("supervised")).length, 2); // one a seed
  for (const shape of ["consistent", "uniform", "reversed"]) {
    const [first, second] = [`seval0-${shape}-2`, `seval-${shape}-2`].map((n) => names.indexOf(n));
    assert.ok(first! >= 0 && first! < second!, shape);
  }
  assert.throws(() => plannedRuns([1], ["simpor"]), /no entry "simpor": choose from supervised/);
});

Deno.test("trainArguments() sets what is shared, the shape, and the method's own", () => {
  const [run] = plannedRuns([3], ["seval"]).filter((r) => r.shape === "reversed");
  const args = trainArguments(run!, { root: "runs", dataDir: "data" }); // seval has each shape
  const set = new Map(
    args.flatMap((arg, i) => args[i - 1] === "--set" ? [arg.split("=") as [string, string]] : []),
  );
  assert.equal(set.get("seval.curriculum"), "runs/seval0-reversed-3");
  assert.equal(set.get("split.unlabeled"), "reversed");
  assert.equal(set.get("steps"), String(SHARED["steps"]));
  assert.deepEqual(args.slice(0, 2), ["--algorithm", "fixmatch+seval"]);
  assert.equal(args[args.indexOf("--out") + 1], "runs/seval-reversed-3");
});
