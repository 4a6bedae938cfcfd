import assert from "node:assert/strict";
import {
  shotGroups,
  shotGroupsByCount,
  shotGroupsByRank,
} from "../../../../core/training/metrics/shot_groups.ts";

function sizes({ many, medium, few }: ReturnType<typeof shotGroups>): number[] {
  return [many.length, medium.length, few.length];
}

Deno.test("shotGroupsByRank() cuts thirds as the references do", () => {
  const thirds = (classes: number) => sizes(shotGroupsByRank(Array(classes).fill(1)));
  assert.deepEqual(thirds(10), [3, 4, 3]);
  assert.deepEqual(thirds(100), [33, 34, 33]);
  assert.deepEqual(thirds(101), [33, 35, 33]);
  assert.deepEqual(thirds(127), [42, 43, 42]);
});

Deno.test("shotGroupsByRank() ranks equal counts by class number", () => {
  assert.deepEqual(shotGroupsByRank([5, 9, 5]), { many: [1], medium: [0], few: [2] });
});

Deno.test("shotGroupsByCount() has 20 and 100 in the middle", () => {
  assert.deepEqual(shotGroupsByCount([101, 100, 20, 19]), {
    many: [0],
    medium: [1, 2],
    few: [3],
  });
});

Deno.test("shotGroups() goes by rank for CIFAR and by count for ImageNet", () => {
  assert.deepEqual(sizes(shotGroups(Array(100).fill(500))), [33, 34, 33]);
  assert.deepEqual(sizes(shotGroups(Array(1000).fill(500))), [1000, 0, 0]);
});
