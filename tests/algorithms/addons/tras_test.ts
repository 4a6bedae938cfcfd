import assert from "node:assert/strict";
import { enhancements, transferLabels, tras } from "../../../algorithms/addons/tras.ts";
import type { TrasOptions } from "../../../algorithms/addons/tras.ts";
import { requestDevice } from "../../../core/mod.ts";
import { MIDDLE, near, StepsOf } from "./step_of.ts";

Deno.test("TRAS's head learns labels with the prior, and rare classes from what it guesses", async () => {
  const device = await requestDevice(), addon = tras({ threshold: 0.3 });
  const given = {
    labeled: [0, 0, 0],
    weak: [9, 0, 0],
    strong: [0, 0, 0],
    y: [2],
    progress: MIDDLE,
    probe: (s: Parameters<typeof transferLabels>[0]) => ({
      probs: transferLabels(s, addon.config as unknown as TrasOptions).probs, // its own
    }),
  };
  const { terms, probed, probs } = await new StepsOf(device, addon).run(given);
  // A head of zeros says π once log π is added: 0.6, 0.3 and 0.1.
  assert.ok(near(terms["tras labeled"], -Math.log(0.1)));
  // Enhanced by T = 2 · 0.6 + 2 and divided by 2: powers of 1/π by 1.6.
  const [strength] = enhancements([6, 3, 1], { scale: 2, offset: 2, power: 1 });
  assert.equal(strength, 3.2);
  const powers = [6, 3, 1].map((n) => (1 / n) ** 1.6), total = powers.reduce((a, b) => a + b);
  powers.forEach((p, k) => assert.ok(near(probed["probs"]?.[k], p / total)));
  assert.ok(near(terms["tras transfer"], Math.log(3)));
  // The base's own pseudo-labels stay.
  assert.ok(probs[0]! > 0.99);
  // As released, labels are adjusted the other way, and the base's pseudo-labels as well.
  const released = tras({ threshold: 0.3, prior: "inverse", guesses: "adjusted" });
  const other = await new StepsOf(device, released).run({ ...given, weak: [0, 0, 0] });
  const inverse = [1 / 6, 1 / 3, 1], sum = inverse.reduce((a, b) => a + b);
  assert.ok(near(other.terms["tras labeled"], -Math.log(1 / sum)));
  assert.ok(near(other.probs[0], 0.6));
  device.destroy();
});
