/**
 * Reductions over the middle axis of `[outer, length, inner]`, in a fixed order.
 *
 * Two forms: in `lanes` an invocation computes one result, walking down the axis while its
 * neighbours walk down neighbouring columns (or rows, where there are few columns), so that loads
 * coalesce; in `tree` a workgroup computes one result, its invocations walking along the axis.
 * Either may split the axis into parts, whose results a second pass reduces. Results are multiplied by `scale`.
 *
 * @module
 */
import {
  defineKernel,
  inHalf,
  type Kernel,
  LINEAR_GROUP,
  linearIndex,
  memoKernel,
  mergeTree,
  type Precision,
  read,
  stored,
  write,
} from "./kernel.ts";

/** What is computed of the elements. */
export type Reduction = "sum" | "sumSquares" | "max" | "min";

/** Along which axis four elements are loaded at once; `none` where sizes are no multiples of 4. */
export type ReduceVector = "none" | "inner" | "length";

interface Formula {
  readonly start: string;
  readonly element: string;
  readonly merge: string;
}

/** `start` may use the first element, `first`; `element` is the contribution of `e`. */
const FORMULAS: Readonly<Record<Reduction, Formula>> = {
  sum: { start: "T(0)", element: "e", merge: "a + b" },
  sumSquares: { start: "T(0)", element: "e * e", merge: "a + b" },
  max: { start: "first", element: "e", merge: "max(a, b)" },
  min: { start: "first", element: "e", merge: "min(a, b)" },
};

/**
 * One invocation a result; part `s` of `splits` takes the elements `s`, `s + splits`, … of `x`, which
 * lies in memory in a precision.
 */
export function reduceLanesKernel(
  reduction: Reduction,
  vector: "none" | "inner",
  precision: Precision = "f32",
): Kernel<"x" | "y", "outer" | "length" | "inner" | "splits" | "scale"> {
  return memoKernel(`reduce ${reduction} lanes, vec4 ${vector}${inHalf(precision)}`, (key) => {
    const type = vector === "inner" ? "vec4f" : "f32";
    const { start, element, merge } = FORMULAS[reduction];
    const step =
      `{ let e = T(x[at]); let b = ${element}; let a = y0; y0 = ${merge}; at += stride; }`;
    return defineKernel({
      key,
      bindings: { x: read(stored(type, precision)), y: write(type) },
      uniforms: { outer: "u32", length: "u32", inner: "u32", splits: "u32", scale: "f32" },
      header: `alias T = ${type};`,
      body: `${linearIndex()}
  if (i >= u.outer * u.splits * u.inner) { return; }
  let c = i % u.inner; let rest = i / u.inner;
  let s = rest % u.splits; let o = rest / u.splits;
  let base = o * u.length * u.inner + c;
  let stride = u.splits * u.inner;
  let first = T(x[base]);
  var y0 = ${start};
  var at = base + s * u.inner;
  var k = s;
  for (; k + 3u * u.splits < u.length; k += 4u * u.splits) {
    ${Array(4).fill(step).join("\n    ")}
  }
  for (; k < u.length; k += u.splits) { ${step} }
  y[i] = y0 * u.scale;`,
    });
  });
}

/** One workgroup a result; part `s` takes `chunk` neighbouring elements. */
export function reduceTreeKernel(
  reduction: Reduction,
  vector: ReduceVector,
  width: number,
): Kernel<"x" | "y", "outer" | "length" | "inner" | "splits" | "chunk" | "scale"> {
  return memoKernel(`reduce ${reduction} tree of ${width}, vec4 ${vector}`, (key) => {
    const type = vector === "none" ? "f32" : "vec4f";
    const { start, element, merge } = FORMULAS[reduction];
    const across = reduction === "max" || reduction === "min"
      ? `${reduction}(${reduction}(v.x, v.y), ${reduction}(v.z, v.w))`
      : "((v.x + v.y) + (v.z + v.w))";
    return defineKernel({
      key,
      bindings: { x: read(type), y: write(vector === "length" ? "f32" : type) },
      uniforms: {
        outer: "u32",
        length: "u32",
        inner: "u32",
        splits: "u32",
        chunk: "u32",
        scale: "f32",
      },
      workgroup: [width],
      header: `alias T = ${type};\nvar<workgroup> partial: array<T, ${width}>;`,
      body: `${LINEAR_GROUP}
  if (group >= u.outer * u.splits * u.inner) { return; }
  let c = group % u.inner; let rest = group / u.inner;
  let s = rest % u.splits; let o = rest / u.splits;
  let base = o * u.length * u.inner + c;
  let first = x[base];
  var y0 = ${start};
  let end = min((s + 1u) * u.chunk, u.length);
  for (var k = s * u.chunk + li; k < end; k += ${width}u) {
    let e = x[base + k * u.inner]; let b = ${element}; let a = y0; y0 = ${merge};
  }
  partial[li] = y0;
  ${
        mergeTree(width, (into, from) =>
          `let a = partial[${into}]; let b = partial[${from}]; partial[${into}] = ${merge};`)
      }
  if (li == 0u) { let v = partial[0]; y[group] = ${
        vector === "length" ? across : "v"
      } * u.scale; }`,
    });
  });
}

/** Writes `[outer, length, inner]` with `dy` at one place of the middle axis and 0 elsewhere. */
export function placeKernel(): Kernel<"dy" | "place" | "dx", "n" | "length" | "inner"> {
  return memoKernel("place", (key) =>
    defineKernel({
      key,
      bindings: { dy: read("f32"), place: read("i32"), dx: write("f32") },
      uniforms: { n: "u32", length: "u32", inner: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let c = i % u.inner; let rest = i / u.inner;
  let at = rest / u.length * u.inner + c;
  dx[i] = select(0.0, dy[at], place[at] == i32(rest % u.length));`,
    }));
}

/**
 * `y[0] = 1` if no element of `x` is NaN or infinite, else 0; or, with `merge`, if no word of `x` is
 * 0. Told by bits: a comparison with NaN is false on some adapters whichever way it is asked. Each
 * workgroup writes the verdict on its part.
 */
export function finiteKernel(merge: boolean): Kernel<"x" | "y", "n"> {
  return memoKernel(merge ? "all ones" : "finite", (key) =>
    defineKernel({
      key,
      bindings: { x: read("u32"), y: write("u32") },
      uniforms: { n: "u32" },
      workgroup: [256],
      header: "var<workgroup> bad: atomic<u32>;",
      body: `  let stride = nwg.x * 256u;
  for (var i = wid.x * 256u + li; i < u.n; i += stride) {
    if (${merge ? "x[i] == 0u" : "(x[i] & 0x7f800000u) == 0x7f800000u"}) { atomicStore(&bad, 1u); }
  }
  workgroupBarrier();
  if (li == 0u) { y[wid.x] = 1u - atomicLoad(&bad); }`,
    }));
}
