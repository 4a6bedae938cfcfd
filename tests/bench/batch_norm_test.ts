import assert from "node:assert/strict";
import { batchNormValues } from "../../bench/cases/batch_norm.ts";
import { randomArray } from "../../bench/random_array.ts";

const shape = { batch: 3, channels: 2, size: 2, epsilon: 1e-5 };
const length = 3 * 2 * 4;
const problem = {
  ...shape,
  x: randomArray(length, 1),
  gamma: randomArray(2, 2),
  beta: randomArray(2, 3),
  dy: randomArray(length, 4),
};

Deno.test("batchNormValues() normalizes each channel", () => {
  const one = {
    ...problem,
    gamma: Float32Array.of(1, 1),
    beta: Float32Array.of(0, 5),
  };
  const y = batchNormValues(one).subarray(0, length);
  const channel = (c: number) => [...y].filter((_, i) => Math.trunc(i / 4) % 2 === c);
  const mean = (v: number[]) => v.reduce((a, b) => a + b) / v.length;
  assert.ok(Math.abs(mean(channel(0))) < 1e-12);
  assert.ok(Math.abs(mean(channel(1)) - 5) < 1e-12);
  assert.ok(Math.abs(mean(channel(0).map((v) => v ** 2)) - 1) < 1e-3);
});

Deno.test("batchNormValues() has the gradients that differences show", () => {
  const loss = (p: typeof problem) =>
    p.dy.reduce((sum, dy, i) => sum + dy * (batchNormValues(p)[i] ?? NaN), 0);
  const gradients = batchNormValues(problem).subarray(length);
  let at = 0;
  for (const key of ["x", "gamma", "beta"] as const) {
    for (let i = 0; i < problem[key].length; i++, at++) {
      const moved = (by: number) => {
        const copy = problem[key].slice();
        copy[i] = (copy[i] ?? NaN) + by;
        return { ...problem, [key]: copy };
      };
      const difference = (loss(moved(2 ** -8)) - loss(moved(-(2 ** -8)))) /
        2 ** -7;
      assert.ok(
        Math.abs(difference - (gradients[at] ?? NaN)) < 2e-3,
        `${key} ${i}`,
      );
    }
  }
});
