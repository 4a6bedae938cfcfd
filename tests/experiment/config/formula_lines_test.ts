import assert from "node:assert/strict";
import { formulaLines } from "../../../experiment/config/formula_lines.ts";
import { capturedRun } from "../cli/captured_run.ts";

Deno.test("formulaLines() has a line for each part, long ones wrapped", () => {
  const long = `a = ${"b + ".repeat(30)}c`;
  const lines = formulaLines({ mask: "m ← 1", loss: `x = 1; ${long}` }, "  ");
  assert.deepEqual(lines.slice(0, 2), ["  mask  m ← 1", "  loss  x = 1"]);
  assert.equal(lines.length, 4);
  assert.ok(lines.every((line) => [...line].length <= 100));
  assert.match(lines[3]!, /^ {10}\S.* c$/);
  assert.deepEqual(formulaLines({}), []);
});

Deno.test("options NAME shows a method's formulas, the list of all options does not", async () => {
  const one = await capturedRun("options", "fixmatch");
  assert.match(
    one.out,
    /^fixmatch: base, .*\n {4}mask {2}m ← m · 1\[max q ≥ τ\]\n {4}loss {2}labeled = /m,
  );
  const all = await capturedRun("options");
  assert.match(all.out, /^fixmatch: base, .*\nfixmatch\.threshold=/m);
});
