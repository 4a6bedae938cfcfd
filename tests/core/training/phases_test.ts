import assert from "node:assert/strict";
import { countsWith, Phases } from "../../../core/training/phases.ts";

Deno.test("Phases begins at once and again when the steps of one are done", () => {
  const phases = new Phases();
  assert.ok(phases.isDue(0));
  phases.enter({ steps: 4 }, 0);
  assert.deepEqual([phases.isDue(3), phases.isDue(4)], [false, true]);
  phases.enter({ steps: 10 }, 4);
  assert.deepEqual([phases.index, phases.start, phases.length(10)], [1, 4, 6]);
});

Deno.test("Phases.enter() lets the last phase go on to the end", () => {
  const phases = new Phases();
  phases.enter({ steps: 4, labels: new Map([[3, 1]]) }, 0);
  phases.enter(null, 4);
  assert.deepEqual([phases.index, phases.start, phases.length(30)], [0, 0, 30]);
  assert.ok(!phases.isDue(29));
  assert.deepEqual([...phases.labels], [[3, 1]]);
});

Deno.test("Phases.enter() refuses a phase without whole steps", () => {
  assert.throws(() => new Phases().enter({ steps: 0.5 }, 0), RangeError);
});

Deno.test("Phases.restore() puts back what save() gave", () => {
  const one = new Phases(), other = new Phases();
  one.enter({ steps: 4 }, 0);
  one.enter({ steps: 7, labels: new Map([[30, 2], [4, 0]]) }, 4);
  other.restore(one.save());
  assert.deepEqual({ ...other }, { ...one });
});

Deno.test("countsWith() adds what a phase takes in", () => {
  assert.deepEqual(countsWith([5, 2], new Map([[9, 1], [3, 1], [4, 0]])), [6, 4]);
});
