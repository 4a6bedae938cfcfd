import { defineKernel, type Kernel, LINEAR_INDEX, memoKernel, read, write } from "./kernel.ts";

/** Sums over the middle axis of `[outer, length, inner]`; an invocation computes one sum. */
export function sumKernel(): Kernel {
  return memoKernel("sum", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), y: write("f32") },
      uniforms: { outer: "u32", length: "u32", inner: "u32" },
      body: `${LINEAR_INDEX}
  if (i >= u.outer * u.inner) { return; }
  let o = i / u.inner; let c = i % u.inner;
  var sum = 0.0;
  for (var k = 0u; k < u.length; k++) { sum += x[(o * u.length + k) * u.inner + c]; }
  y[i] = sum;`,
    }));
}
