import assert from "node:assert/strict";
import type { Device } from "../../../../core/autograd/device.ts";
import { planApply } from "../../../../datasets/views/programs/apply_plan.ts";

function device(software: boolean, workgroupMemory = 32768): Device {
  const limits = { maxComputeWorkgroupStorageSize: workgroupMemory };
  return { software, gpu: { limits } } as unknown as Device; // all that a plan looks at
}

const strong = (size: number) => {
  const capacity = size * size;
  return { capacity, visits: 9 * capacity, steps: 4 };
};

Deno.test("planApply() keeps images in workgroup memory where two areas and statistics fit", () => {
  assert.equal(planApply(device(false), strong(32), 64).memory, "workgroup");
  assert.equal(planApply(device(false), strong(64), 64).memory, "scratch");
  assert.equal(planApply(device(false, 49152), strong(64), 64).memory, "workgroup");
  assert.equal(
    planApply(device(false), { capacity: 0, visits: 1024, steps: 0 }, 64).memory,
    "none",
  );
  const { words } = planApply(device(false), strong(59), 1);
  assert.ok(words >= 59 * 59 && 8 * words + 4 * (771 + 256) <= 32768);
});

Deno.test("planApply() gives a GPU a group a row, as far as scratch areas are few", () => {
  assert.deepEqual(planApply(device(false), strong(32), 448), {
    memory: "workgroup",
    words: 1024,
    workgroup: 256,
    groups: 448,
  });
  const { groups, words } = planApply(device(false), strong(224), 1000);
  assert.ok(groups < 1000 && groups * words * 8 <= 64 * 2 ** 20);
});

Deno.test("planApply() bounds the loop rounds of an invocation on a software adapter", () => {
  for (const size of [16, 32, 64, 96, 224]) {
    for (const rows of [1, 64, 448, 10_000]) {
      const plan = strong(size);
      let cut;
      try {
        cut = planApply(device(true), plan, rows);
      } catch {
        assert.ok(size * size * rows > 50_000_000, `${rows} images of ${size} px were refused`);
        continue;
      }
      const rounds = Math.ceil(rows / cut.groups) * Math.ceil(plan.visits / cut.workgroup);
      assert.ok(rounds <= 65_535, `${rows} rows of ${size} px make ${rounds} rounds`);
      assert.ok(cut.groups <= 65_535);
    }
  }
});

Deno.test("planApply() refuses images that no group can do on a software adapter", () => {
  assert.throws(() => planApply(device(true), strong(2048), 1), {
    name: "RangeError",
    message:
      "A software adapter cannot augment 1 images of 4194304 pixels at once: use fewer or smaller ones",
  });
});
