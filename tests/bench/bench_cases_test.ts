import { BadInput } from "../../core/bad_input.ts";
import assert from "node:assert/strict";
import { benchCases, caseNames } from "../../bench/bench_cases.ts";

const sizes = { quick: false, software: true };
const names = (
  ...patterns: string[]
) => [...new Set(benchCases(patterns, sizes).map(({ name }) => name))];

Deno.test("benchCases() selects by pattern", () => {
  assert.deepEqual(names("conv2d-*"), ["conv2d-forward", "conv2d-input", "conv2d-filter"]);
  assert.deepEqual(names("gemm", "fix*-step"), ["gemm", "fixmatch-step"]);
  assert.deepEqual(names(), caseNames(sizes));
  assert.equal(names().length, 13);
});

Deno.test("benchCases() refuses a pattern that fits nothing", () => {
  assert.throws(
    () => names("gemm", "con"),
    (error) =>
      error instanceof BadInput && /"con"/.test(error.message) &&
      /conv2d-input/.test(error.message),
  );
  assert.throws(() => names("g(e"), BadInput);
});

Deno.test("benchCases() tells all cases apart by name, shape and variants", () => {
  for (const quick of [true, false]) {
    for (const software of [true, false]) {
      const cases = benchCases([], { quick, software }).map((c) =>
        `${c.name} ${c.shape} ${c.variants?.map(({ name }) => name)}`
      );
      assert.equal(new Set(cases).size, cases.length);
    }
  }
});
