import assert from "node:assert/strict";
import { epochStepsDecay, multiStepDecay } from "../../../../core/nn/schedules/multi_step_decay.ts";

Deno.test("multiStepDecay() does not mind the order of its milestones", () => {
  const schedule = multiStepDecay({ base: 1, milestones: [20, 10], factor: 0.5 });
  assert.deepEqual([0, 9, 10, 20].map(schedule), [1, 1, 0.5, 0.25]);
});

Deno.test("epochStepsDecay() stays below its base if warm-up ends within an epoch", () => {
  for (const warmupEpochs of [0, 0.4, 1.5]) {
    const rate = epochStepsDecay({ base: 4, milestones: [6], factor: 0.5, warmupEpochs });
    const expected = warmupEpochs > 1 ? [4 / 1.5, 4] : [4, 4];
    assert.deepEqual([rate(0), rate(1)], expected);
  }
});

Deno.test("epochStepsDecay() reaches its base in the last epoch of warm-up", () => {
  const rate = epochStepsDecay({ base: 4, milestones: [6], factor: 0.5, warmupEpochs: 4 });
  assert.deepEqual([0, 1, 3, 4, 6].map(rate), [1, 2, 4, 4, 2]);
});
