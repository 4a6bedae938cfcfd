import assert from "node:assert/strict";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";

const good = {
  name: "mine",
  classNames: ["a", "b"],
  size: 2,
  train: { bytes: Uint8Array.from({ length: 36 }, (_, i) => i), labels: [0, 1, 1] },
  test: { bytes: new Uint8Array(12), labels: [0] },
};

Deno.test("memoryDataset() hands out images in the order asked for", async () => {
  const set = await memoryDataset({ ...good, unlabeled: { bytes: new Uint8Array(24) } });
  assert.deepEqual([...await set.train.read([2, 0])].filter((_, i) => i % 12 === 0), [24, 0]);
  assert.equal(set.unlabeled?.labels, null);
  assert.equal(set.unlabeled?.images, 2);
  assert.equal("valid" in set, false);
  assert.throws(() => set.train.read([3]), RangeError);
  assert.throws(() => set.train.read([0.5]), RangeError);
});

Deno.test("memoryDataset() fingerprints pixels, labels and classes, not the name", async () => {
  const one = await memoryDataset(good);
  const renamed = await memoryDataset({ ...good, name: "other" });
  assert.equal(one.fingerprint, renamed.fingerprint);
  const pixels = Uint8Array.from(good.train.bytes);
  pixels[35] = 0;
  const changed = [
    { ...good, train: { bytes: pixels, labels: good.train.labels } },
    { ...good, train: { bytes: good.train.bytes, labels: [0, 1, 0] } },
    { ...good, classNames: ["a", "c"] },
    { ...good, valid: good.test },
  ];
  for (const options of changed) {
    assert.notEqual((await memoryDataset(options)).fingerprint, one.fingerprint);
  }
});

Deno.test("memoryDataset() takes a set without test images, which is another set", async () => {
  const { test: _, ...rest } = good;
  const without = await memoryDataset(rest);
  assert.deepEqual([without.test.images, [...without.test.labels!]], [0, []]);
  assert.notEqual(without.fingerprint, (await memoryDataset(good)).fingerprint);
});

Deno.test("memoryDataset() refuses what does not hold together", async () => {
  const bytes = new Uint8Array(12);
  await assert.rejects(memoryDataset({ ...good, size: 0 }), RangeError);
  await assert.rejects(memoryDataset({ ...good, classNames: ["a", "a"] }), TypeError);
  await assert.rejects(memoryDataset({ ...good, std: [1, 0, 1] }), RangeError);
  await assert.rejects(memoryDataset({ ...good, test: { bytes } }), /part 'test'.*needs labels/);
  await assert.rejects(
    memoryDataset({ ...good, test: { bytes, labels: [2] } }),
    /label 2 of image 0/,
  );
  await assert.rejects(
    memoryDataset({ ...good, test: { bytes, labels: [0, 1] } }),
    /2 labels for 1/,
  );
  await assert.rejects(
    memoryDataset({ ...good, test: { bytes: bytes.slice(1), labels: [0] } }),
    /11 bytes are no whole number of images of 2 x 2 x 3/,
  );
});
