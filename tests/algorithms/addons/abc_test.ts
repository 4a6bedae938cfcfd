import assert from "node:assert/strict";
import { abcKeepProbability } from "../../../algorithms/addons/abc.ts";

Deno.test("abcKeepProbability() changes between periods only and keeps the rarest class", () => {
  const common = abcKeepProbability({ share: 0.5, periods: 4, periodSteps: 10 });
  assert.deepEqual([0, 9, 10, 19, 40].map(common), [1, 1, 0.875, 0.875, 0.5]);
  assert.equal(abcKeepProbability({ share: 1, periods: 4, periodSteps: 10 })(39), 1);
});
