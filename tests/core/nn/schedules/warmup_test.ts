import assert from "node:assert/strict";
import { constantSchedule } from "../../../../core/nn/schedules/schedule.ts";
import { constantWarmup, linearWarmup } from "../../../../core/nn/schedules/warmup.ts";

Deno.test("linearWarmup() rises from its factor and is over at W", () => {
  const schedule = linearWarmup(constantSchedule(8), { steps: 4, from: 0.5 });
  assert.deepEqual([0, 2, 4, 9].map(schedule), [4, 6, 8, 8]);
});

Deno.test("linearWarmup() of no steps leaves the schedule as it is", () => {
  assert.equal(linearWarmup(constantSchedule(3), { steps: 0 })(0), 3);
});

Deno.test("constantWarmup() holds its factor until W", () => {
  const schedule = constantWarmup(constantSchedule(8), { steps: 2, from: 0.25 });
  assert.deepEqual([0, 1, 2].map(schedule), [2, 2, 8]);
});
