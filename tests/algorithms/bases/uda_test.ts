import assert from "node:assert/strict";
import { signalAnnealing } from "../../../algorithms/bases/uda.ts";

Deno.test("signalAnnealing() rises from chance to 1", () => {
  const linear = signalAnnealing({ classes: 4, steps: 100, shape: "linear" });
  assert.deepEqual([0, 50, 100, 200].map(linear), [0.25, 0.625, 1, 1]);
  const at = (shape: "none" | "exponential" | "logarithmic") =>
    signalAnnealing({ classes: 4, steps: 100, shape })(50);
  assert.equal(at("none"), 1);
  assert.ok(at("exponential") < 0.625 && at("logarithmic") > 0.625);
});
