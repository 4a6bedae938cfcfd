import { defineKernel, type Kernel, LINEAR_INDEX, memoKernel, read, write } from "../kernel.ts";

/** `w x[i] + (1 - w) x[order[i]]` with the weight of each row (or one for all): x, order, w, y. */
export function mixupKernel(): Kernel {
  return memoKernel("augment-mixup", (key) =>
    defineKernel({
      key,
      bindings: {
        x: read("f32"),
        order: read("i32"),
        weights: read("f32"),
        y: write("f32"),
      },
      uniforms: { n: "u32", width: "u32", weights: "u32" },
      body: /* wgsl */ `${LINEAR_INDEX}
  if (i >= u.n) { return; }
  let row = i / u.width;
  let w = weights[min(row, u.weights - 1u)];
  y[i] = w * x[i] + (1.0 - w) * x[u32(order[row]) * u.width + i % u.width];`,
    }));
}
