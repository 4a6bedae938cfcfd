import assert from "node:assert/strict";
import { table } from "../../bench/table.ts";

Deno.test("table() aligns columns, numbers to the right", () => {
  assert.equal(
    table(["name", "ms"], [["a", "1.5"], ["longer", "10"]]),
    ["| name   |  ms |", "| ------ | --: |", "| a      | 1.5 |", "| longer |  10 |"].join("\n"),
  );
});
