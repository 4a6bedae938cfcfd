import assert from "node:assert/strict";
import { warmupEmaDecay } from "../../../../core/nn/schedules/ema_decay.ts";

Deno.test("warmupEmaDecay() makes the average a plain mean at first", () => {
  const decay = warmupEmaDecay({ decay: 0.9 });
  let average = 100;
  [3, 5, 10].forEach((weight, t) => average = decay(t) * average + (1 - decay(t)) * weight);
  assert.ok(Math.abs(average - 6) < 1e-12);
  assert.deepEqual([9, 50].map(decay), [0.9, 0.9]);
});
