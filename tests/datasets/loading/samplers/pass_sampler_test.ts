import assert from "node:assert/strict";
import { EpochSampler } from "../../../../datasets/loading/samplers/epoch_sampler.ts";
import { PassSampler } from "../../../../datasets/loading/samplers/pass_sampler.ts";
import {
  classBalancedWeights,
  WeightedSampler,
} from "../../../../datasets/loading/samplers/weighted_sampler.ts";

const classes = 3;
const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
const size = labels.length;
const weighted = () =>
  new WeightedSampler({ weights: classBalancedWeights(labels, classes), seed: 3, name: "w" });

Deno.test("every sampler goes on from any cursor, forwards and backwards", () => {
  for (const make of [weighted, () => new EpochSampler({ size, seed: 3, name: "e" })]) {
    const all = make().next(60), again = make();
    for (const cursor of [0, 7, 59, 21, 22, 3]) {
      again.seek(cursor);
      assert.deepEqual(again.next(60 - cursor), all.slice(cursor), `from ${cursor}`);
    }
    assert.ok(all.every((position) => position >= 0 && position < size));
  }
});

Deno.test("WeightedSampler() draws every class equally often by balanced weights", () => {
  const seen = [0, 0, 0];
  for (const position of weighted().next(6000)) seen[labels[position]!]!++; // in the list
  for (const n of seen) assert.ok(Math.abs(n - 2000) < 150, `${seen}`);
});

Deno.test("WeightedSampler() never draws a weight of 0 and refuses impossible weights", () => {
  const sampler = new WeightedSampler({ weights: [0, 1, 0, 3], seed: 1, name: "w" });
  assert.deepEqual(new Set(sampler.next(200)), new Set([1, 3]));
  for (const weights of [[], [0, 0], [1, -1], [NaN]]) {
    assert.throws(() => new WeightedSampler({ weights, seed: 1, name: "w" }), RangeError);
  }
  assert.throws(() => classBalancedWeights([0, 3], 3), /label 3/);
});

Deno.test("PassSampler() refuses passes that are too short or empty", () => {
  const order = () => Int32Array.of(0);
  assert.throws(() => new PassSampler({ size: 2, passLength: 2, order }).next(1), /1 positions/);
  assert.throws(() => new PassSampler({ size: 2, passLength: 0, order }), /0 positions a pass/);
});
