import assert from "node:assert/strict";
import { hashName, philox, Random, type Words } from "../../core/random.ts";

Deno.test("philox() gives the known answers of Random123", () => {
  const answers: [Words, [number, number], Words][] = [
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [counter, key, want] of answers) assert.deepEqual(philox(counter, key), want);
});

Deno.test("hashName() is FNV-1a of 64 bits", () => {
  assert.deepEqual(hashName(""), [0x84222325, 0xcbf29ce4]);
  assert.deepEqual(hashName("foobar"), [0xf73967e8, 0x85944171]);
});

Deno.test("Random() draws what philox() says for its key and counter", () => {
  const random = new Random({ seed: 2 ** 32 + 5, step: 9, name: "crop" });
  assert.deepEqual(random.key, [5, 1]);
  const [low, high] = hashName("crop");
  const words = [0, 1].flatMap((block) => philox([block, 9, low, high], [5, 1]));
  assert.deepEqual(words.map(() => random.word()), words);
});

Deno.test("Random() differs by seed, step and name", () => {
  const first = (seed: number, step: number, name: string) =>
    new Random({ seed, step, name }).word();
  const words = [first(0, 0, "a"), first(1, 0, "a"), first(0, 1, "a"), first(0, 0, "b")];
  assert.equal(new Set(words).size, 4);
});

Deno.test("Random() refuses seeds it cannot represent", () => {
  for (const seed of [-1, 0.5, NaN, 1e23]) {
    assert.throws(() => new Random({ seed, name: "x" }), /seed .*0 to/);
  }
});

Deno.test("Random.below() is even over its range", () => {
  const random = new Random({ seed: 1, name: "below" });
  const seen = new Float64Array(7);
  for (let i = 0; i < 14_000; i++) seen[random.below(7)]!++;
  const chi2 = seen.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
  assert.ok(chi2 < 22.5, `chi-square of 6 degrees is ${chi2}`); // p = 0.001
});

Deno.test("Random.permutation() puts every element everywhere equally often", () => {
  const seen = new Float64Array(16);
  for (let step = 0; step < 4000; step++) {
    new Random({ seed: 3, step, name: "order" }).permutation(4)
      .forEach((value, at) => seen[at * 4 + value]!++);
  }
  const chi2 = seen.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chi2 < 28, `chi-square of 9 degrees is ${chi2}`); // p = 0.001
});

Deno.test("Random.normal() and Random.beta() have their mean and variance", () => {
  const random = new Random({ seed: 5, name: "moments" });
  const moments = (draw: () => number) => {
    const x = Float64Array.from({ length: 20_000 }, draw);
    const mean = x.reduce((a, b) => a + b) / x.length;
    return [mean, x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length];
  };
  const near = (got: number[], mean: number, variance: number) => {
    assert.ok(Math.abs(got[0]! - mean) < 0.02 && Math.abs(got[1]! - variance) < 0.03, `${got}`);
  };
  near(moments(() => random.normal()), 0, 1);
  near(moments(() => random.beta(0.75, 0.75)), 0.5, 0.1);
  near(moments(() => random.beta(2, 6)), 0.25, 0.0208);
});
