/**
 * Elementwise kernels. An invocation computes four neighbouring elements where shapes agree (vec4
 * loads are the cheapest per byte on every adapter), one element where it has to broadcast.
 *
 * @module
 */
import {
  axisUniforms,
  defineKernel,
  type Grid,
  inHalf,
  type Kernel,
  linearGrid,
  linearIndex,
  memoKernel,
  type Precision,
  read,
  stored,
  write,
} from "./kernel.ts";

/** Grid of a kernel over `size` elements in fours. */
export function pointwiseGroups(size: number): Grid {
  return linearGrid(Math.ceil(size / 256));
}

/** Grid of a kernel over `size` elements one by one. */
export function scalarGroups(size: number): Grid {
  return linearGrid(Math.ceil(size / 64));
}

/**
 * `y = expression` over arguments of one shape.
 *
 * @param name What the expression computes; with `args` and the types it must determine the code.
 * @param args Names of the arguments, the variables of the expression.
 * @param precision In which arguments and result lie in memory.
 * @param expression WGSL that holds for vec4 and scalars alike: `T(0)` is a constant, `s` and `t`
 *   are numbers given as uniforms (broadcast to `T`).
 */
export function mapKernel(
  name: string,
  args: readonly string[],
  expression: string,
  precision: Precision = "f32",
): Kernel<string, "n" | "s" | "t"> {
  const type = stored("vec4f", precision);
  return memoKernel(`map ${name}(${args})${inHalf(precision)}`, (key) =>
    defineKernel({
      key,
      bindings: {
        ...Object.fromEntries(args.map((a) => [a, read(type)])),
        out: write(type),
      },
      uniforms: { n: "u32", s: "f32", t: "f32" },
      header: "alias T = vec4f;",
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let s = T(u.s); let t = T(u.t);
  ${args.map((a) => `let ${a} = T(${a}[i]);`).join(" ")}
  out[i] = ${type}(${expression});`,
    }));
}

/** Size of the result along an axis, and the steps in `a` and in `b`. */
export type BroadcastUniform = `d${number}` | `a${number}` | `b${number}`;

/** `y = expression` of `a` and `b`, each broadcast to the result's shape of the given rank. */
export function broadcastKernel(
  name: string,
  expression: string,
  rank: number,
): Kernel<"a" | "b" | "y", "n" | BroadcastUniform> {
  return memoKernel(`broadcast ${name} rank ${rank}`, (key) => {
    const axes = Array.from({ length: rank }, (_, i) => i);
    return defineKernel({
      key,
      bindings: { a: read("f32"), b: read("f32"), y: write("f32") },
      uniforms: { n: "u32", ...axisUniforms(rank, (k) => [`d${k}`, `a${k}`, `b${k}`]) },
      header: "alias T = f32;",
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  var rest = i; var ia = 0u; var ib = 0u;
  ${
        axes.toReversed().map((k) =>
          `{ let c = rest % u.d${k}; rest /= u.d${k}; ia += c * u.a${k}; ib += c * u.b${k}; }`
        ).join("\n  ")
      }
  let a = a[ia]; let b = b[ib];
  y[i] = ${expression};`,
    });
  });
}

/** `a += b`. */
export function accumulateKernel(precision: Precision = "f32"): Kernel<"a" | "b", "n"> {
  const type = stored("vec4f", precision);
  return memoKernel(`accumulate${inHalf(precision)}`, (key) =>
    defineKernel({
      key,
      bindings: { a: write(type), b: read(type) },
      uniforms: { n: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  a[i] = ${type}(vec4f(a[i]) + vec4f(b[i]));`,
    }));
}

/** `y` in one precision of `x` in the other. */
export function castKernel(to: Precision): Kernel<"x" | "y", "n" | "scale"> {
  const from = stored("vec4f", to === "f16" ? "f32" : "f16"), type = stored("vec4f", to);
  return memoKernel(`cast to ${to}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read(from), y: write(type) },
      uniforms: { n: "u32", scale: "f32" },
      body:
        `${linearIndex()}\n  if (i >= u.n) { return; }\n  y[i] = ${type}(u.scale * vec4f(x[i]));`,
    }));
}
