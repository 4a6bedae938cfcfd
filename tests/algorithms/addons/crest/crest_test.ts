import assert from "node:assert/strict";
import { crest, crestAlignmentExponent } from "../../../../algorithms/addons/crest/crest.ts";
import { requestDevice } from "../../../../core/mod.ts";
import { MIDDLE, StepsOf } from "../step_of.ts";

Deno.test("crestAlignmentExponent() falls by generations and is 1 for a single one", () => {
  assert.deepEqual([0, 1, 2].map(crestAlignmentExponent({ generations: 3 })), [1, 0.75, 0.5]);
  assert.equal(crestAlignmentExponent({ generations: 1 })(0), 1);
});

Deno.test("CReST+ aligns by a moving mean that the first batch starts, as in USB's code", async () => {
  const device = await requestDevice();
  const run = new StepsOf(device, crest({ plus: true, average: "moving", momentum: 0.5 }));
  const step = (...p: readonly number[]) =>
    run.run({
      labeled: [0, 0, 0],
      weak: p.map(Math.log),
      strong: [0, 0, 0],
      y: [0],
      progress: MIDDLE,
    });
  const first = await step(0.5, 0.3, 0.2);
  // One batch is its own mean, so that it meets the labeled frequencies.
  [0.6, 0.3, 0.1].forEach((share, k) => assert.ok(Math.abs(first.probs[k]! - share) < 1e-4));
  const second = await step(0.2, 0.3, 0.5), means = [0.35, 0.3, 0.35];
  const aligned = [0.2 * 0.6, 0.3 * 0.3, 0.5 * 0.1].map((p, k) => p / means[k]!);
  const total = aligned.reduce((a, b) => a + b);
  aligned.forEach((p, k) => assert.ok(Math.abs(second.probs[k]! - p / total) < 1e-4));
  device.destroy();
});
