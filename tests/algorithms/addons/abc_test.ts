import assert from "node:assert/strict";
import { abc, abcKeepProbability } from "../../../algorithms/addons/abc.ts";
import { requestDevice } from "../../../core/mod.ts";
import { MIDDLE, near, StepsOf } from "./step_of.ts";

Deno.test("abcKeepProbability() changes between periods only and keeps the rarest class", () => {
  const common = abcKeepProbability({ share: 0.5, periods: 4, periodSteps: 10 });
  assert.deepEqual([0, 9, 10, 19, 40].map(common), [1, 1, 0.875, 0.875, 0.5]);
  assert.equal(abcKeepProbability({ share: 1, periods: 4, periodSteps: 10 })(39), 1);
});

Deno.test("ABC with logit adjustment learns from the base's head, where either is sure", async () => {
  const device = await requestDevice();
  const { terms } = await new StepsOf(device, abc({ balance: "logits", tau: 1 })).run({
    labeled: [0, 0, 0],
    // With 1/π a half of the second image's 0.6, 0.3, 0.1 is of no class more than of others.
    weak: [0, 0, 9, ...[0.6, 0.3, 0.1].map(Math.log)],
    strong: [0, 0, 0, 0, 0, 0],
    y: [2],
    progress: MIDDLE,
  });
  assert.ok(near(terms["abc labeled"], -Math.log(0.1))); // π of a head of zeros
  assert.ok(near(terms["abc unlabeled"], Math.log(3) / 2)); // one of two images is sure
  device.destroy();
});
