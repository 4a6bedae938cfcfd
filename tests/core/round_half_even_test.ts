import assert from "node:assert/strict";
import { roundHalfEven } from "../../core/round_half_even.ts";

Deno.test("roundHalfEven() takes halves to the even number", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6, 7].map(roundHalfEven), [0, 2, 2, 2, 3, 7]);
});
