import assert from "node:assert/strict";
import { darp } from "../../../../algorithms/addons/darp/darp.ts";
import { distalign } from "../../../../algorithms/addons/distalign.ts";
import { requestDevice } from "../../../../core/mod.ts";
import { MIDDLE, StepsOf } from "../step_of.ts";

Deno.test("DARP's mask looks at refined or at raw labels, whatever add-ons follow", async () => {
  const device = await requestDevice();
  const given = {
    labeled: [0, 0, 0],
    weak: [9, 0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0],
    strong: new Array<number>(12).fill(0),
    y: [0],
    progress: MIDDLE,
  };
  const options = { counts: [1, 1, 1], warmup: 0, period: 1 };
  const refined = await new StepsOf(device, darp(options)).run(given);
  assert.ok(Math.max(...refined.probs) < 0.8); // all are sure of class 0, which has a third of them
  assert.deepEqual([...refined.mask], [0, 0, 0, 0]);
  const raw = darp({ ...options, mask: "raw" });
  for (const after of [[], [distalign({ exponent: 0 })]]) {
    const reading = await new StepsOf(device, raw, ...after).run(given);
    assert.deepEqual([...reading.mask], [1, 1, 1, 1]);
    assert.ok(Math.max(...reading.probs) < 0.8);
  }
  device.destroy();
});
