/**
 * Optimizer and moving average of all parameters in one dispatch over the flat buffers. An
 * invocation updates four neighbouring floats; what differs between parameters (rate, decay, step
 * count) is looked up by block of 64 floats in a small table of classes.
 *
 * @module
 */
import {
  defineKernel,
  type Grid,
  type Kernel,
  linearGrid,
  linearIndex,
  memoKernel,
  read,
  write,
} from "./kernel.ts";

/** Which update rule. `adam` couples weight decay into the gradient, `adamw` does not. */
export type OptimizerKind = "sgd" | "adam" | "adamw";

/** Numbers of a class, three vec4f. */
export const CLASS_FLOATS = 12;

/** Grid over a flat buffer of `size` floats. */
export function optimizerGrid(size: number): Grid {
  return linearGrid(Math.ceil(size / 256));
}

const RULES: Readonly<Record<OptimizerKind, string>> = {
  sgd: `
    let d = g[i] + c.y * x;
    let b = u.first * m[i] + c.z * d;
    m[i] = b;
    if (u.kind == 2.0) { x -= c.x * (d + u.first * b); }
    else if (u.kind == 1.0) { x -= c.x * b; }
    else { x -= c.x * d; }`,
  adam: `
    let d = g[i] + c.y * x;
    let b = u.first * m[i] + (1.0 - u.first) * d;
    let w = u.second * v[i] + (1.0 - u.second) * d * d;
    m[i] = b; v[i] = w;
    x -= c.x * b / (sqrt(w) * c.w + u.eps);`,
  adamw: `
    let d = g[i];
    x *= c.z;
    let b = u.first * m[i] + (1.0 - u.first) * d;
    let w = u.second * v[i] + (1.0 - u.second) * d * d;
    m[i] = b; v[i] = w;
    x -= c.x * b / (sqrt(w) * c.w + u.eps);`,
};

/**
 * One update of the parameters `p` by the gradients `g`: first moment `m`, second moment `v` (Adam
 * only), moving average, class of each block, classes. `n` is a number of vec4f; `first` and
 * `second` are momentum, or β1 and β2; `kind` is that of SGD (0 plain, 1 momentum, 2 Nesterov).
 */
export function optimizerKernel(
  rule: OptimizerKind,
): Kernel<
  "p" | "g" | "m" | "v" | "average" | "classOf" | "classes",
  "n" | "first" | "second" | "eps" | "kind"
> {
  return memoKernel(`optimizer ${rule}`, (key) =>
    defineKernel({
      key,
      bindings: {
        p: write("vec4f"),
        g: read("vec4f"),
        m: write("vec4f"),
        v: rule === "sgd" ? undefined : write("vec4f"),
        average: write("vec4f"),
        classOf: read("u32"),
        classes: read("vec4f"),
      },
      uniforms: { n: "u32", first: "f32", second: "f32", eps: "f32", kind: "f32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let k = classOf[i / 16u] * 3u;
  let c = classes[k]; let a = classes[k + 1u]; let present = classes[k + 2u].x;
  var x = p[i];
  if (present > 0.0) {${RULES[rule]}
  }
  average[i] = (a.x * average[i] + a.y * x) * a.z;
  p[i] = x * a.w;`,
    }));
}

/** `average = keep · average + take · x`, then `x *= shrink`, for buffers of networks. */
export function averageKernel(): Kernel<"average" | "x", "n" | "keep" | "take" | "shrink"> {
  return memoKernel("average", (key) =>
    defineKernel({
      key,
      bindings: { average: write("vec4f"), x: write("vec4f") },
      uniforms: { n: "u32", keep: "f32", take: "f32", shrink: "f32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let live = x[i];
  // A plain copy when nothing is kept, so that what was there before cannot matter.
  average[i] = select(u.keep * average[i] + u.take * live, live, u.keep == 0.0);
  x[i] = live * u.shrink;`,
    }));
}
