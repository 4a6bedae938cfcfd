import assert from "node:assert/strict";
import { permute } from "../../bench/permute.ts";

Deno.test("permute() transposes a matrix", () => {
  const matrix = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual([...permute(matrix, [2, 3], [1, 0])], [1, 4, 2, 5, 3, 6]);
});

Deno.test("permute() is undone by the inverse order", () => {
  const data = Float32Array.from({ length: 120 }, (_, i) => i);
  const there = permute(data, [2, 3, 4, 5], [0, 2, 3, 1]);
  assert.equal(there[1], 20); // the second channel of the first pixel
  assert.deepEqual(permute(there, [2, 4, 5, 3], [0, 3, 1, 2]), data);
});

Deno.test("permute() refuses what is no permutation", () => {
  const data = new Float32Array(4);
  assert.throws(() => permute(data, [2, 2], [0, 0]), RangeError);
  assert.throws(() => permute(data, [2, 2], [0]), RangeError);
});
