import assert from "node:assert/strict";
import { balpoeLearningRate } from "../../../core/nn/schedules/epoch_steps_decay.ts";
import { cosslFoodLearningRate } from "../../golden/optim/cossl_food_learning_rate.ts";
import { dasoLearningRate } from "../../golden/optim/daso_learning_rate.ts";

Deno.test("balpoeLearningRate() stays below its base if warm-up ends within an epoch", () => {
  for (const warmupEpochs of [0, 0.4, 1.5]) {
    const rate = balpoeLearningRate({ base: 4, milestones: [6], factor: 0.5, warmupEpochs });
    const expected = warmupEpochs > 1 ? [4 / 1.5, 4] : [4, 4];
    assert.deepEqual([rate(0), rate(1)], expected);
  }
});

Deno.test("balpoeLearningRate() reaches its base in the last epoch of warm-up", () => {
  const rate = balpoeLearningRate({ base: 4, milestones: [6], factor: 0.5, warmupEpochs: 4 });
  assert.deepEqual([0, 1, 3, 4, 6].map(rate), [1, 2, 4, 4, 2]);
});

Deno.test("cosslFoodLearningRate() starts at 0 and counts stairs from the warm-up's end", () => {
  const rate = cosslFoodLearningRate({
    base: 1,
    epochSteps: 10,
    warmupEpochs: 2,
    decayEpochs: 3,
    factor: 0.5,
  });
  assert.deepEqual([0, 10, 20, 49, 50].map(rate), [0, 0.5, 1, 1, 0.5]);
});

Deno.test("dasoLearningRate() decays under its warm-up", () => {
  const decay = { kind: "cosine", steps: 8, sixteenths: 8 } as const;
  const plain = dasoLearningRate({ base: 1, decay });
  const warm = dasoLearningRate({ base: 1, decay, warmup: { steps: 4, from: 0.5 } });
  const held = dasoLearningRate({
    base: 1,
    decay,
    warmup: { steps: 4, from: 0.5, shape: "constant" },
  });
  assert.equal(warm(2), 0.75 * plain(2));
  assert.equal(held(2), 0.5 * plain(2));
  assert.equal(warm(4), plain(4));
  assert.ok(plain(9) < 0);
});

Deno.test("dasoLearningRate() refuses a warm-up that would never end", () => {
  const decay = { kind: "constant" } as const;
  assert.equal(dasoLearningRate({ base: 0.03, decay })(1e6), 0.03);
  assert.throws(
    () => dasoLearningRate({ base: 0.03, decay, warmup: { steps: 500 } }),
    RangeError,
  );
});
