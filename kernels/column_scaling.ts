import {
  defineKernel,
  type Kernel,
  LINEAR_GROUP,
  memoKernel,
  mergeTree,
  read,
  write,
} from "./kernel.ts";

/** Adds up `partial` over the 256 invocations of a workgroup. */
const TREE = `
  ${mergeTree(256, (into, from) => `partial[${into}] += partial[${from}];`)}
  workgroupBarrier();`;

/**
 * Marks in `chosen` the `limits[k]` largest of each column of x. A workgroup does a column: it
 * finds the least value by halving the range of its bits 31 times, and of equals takes the first.
 * All of x is at least 0, so that floats are ordered as their bits are.
 */
export function columnTopKernel(): Kernel<"x" | "limits" | "chosen", "rows" | "columns"> {
  return memoKernel("column top", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), limits: read("f32"), chosen: write("f32") },
      uniforms: { rows: "u32", columns: "u32" },
      workgroup: [256],
      header: "var<workgroup> partial: array<u32, 256>;",
      body: `${LINEAR_GROUP}
  let k = min(group, u.columns - 1u);
  let wanted = min(u32(limits[k]), u.rows);
  let share = (u.rows + 255u) / 256u;
  let from_ = min(li * share, u.rows);
  let to = min(from_ + share, u.rows);
  // The largest bits that at least as many values reach as are wanted.
  var least = 0u;
  for (var bit = 0x40000000u; bit > 0u; bit /= 2u) {
    var reached = 0u;
    for (var i = from_; i < to; i++) {
      reached += select(0u, 1u, bitcast<u32>(x[i * u.columns + k]) >= (least | bit));
    }
    workgroupBarrier();
    partial[li] = reached;${TREE}
    if (partial[0] >= wanted) { least |= bit; }
  }
  var above = 0u;
  var ties = 0u;
  for (var i = from_; i < to; i++) {
    let value = bitcast<u32>(x[i * u.columns + k]);
    above += select(0u, 1u, value > least);
    ties += select(0u, 1u, value == least);
  }
  workgroupBarrier();
  partial[li] = above;${TREE}
  let left = wanted - min(wanted, partial[0]);
  workgroupBarrier();
  partial[li] = ties;
  workgroupBarrier();
  var before = 0u;
  for (var j = 0u; j < li; j++) { before += partial[j]; }
  for (var i = from_; i < to; i++) {
    let value = bitcast<u32>(x[i * u.columns + k]);
    let tie = value == least;
    chosen[i * u.columns + k] = select(0.0, 1.0, value > least || (tie && before < left));
    before += select(0u, 1u, tie);
  }`,
    }));
}

/** Newton's steps a solution takes: the function is convex, so each one past the first is safe. */
const STEPS = 24;

/**
 * Solves Σ_i a[i,k] x[i] exp(−ν_k h[i]) = c[k] for each column, from `start` on. A workgroup does
 * a column by Newton's method, with steps of at most 2.
 */
export function columnExponentsKernel(): Kernel<
  "a" | "x" | "h" | "c" | "start" | "nu",
  "rows" | "columns"
> {
  return memoKernel("column exponents", (key) =>
    defineKernel({
      key,
      bindings: {
        a: read("f32"),
        x: read("f32"),
        h: read("f32"),
        c: read("f32"),
        start: read("f32"),
        nu: write("f32"),
      },
      uniforms: { rows: "u32", columns: "u32" },
      workgroup: [256],
      header: "var<workgroup> partial: array<vec2f, 256>;",
      body: `${LINEAR_GROUP}
  let k = min(group, u.columns - 1u);
  var value = start[k];
  for (var step = 0u; step < ${STEPS}u; step++) {
    var sums = vec2f(0.0);
    for (var i = li; i < u.rows; i += 256u) {
      let term = a[i * u.columns + k] * x[i] * exp(-value * h[i]);
      sums += vec2f(term, term * h[i]);
    }
    workgroupBarrier();
    partial[li] = sums;${TREE}
    let found = partial[0];
    value += clamp((found.x - c[k]) / max(found.y, 1e-20), -2.0, 2.0);
  }
  if (li == 0u) { nu[k] = value; }`,
    }));
}
