import assert from "node:assert/strict";
import { Mt19937 } from "../../../../datasets/split/random/mt19937.ts";

Deno.test("Mt19937 gives the words of its authors' test file", () => {
  const twister = Mt19937.fromKey([0x123, 0x234, 0x345, 0x456]);
  const words = Array.from({ length: 1000 }, () => twister.word());
  assert.deepEqual(words.slice(0, 5), [1067595299, 955945823, 477289528, 4107218783, 4228976476]);
  assert.deepEqual(words.slice(-2), [1397735321, 3460025646]);
});

Deno.test("Mt19937.fromNumber() counts only the lower 32 bits of a seed", () => {
  assert.equal(Mt19937.fromNumber(2 ** 32 + 7).word(), Mt19937.fromNumber(7).word());
  assert.equal(Mt19937.fromNumber((1n << 62n) + 7n).word(), Mt19937.fromNumber(7).word());
});

Deno.test("Mt19937.fromKey() refuses an empty key", () => {
  assert.throws(() => Mt19937.fromKey([]), RangeError);
});
