import assert from "node:assert/strict";
import { sha256 } from "../../../datasets/images/fingerprint.ts";
import { syntheticDataset, syntheticImages } from "../../../datasets/images/synthetic.ts";

Deno.test("syntheticImages() makes the same bytes on every machine and version", async () => {
  const { bytes } = syntheticImages({ seed: 7, part: "train", images: 40, size: 32 });
  assert.equal(
    await sha256(bytes),
    "fbcc6bb1ebc059ee286a4741aa6a879ad707d1daa6cee8f6c5b55f7552323745",
  );
});

Deno.test("syntheticImages() makes other images for another seed, part or index", () => {
  const base = { seed: 0, part: "train", images: 1, size: 32 } as const;
  const { bytes } = syntheticImages(base);
  for (const other of [{ seed: 1 }, { part: "test" }, { from: 10 }]) {
    assert.notDeepEqual(syntheticImages({ ...base, ...other }).bytes, bytes);
  }
  assert.deepEqual(syntheticImages(base).bytes, bytes);
});

Deno.test("syntheticImages() averages 2 x 2 pixels at 16 px", () => {
  const options = { seed: 3, part: "train", images: 5, difficulty: { noise: 0 } };
  const large = syntheticImages({ ...options, size: 32 }).bytes;
  const small = syntheticImages({ ...options, size: 16 }).bytes;
  const at = (y: number, x: number) => (((2 * 32 + y) * 32) + x) * 3 + 1; // image 2, green
  for (const [y, x] of [[0, 0], [7, 9], [15, 15]] as const) {
    const four = [at(2 * y, 2 * x), at(2 * y, 2 * x + 1), at(2 * y + 1, 2 * x)]
      .concat(at(2 * y + 1, 2 * x + 1)).map((i) => large[i]!);
    const mean = four.reduce((a, b) => a + b) / 4;
    assert(Math.abs(small[((2 * 16 + y) * 16 + x) * 3 + 1]! - mean) <= 1);
  }
});

Deno.test("syntheticImages() gives colour no say in the class", () => {
  const { bytes, labels } = syntheticImages({ seed: 0, part: "train", images: 2000, size: 16 });
  const sums = Array.from({ length: 10 }, () => [0, 0, 0]);
  for (let i = 0; i < bytes.length; i++) {
    sums[labels[Math.floor(i / 768)]!]![i % 3]! += bytes[i]! / 255 / 200 / 256;
  }
  // Objects are brighter than what is behind them, so area shows a little; hue must not.
  const all = sums.flat(), overall = all.reduce((a, b) => a + b) / all.length;
  for (const mean of all) assert(Math.abs(mean - overall) < 0.05, `${mean} of ${overall}`);
  for (const [r, g, b] of sums as [number, number, number][]) {
    assert(Math.max(r, g, b) - Math.min(r, g, b) < 0.03, `${[r, g, b]}`);
  }
});

Deno.test("syntheticImages() heeds the difficulty", () => {
  const spread = (noise: number) => {
    const difficulty = { noise, clutter: 0, occlusion: 0, pattern: 0 };
    const { bytes } = syntheticImages({ seed: 0, part: "t", images: 20, size: 32, difficulty });
    let sum = 0;
    for (let i = 3; i < bytes.length; i++) sum += (bytes[i]! - bytes[i - 3]!) ** 2;
    return Math.sqrt(sum / bytes.length);
  };
  assert(spread(0.2) > 2 * spread(0.05));
});

Deno.test("syntheticDataset() is balanced and refuses other sizes", async () => {
  const set = await syntheticDataset({ train: 50, test: 20, size: 16, seed: 5 });
  const counts = new Array(10).fill(0);
  for (const label of set.train.labels!) counts[label]++;
  assert.deepEqual(counts, new Array(10).fill(5));
  assert.equal(set.size, 16);
  await assert.rejects(async () => await syntheticDataset({ size: 24 }), /of 24 px: give 16 or 32/);
});
