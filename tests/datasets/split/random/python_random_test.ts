import assert from "node:assert/strict";
import { PythonRandom } from "../../../../datasets/split/random/python_random.ts";

Deno.test("PythonRandom.sample() changes its method where CPython does", () => {
  const first = (n: number, count: number) => [...new PythonRandom(4).sample(n, count)].slice(0, 6);
  // random.Random(4).sample(range(n), count), CPython 3.11
  assert.deepEqual(first(30, 6), [7, 9, 3, 23, 12, 15]);
  assert.deepEqual(first(85, 6), [30, 38, 13, 50, 61, 19]);
  assert.deepEqual(first(86, 6), [30, 38, 13, 50, 61, 19]);
  assert.deepEqual(first(300, 50), [120, 155, 52, 202, 245, 79]);
  assert.deepEqual(first(12, 12), [3, 4, 1, 6, 7, 9]);
});

Deno.test("PythonRandom does not see the sign of a seed, but every bit of it", () => {
  const word = (seed: number | bigint) => new PythonRandom(seed).getrandbits(32);
  assert.equal(word(-5), word(5));
  assert.notEqual(word(5), word(2n ** 32n + 5n));
});

Deno.test("PythonRandom refuses what has no meaning", () => {
  const random = new PythonRandom(0);
  assert.throws(() => new PythonRandom(0.5), RangeError);
  assert.throws(() => random.below(0), RangeError);
  assert.throws(() => random.getrandbits(33), RangeError);
  assert.throws(() => random.sample(3, 4), RangeError);
  assert.throws(() => random.weightedChoices([0, 0], 1), RangeError);
});
