import assert from "node:assert/strict";
import { rampUp } from "../../../../core/nn/schedules/ramp_up.ts";

Deno.test("rampUp() rises along a line and stays at 1", () => {
  assert.deepEqual([0, 25, 100, 300].map(rampUp({ length: 100 })), [0, 0.25, 1, 1]);
});

Deno.test("rampUp() starts at exp(-5) if exponential", () => {
  const ramp = rampUp({ length: 100, shape: "exponential" });
  assert.deepEqual([0, 50, 100].map(ramp), [Math.exp(-5), Math.exp(-1.25), 1]);
});

Deno.test("rampUp() of no length is 1 from the first step", () => {
  assert.equal(rampUp({ length: 0 })(0), 1);
});
