import assert from "node:assert/strict";
import { adelloSmoothing } from "../../../algorithms/shared/flexible_alignment.ts";

Deno.test("adelloSmoothing() goes from 1 to its minimum, by steps or by epochs", () => {
  const bySteps = adelloSmoothing({ steps: 8, minimum: 0, power: 1 });
  assert.deepEqual([0, 3, 8].map(bySteps), [1, 0.625, 0]);
  const byEpochs = adelloSmoothing({ steps: 8, minimum: 0, power: 1, epochSteps: 2 });
  assert.deepEqual([0, 3, 8].map(byEpochs), [1, 0.75, 0]);
});
