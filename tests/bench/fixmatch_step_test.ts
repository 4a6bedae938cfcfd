import assert from "node:assert/strict";
import { directionDistance, stepDistance } from "../../bench/cases/fixmatch_step.ts";
import { fixmatchProblem } from "../../bench/network/fixmatch_problem.ts";

const problem = {
  parameters: [{ name: "a", shape: [2], value: Float32Array.of(1, 2) }, {
    name: "b",
    shape: [1],
    value: Float32Array.of(5),
  }],
};
const distance = (a: number[], b: number[]) =>
  stepDistance(problem, [Float32Array.from(a), Float32Array.from(b)]);

Deno.test("stepDistance() measures against how far the step went", () => {
  assert.equal(distance([3, 1.1, 2, 5.1], [3, 1.1, 2, 5.1]), 0);
  assert.ok(distance([3, 1.1, 2, 5.1], [3, 1.1005, 2, 5.1]) < 1);
  assert.ok(distance([3, 1.1, 2, 5.1], [3, 1.1, 2, 5]) > 50);
  assert.ok(distance([3, 1.1, 2, 5.1], [3.1, 1.1, 2, 5.1]) > 1);
});

Deno.test("stepDistance() knows no distance to what is not finite or of another length", () => {
  assert.ok(Number.isNaN(distance([3, 1.1, 2, 5.1], [3, NaN, 2, 5.1])));
  assert.ok(Number.isNaN(distance([3, 1.1, 2, 5.1], [3, 1.1, 2])));
});

Deno.test("directionDistance() asks for like losses, and ways of like direction and length", () => {
  const distance = (a: number[], b: number[]) =>
    directionDistance(problem, [Float32Array.from(a), Float32Array.from(b)]);
  assert.ok(distance([3, 1.1, 2, 5.1], [3, 1.1, 2, 5.1]) < 0.01);
  assert.ok(distance([3, 1.1, 2, 5.1], [4, 1.1, 2.05, 5.05]) < 1); // by 37°
  assert.ok(distance([3, 1.1, 2, 5.1], [3, 1.1, 2, 4.9]) > 1); // a right angle
  assert.ok(distance([3, 1.1, 2, 5.1], [3, 1.3, 2, 5.3]) > 1);
  assert.ok(distance([3, 1.1, 2, 5.1], [7, 1.1, 2, 5.1]) > 1);
  assert.ok(Number.isNaN(distance([3, 1.1, 2, 5.1], [3, 1, 2, 5]))); // it went nowhere
  assert.ok(Number.isNaN(distance([3, 1.1, 2, 5.1], [3, NaN, 2, 5.1])));
  assert.ok(Number.isNaN(distance([3, 1.1, 2, 5.1], [3, 1.1, 2])));
});

Deno.test("fixmatchProblem() is the same every time", () => {
  const shape = {
    depth: 10,
    width: 1,
    classes: 4,
    size: 8,
    labeled: 2,
    unlabeled: 3,
  };
  assert.deepEqual(fixmatchProblem(shape), fixmatchProblem(shape));
  assert.equal(fixmatchProblem(shape).weakImages.length, 3 * 3 * 64);
});
