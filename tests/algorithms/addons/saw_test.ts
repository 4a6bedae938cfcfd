import assert from "node:assert/strict";
import { meanCountWeights, saw } from "../../../algorithms/addons/saw.ts";
import { requestDevice } from "../../../core/mod.ts";
import { MIDDLE, near, StepsOf } from "./step_of.ts";

/** Two sure images of class 0. */
const SURE = [9, 0, 0, 9, 0, 0];

Deno.test("SAW weighs labels by their counts, or not at all", async () => {
  const device = await requestDevice();
  const given = { labeled: [0, 0, 0], weak: SURE, strong: SURE, y: [2], progress: MIDDLE };
  const [, , rare] = meanCountWeights([6, 3, 1]);
  const weighed = await new StepsOf(device, saw()).run(given);
  assert.ok(near(weighed.terms["labeled"], rare! * Math.log(3)));
  const plain = await new StepsOf(device, saw({ labeledBeta: 0 })).run(given);
  assert.ok(near(plain.terms["labeled"], Math.log(3)));
  device.destroy();
});

Deno.test("running counts weigh a pseudo-label from its step on", async () => {
  const device = await requestDevice();
  const running = new StepsOf(device, saw({ counts: "running", momentum: 0.5 }));
  const { mask } = await running.run({
    labeled: [0, 0, 0],
    weak: SURE,
    strong: SURE,
    y: [0],
    progress: MIDDLE,
  });
  // Four images, alike at first: half of that and half of all in class 0.
  const p = 1 / (1 + 2 * Math.exp(-9)),
    counts = [p, (1 - p) / 2, (1 - p) / 2]
      .map((share) => 4 * (1 / 3 + share) / 2);
  const [own] = meanCountWeights(counts);
  for (const weight of mask) assert.ok(near(weight, own!));
  device.destroy();
});
