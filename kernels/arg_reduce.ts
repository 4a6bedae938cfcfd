/**
 * Places of the largest elements. Floats are compared by whole numbers in the same order, so that
 * NaN is the largest of all (as in PyTorch), −0 equals 0, and of equals the first wins.
 *
 * @module
 */
import {
  defineKernel,
  type Kernel,
  LINEAR_GROUP,
  linearIndex,
  memoKernel,
  mergeTree,
  read,
  write,
} from "./kernel.ts";

const RANK = `
fn ranked(v: f32, flip: u32) -> u32 {
  let b = bitcast<u32>(v);
  if ((b & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if ((b & 0x7fffffffu) == 0u) { return 0x80000000u ^ flip; }
  return select(b | 0x80000000u, ~b, (b >> 31u) == 1u) ^ flip;
}`;

/**
 * First largest element along the middle axis of `[outer, length, inner]`; an invocation finds
 * one. With `flip` all ones it is the smallest.
 */
export function argMaxLanesKernel(): Kernel<"x" | "y", "outer" | "length" | "inner" | "flip"> {
  return memoKernel("argmax lanes", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), y: write("i32") },
      uniforms: { outer: "u32", length: "u32", inner: "u32", flip: "u32" },
      header: RANK,
      body: `${linearIndex()}
  if (i >= u.outer * u.inner) { return; }
  var at = i / u.inner * u.length * u.inner + i % u.inner;
  var best = ranked(x[at], u.flip); var place = 0u;
  for (var k = 1u; k < u.length; k++) {
    at += u.inner;
    let r = ranked(x[at], u.flip);
    if (r > best) { best = r; place = k; }
  }
  y[i] = i32(place);`,
    }));
}

/**
 * Places of the `k` largest elements of each row of `[rows, length]`, largest first; a workgroup
 * serves one row. Each round finds the best element that comes after the last one found.
 */
export function topKKernel(width: number): Kernel<"x" | "y", "rows" | "length" | "k" | "flip"> {
  return memoKernel(`topk of ${width}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), y: write("i32") },
      uniforms: { rows: "u32", length: "u32", k: "u32", flip: "u32" },
      workgroup: [width],
      header: `${RANK}
var<workgroup> bests: array<vec2u, ${width}>;
// Whether an element (rank, place) comes before another.
fn before(a: vec2u, b: vec2u) -> bool { return a.x > b.x || (a.x == b.x && a.y < b.y); }`,
      body: `${LINEAR_GROUP}
  if (group >= u.rows) { return; }
  let base = group * u.length;
  var last = vec2u(0xffffffffu, 0u); var open = true;
  for (var round = 0u; round < u.k; round++) {
    var best = vec2u(0u, 0xffffffffu);
    for (var j = li; j < u.length; j += ${width}u) {
      let e = vec2u(ranked(x[base + j], u.flip), j);
      if ((open || before(last, e)) && before(e, best)) { best = e; }
    }
    bests[li] = best;
    ${
        mergeTree(
          width,
          (into, from) =>
            `if (before(bests[${from}], bests[${into}])) { bests[${into}] = bests[${from}]; }`,
        )
      }
    workgroupBarrier();
    last = bests[0]; open = false;
    if (li == 0u) { y[group * u.k + round] = i32(last.y); }
    workgroupBarrier();
  }`,
    }));
}
