import assert from "node:assert/strict";
import { nelderMead } from "../../../../algorithms/addons/seval/nelder_mead.ts";

Deno.test("nelderMead() finds the bottom of a curved valley", () => {
  const valley = ([x = 0, y = 0]: readonly number[]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  const bounds = [[-5, 5], [-5, 5]] as const;
  const { x, value } = nelderMead(valley, [-1.2, 1], { bounds, tolerance: 1e-9 });
  assert.ok(value < 1e-12, `${value}`);
  assert.ok(Math.abs(x[0]! - 1) < 1e-5 && Math.abs(x[1]! - 1) < 1e-5);
});

Deno.test("nelderMead() tries no point outside its box and ends on the edge", () => {
  const bounds = [[0, 2], [1, 3]] as const;
  const { x } = nelderMead(([a = 0, b = 0]) => b - a, [1, 2], {
    bounds,
    tolerance: 1e-7,
    onTrial: (point) =>
      point.forEach((v, i) => assert.ok(v >= bounds[i]![0] && v <= bounds[i]![1], `${v}`)),
  });
  assert.ok(Math.abs(x[0]! - 2) < 1e-6 && Math.abs(x[1]! - 1) < 1e-6);
});

Deno.test("nelderMead() begins with steps of 5 %, 0.00025 from 0, and back from the bound", () => {
  const tried: (readonly number[])[] = [];
  nelderMead(() => 0, [0, 2, 1], {
    bounds: [[0, 1], [0, 2], [0, 5]],
    tolerance: 1,
    onTrial: (x) => tried.push(x),
  });
  assert.deepEqual(tried.slice(0, 4), [[0, 2, 1], [0.00025, 2, 1], [0, 1.9, 1], [0, 2, 1.05]]);
});

Deno.test("nelderMead() stops after 200 values for each variable and returns the best vertex", () => {
  let calls = 0;
  const { value, evaluations } = nelderMead(() => -calls++, [1, 1], {
    bounds: [[-1e9, 1e9], [-1e9, 1e9]],
    tolerance: 0,
  });
  assert.equal(evaluations, 400);
  assert.equal(calls, 400);
  assert.equal(value, -398); // the last point, a reflection, never got into the simplex
});

Deno.test("nelderMead() refuses as many bounds as there are no variables", () => {
  const options = { bounds: [[0, 1]] as const, tolerance: 1 };
  assert.throws(() => nelderMead(() => 0, [1, 1], options), /2 variables in 1 bounds/);
});
