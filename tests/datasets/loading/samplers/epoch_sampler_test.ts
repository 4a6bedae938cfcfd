import assert from "node:assert/strict";
import { EpochSampler } from "../../../../datasets/loading/samplers/epoch_sampler.ts";

const options = { size: 7, seed: 2, name: "unlabeled" };

Deno.test("EpochSampler() gives every sample once an epoch, whatever the batches", () => {
  const sampler = new EpochSampler(options);
  const drawn = [3, 3, 3, 5, 7].flatMap((n) => [...sampler.next(n)]);
  for (let epoch = 0; epoch < 3; epoch++) {
    assert.equal(new Set(drawn.slice(epoch * 7, epoch * 7 + 7)).size, 7);
  }
  assert.equal(sampler.cursor, 21);
  assert.notDeepEqual(drawn.slice(0, 7), drawn.slice(7, 14));
});

Deno.test("EpochSampler() goes on from any cursor as if never stopped", () => {
  const all = new EpochSampler(options).next(30);
  for (let cursor = 0; cursor < 30; cursor++) {
    const sampler = new EpochSampler(options);
    sampler.seek(cursor);
    assert.deepEqual(sampler.next(30 - cursor), all.slice(cursor));
  }
});

Deno.test("EpochSampler() fills a batch larger than the data set", () => {
  assert.equal(new EpochSampler({ ...options, size: 1 }).next(4).length, 4);
});

Deno.test("EpochSampler() refuses no samples and impossible cursors", () => {
  assert.throws(() => new EpochSampler({ ...options, size: 0 }), /0 samples/);
  assert.throws(() => new EpochSampler(options).seek(-1), /sample -1/);
});
