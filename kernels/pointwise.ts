/**
 * Elementwise kernels. An invocation computes four neighbouring elements where shapes agree (vec4
 * loads are the cheapest per byte on every adapter), one element where it has to broadcast.
 *
 * @module
 */
import {
  defineKernel,
  type Grid,
  type Kernel,
  LINEAR_INDEX,
  linearGrid,
  memoKernel,
  read,
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
 * @param expression WGSL that holds for vec4 and scalars alike: `T(0)` is a constant, `s` and `t`
 *   are numbers given as uniforms (broadcast to `T`).
 */
export function mapKernel(name: string, args: readonly string[], expression: string): Kernel {
  return memoKernel(`map ${name}(${args})`, (key) =>
    defineKernel({
      key,
      bindings: {
        ...Object.fromEntries(args.map((a) => [`_${a}`, read("vec4f")])),
        out: write("vec4f"),
      },
      uniforms: { n: "u32", s: "f32", t: "f32" },
      header: "alias T = vec4f;",
      body: `${LINEAR_INDEX}
  if (i >= u.n) { return; }
  let s = T(u.s); let t = T(u.t);
  ${args.map((a) => `let ${a} = _${a}[i];`).join(" ")}
  out[i] = ${expression};`,
    }));
}

/** `y = expression` of `a` and `b`, each broadcast to the result's shape of the given rank. */
export function broadcastKernel(name: string, expression: string, rank: number): Kernel {
  return memoKernel(`broadcast ${name} rank ${rank}`, (key) => {
    const axes = Array.from({ length: rank }, (_, i) => i);
    return defineKernel({
      key,
      bindings: { _a: read("f32"), _b: read("f32"), _y: write("f32") },
      uniforms: Object.fromEntries(
        ["n", ...axes.flatMap((i) => [`d${i}`, `a${i}`, `b${i}`])].map((x) => [x, "u32"]),
      ),
      header: "alias T = f32;",
      body: `${LINEAR_INDEX}
  if (i >= u.n) { return; }
  var rest = i; var ia = 0u; var ib = 0u;
  ${
        axes.toReversed().map((k) =>
          `{ let c = rest % u.d${k}; rest /= u.d${k}; ia += c * u.a${k}; ib += c * u.b${k}; }`
        ).join("\n  ")
      }
  let a = _a[ia]; let b = _b[ib];
  _y[i] = ${expression};`,
    });
  });
}

/** `a += b`. */
export function accumulateKernel(): Kernel {
  return memoKernel("accumulate", (key) =>
    defineKernel({
      key,
      bindings: { a: write("vec4f"), b: read("vec4f") },
      uniforms: { n: "u32" },
      body: `${LINEAR_INDEX}\n  if (i >= u.n) { return; }\n  a[i] += b[i];`,
    }));
}
