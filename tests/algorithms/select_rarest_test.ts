import assert from "node:assert/strict";
import { keptShares, selectRarest } from "../../algorithms/select_rarest.ts";

Deno.test("keptShares() keeps the rarest class whole, whatever its number", () => {
  assert.deepEqual(keptShares([8, 1], 3), [0.5, 1]);
  assert.deepEqual(keptShares([1, 8], 3), [1, 0.5]);
});

Deno.test("selectRarest() takes the most confident of each class, classes in order", () => {
  const logits = Float32Array.of(0, 1, 3, 0, 0, 5, 2, 0, 1, 0, 0, 2);
  const chosen = selectRarest({ logits, images: 6, classes: 2 }, [0.7, 0.4]);
  assert.deepEqual([...chosen], [[1, 0], [3, 0], [2, 1]]);
});
