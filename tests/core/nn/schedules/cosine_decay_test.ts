import assert from "node:assert/strict";
import {
  cosineDecay,
  halfCosineDecay,
  warmupCosine,
} from "../../../../core/nn/schedules/cosine_decay.ts";

function near(got: number, want: number): void {
  assert.ok(Math.abs(got - want) < 1e-6, `${got} is not ${want}`);
}

Deno.test("cosineDecay() has the published factors at quarters of the run", () => {
  const factor = cosineDecay({ base: 1, steps: 4 });
  [1, 0.941544, 0.77301, 0.514103, 0.19509].forEach((want, t) => near(factor(t), want));
});

Deno.test("cosineDecay() stays at base until it starts", () => {
  const schedule = cosineDecay({ base: 2, steps: 30, start: 10 });
  assert.deepEqual([0, 5, 10].map(schedule), [2, 2, 2]);
  near(schedule(20), 2 * 0.77301);
});

Deno.test("cosineDecay() goes below 0 only if it is not clamped", () => {
  const options = { base: 1, steps: 10, sixteenths: 16 };
  assert.equal(cosineDecay(options)(10), 0);
  assert.equal(cosineDecay({ ...options, clamped: false })(10), -1);
});

Deno.test("warmupCosine() rises from 0 and decays over what is left", () => {
  const schedule = warmupCosine({ base: 1, steps: 12, warmupSteps: 4 });
  assert.deepEqual([0, 1, 4].map(schedule), [0, 0.25, 1]);
  near(schedule(8), 0.77301);
  near(schedule(12), 0.19509);
});

Deno.test("warmupCosine() stays finite where the warm-up outlasts the run", () => {
  const schedule = warmupCosine({ base: 1, steps: 5, warmupSteps: 10 });
  assert.deepEqual([0, 5].map(schedule), [0, 0.5]);
});

Deno.test("halfCosineDecay() ends at 0", () => {
  const schedule = halfCosineDecay({ base: 4, steps: 100 });
  assert.deepEqual([0, 100].map(schedule), [4, 0]);
  near(schedule(50), 2);
});
