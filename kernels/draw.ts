import { defineKernel, type Kernel, linearIndex, memoKernel, write } from "./kernel.ts";
import { PHILOX } from "./random.ts";

/** What {@linkcode drawKernel} makes of random words. */
export type Distribution = "words" | "uniform" | "bernoulli" | "normal";

const VALUES: Readonly<Record<Distribution, string>> = {
  words: "block(i)",
  uniform: "units(block(i))",
  bernoulli: "select(vec4f(0), vec4f(1), units(block(i)) < vec4f(u.p))",
  // A number takes two words, as on the host, hence two blocks for four numbers.
  normal: "vec4f(normals(units(block(2u * i))), normals(units(block(2u * i + 1u))))",
};

/** Random numbers, four an invocation; element `e` is what the host draws as its `e`-th. */
export function drawKernel(
  distribution: Distribution,
): Kernel<"y", "n" | "step" | "low" | "high" | "key0" | "key1" | "p"> {
  return memoKernel(`draw ${distribution}`, (key) =>
    defineKernel({
      key,
      bindings: { y: write(distribution === "words" ? "vec4u" : "vec4f") },
      uniforms: {
        n: "u32",
        step: "u32",
        low: "u32",
        high: "u32",
        key0: "u32",
        key1: "u32",
        p: "f32",
      },
      header: `${PHILOX}
fn block(at: u32) -> vec4u {
  return philox(vec4u(at, u.step, u.low, u.high), vec2u(u.key0, u.key1));
}
fn units(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) / 16777216.0; }
// Box and Muller's transform of the pairs (x, y) and (z, w).
fn normals(v: vec4f) -> vec2f {
  return sqrt(-2.0 * log(1.0 - v.xz)) * cos(6.283185307179586 * v.yw);
}`,
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  y[i] = ${VALUES[distribution]};`,
    }));
}
