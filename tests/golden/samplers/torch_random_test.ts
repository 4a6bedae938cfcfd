import assert from "node:assert/strict";
import { TorchRandom } from "./torch_random.ts";

Deno.test("TorchRandom.longWord() is two words, the first on top", () => {
  const words = new TorchRandom(3), long = new TorchRandom(3);
  const high = BigInt(words.word()), low = BigInt(words.word());
  assert.equal(long.longWord(), high * 2n ** 32n + low);
});

Deno.test("TorchRandom.multinomial() follows the weights and never takes a zero", () => {
  const seen = [0, 0, 0, 0];
  for (const i of new TorchRandom(1).multinomial([1, 0, 3, 0], 4000)) seen[i]!++;
  assert.deepEqual([seen[1], seen[3]], [0, 0]);
  assert.ok(Math.abs(seen[0]! - 1000) < 110, `${seen}`);
});

Deno.test("TorchRandom refuses empty ranges and impossible weights", () => {
  const random = new TorchRandom(0);
  assert.throws(() => random.randint(1, 1), RangeError);
  assert.throws(() => random.randint(0, 2 ** 33), RangeError);
  assert.throws(() => random.multinomial([1, NaN], 1), /NaN/);
  assert.throws(() => random.multinomial([0], 1), /all 0/);
});
