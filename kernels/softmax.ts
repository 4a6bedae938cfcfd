import { type Kernel, read, write } from "./kernel.ts";
import { type RowForm, rowKernel } from "./row.ts";

/**
 * Statements that find `top`, the largest value of the row, and `total`, the sum of
 * `e^(value − top)`; `value` is WGSL for the value at place `k`.
 */
export function rowPartition(value: (k: string) => string): string {
  return `  var best = ${value("0u")};
  for (var k = lane; k < u.length; k += LANES) { best = max(best, ${value("k")}); }
  let top = rowMax(best, lane);
  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) { part += exp(${value("k")} - top); }
  let total = rowSum(part, lane);`;
}

/** `y = softmax(x)` or its logarithm, along rows. */
export function softmaxKernel(
  logarithm: boolean,
  form: RowForm,
): Kernel<"x" | "y", "rows" | "length"> {
  return rowKernel(logarithm ? "log softmax" : "softmax", form, () => ({
    bindings: { x: read("f32"), y: write("f32") },
    body: `${rowPartition((k) => `x[base + ${k}]`)}
  let rest = log(total);
  for (var k = lane; k < u.length; k += LANES) {
    let v = x[base + k] - top;
    y[base + k] = ${logarithm ? "v - rest" : "exp(v) / total"};
  }`,
  }));
}

/** Gradient of softmax or its logarithm from its result `y`. */
export function softmaxBackwardKernel(
  logarithm: boolean,
  form: RowForm,
): Kernel<"dy" | "y" | "dx", "rows" | "length"> {
  return rowKernel(logarithm ? "d log softmax" : "d softmax", form, () => ({
    bindings: { dy: read("f32"), y: read("f32"), dx: write("f32") },
    body: `  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) {
    part += dy[base + k]${logarithm ? "" : " * y[base + k]"};
  }
  let total = rowSum(part, lane);
  for (var k = lane; k < u.length; k += LANES) {
    let d = dy[base + k]; let v = y[base + k];
    dx[base + k] = ${logarithm ? "d - exp(v) * total" : "v * (d - total)"};
  }`,
  }));
}
