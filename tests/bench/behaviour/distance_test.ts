import assert from "node:assert/strict";
import { distance } from "../../../bench/behaviour/distance.ts";

Deno.test("distance() is L1 and KL of frequencies, whatever their sums", () => {
  const { l1, kl } = distance([3, 1], [0.25, 0.25]);
  assert.equal(l1, 0.5);
  assert.ok(Math.abs(kl - (0.75 * Math.log(1.5) + 0.25 * Math.log(0.5))) < 1e-12);
  assert.deepEqual(distance([1, 0], [2, 0]), { l1: 0, kl: 0 });
  assert.equal(distance([1, 1], [1, 0]).kl, Infinity);
});
