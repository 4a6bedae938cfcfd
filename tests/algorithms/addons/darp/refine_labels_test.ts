import assert from "node:assert/strict";
import { estimateCounts } from "../../../../algorithms/addons/darp/estimate_counts.ts";
import { refineLabels, removeNoise } from "../../../../algorithms/addons/darp/refine_labels.ts";
import { Random, requestDevice } from "../../../../core/mod.ts";

Deno.test("removeNoise() keeps the largest of each class, of equals the first", async () => {
  const device = await requestDevice();
  const probs = device.tensor([0.2, 0.8, 0.5, 0.5, 0.5, 0.5, 0.2, 0.8, 0.5, 0.5], [5, 2]);
  const { kept, weights } = removeNoise(probs, [1, 3], 1);
  assert.deepEqual([...await device.read(kept)], [0, 1, 1, 1, 0, 0, 0, 1, 0, 0]);
  const [first, second] = await device.read(weights);
  assert.ok(Math.abs(first! - 2) < 1e-4 && Math.abs(second! - 3 / 2.1) < 1e-4); // two classes
  device.destroy();
});

Deno.test("refineLabels() meets rows and columns on many images", async () => {
  const device = await requestDevice();
  const images = 3000, classes = 4, random = new Random({ seed: 5, name: "refine" });
  const raw = new Float32Array(images * classes);
  for (let i = 0; i < images; i++) {
    const row = Array.from({ length: classes }, () => random.uniform() ** 4 + 1e-3);
    const total = row.reduce((a, b) => a + b, 0);
    raw.set(row.map((p) => p / total), i * classes);
  }
  // The rest still has the uniform row that it began with.
  raw.fill(1 / classes, 2500 * classes);
  const target = [1600, 900, 350, 150];
  const refined = await device.read(
    refineLabels(device.tensor(raw, [images, classes]), { target, alpha: 2, rounds: 30 }),
  );
  for (let i = 0; i < images; i++) {
    const sum = refined.subarray(i * classes, (i + 1) * classes).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  target.forEach((n, k) => {
    const sum = refined.reduce((total, p, i) => i % classes === k ? total + p : total, 0);
    assert.ok(Math.abs(sum - n) < 0.01 * images, `class ${k} has ${sum} of ${n}`);
  });
  device.destroy();
});

Deno.test("estimateCounts() inverts the confusion, and does not trust negative counts", () => {
  // Held-out: class 0 is seen as such in 3 of 4 parts, class 1 always.
  const log = Math.log;
  const heldOut = { logits: [log(3), log(1), -40, 40], labels: [0, 1] };
  const unlabeled = { logits: [log(3), log(1), log(3), log(1), -40, 40] };
  const found = estimateCounts({ heldOut, unlabeled, classes: 2 });
  assert.deepEqual(found.counts.map((n) => Math.round(n * 1e6) / 1e6), [2, 1]);
  assert.ok(found.accepted);
  const sure = { logits: [40, -40] };
  assert.ok(!estimateCounts({ heldOut, unlabeled: sure, classes: 2 }).accepted);
  assert.throws(
    () => estimateCounts({ heldOut: { ...heldOut, labels: [0, 0] }, unlabeled, classes: 2 }),
    RangeError,
  );
});
