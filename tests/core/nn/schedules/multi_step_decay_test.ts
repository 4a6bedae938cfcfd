import assert from "node:assert/strict";
import { multiStepDecay, stairDecay } from "../../../../core/nn/schedules/multi_step_decay.ts";

Deno.test("multiStepDecay() does not mind the order of its milestones", () => {
  const schedule = multiStepDecay({ base: 1, milestones: [20, 10], factor: 0.5 });
  assert.deepEqual([0, 9, 10, 20].map(schedule), [1, 1, 0.5, 0.25]);
});

Deno.test("stairDecay() counts stairs from its start", () => {
  const schedule = stairDecay({ base: 1, every: 10, factor: 0.5, start: 5 });
  assert.deepEqual([0, 14, 15, 25].map(schedule), [1, 1, 0.5, 0.25]);
});
