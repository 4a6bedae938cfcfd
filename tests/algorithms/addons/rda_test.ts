import assert from "node:assert/strict";
import { rda } from "../../../algorithms/addons/rda.ts";
import { requestDevice } from "../../../core/mod.ts";
import { MIDDLE, near, StepsOf } from "./step_of.ts";

/** Weak probabilities 0.5, 0.3, 0.2 of all images. */
const WEAK = [0.5, 0.3, 0.2].map(Math.log);

Deno.test("RDA's targets add up to 1 in a row and its means start with the first batch", async () => {
  const device = await requestDevice();
  const given = {
    labeled: [0, 0, 0],
    weak: [...WEAK, ...WEAK],
    strong: [0, 0, 0, 0, 0, 0],
    y: [0],
    progress: MIDDLE,
    random: { "rda/complement": { uniform: [0.9, 0.1, 0.2] } },
  };
  const own = new StepsOf(device, rda());
  const { terms, probs, mask } = await own.run(given);
  // The reverse head of zeros says 1/3 of all: p (1 − 1/3) / p is the same for every class.
  probs.forEach((p) => assert.ok(near(p, 1 / 3)));
  assert.deepEqual([...mask], [1, 1]); // no threshold
  assert.ok(near(terms["complementary"], Math.log(3)));
  assert.ok(near(terms["reverse"], Math.log(3)));
  assert.deepEqual([...await own.steps.readState("rda/held")], [1]);
  // As released all rows together add up to 1, and 127 batches of ones count from the start.
  const released = new StepsOf(device, rda({ scale: "batch", start: "ones" }));
  const other = await released.run(given);
  assert.ok(near(other.terms["reverse"], Math.log(3) / 2));
  const weights = [0.5, 0.3, 0.2].map((p) => p * (1 - (127 + 1 / 3) / 128) / ((127 + p) / 128));
  const total = weights.reduce((a, b) => a + b);
  weights.forEach((w, k) => assert.ok(Math.abs(other.probs[k]! - w / total) < 1e-4));
  device.destroy();
});
