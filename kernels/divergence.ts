import { type Kernel, read, write } from "./kernel.ts";
import { type RowForm, rowKernel } from "./row.ts";

/** How the wanted distribution is given. */
export type TargetForm = "probabilities" | "logits";

/** Statements that find the logarithm of `Σ e^x` of a row, in two parts `top_x + rest_x`. */
function logPartition(name: string): string {
  return `  var best_${name} = ${name}[base];
  for (var k = lane; k < u.length; k += LANES) { best_${name} = max(best_${name}, ${name}[base + k]); }
  let top_${name} = rowMax(best_${name}, lane);
  var part_${name} = 0.0;
  for (var k = lane; k < u.length; k += LANES) { part_${name} += exp(${name}[base + k] - top_${name}); }
  let rest_${name} = log(rowSum(part_${name}, lane));`;
}

function logSoftmaxAt(name: string): string {
  return `((${name}[base + k] - top_${name}) - rest_${name})`;
}

/** Statements that set the wanted probability `p` and its logarithm `log_p` at `k`. */
function wanted(form: TargetForm): string {
  // The logarithm of a probability of 0 is only ever multiplied by that 0.
  return form === "logits"
    ? `let log_p = ${logSoftmaxAt("a")}; let p = exp(log_p);`
    : "let p = a[base + k]; let log_p = select(0.0, log(p), p > 0.0);";
}

function partitions(form: TargetForm): string {
  return `${form === "logits" ? logPartition("a") : ""}\n${logPartition("b")}`;
}

/** `loss = Σ_k p_k (log p_k − log softmax(b)_k)` of each row, where `p` is `a` or its softmax. */
export function klKernel(
  target: TargetForm,
  form: RowForm,
): Kernel<"a" | "b" | "loss", "rows" | "length"> {
  return rowKernel(`kl from ${target}`, form, () => ({
    bindings: { a: read("f32"), b: read("f32"), loss: write("f32") },
    body: `${partitions(target)}
  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) {
    ${wanted(target)}
    if (p != 0.0) { part += p * (log_p - ${logSoftmaxAt("b")}); }
  }
  let sum = rowSum(part, lane);
  if (lane == 0u) { loss[row] = sum; }`,
  }));
}

/**
 * Gradient of {@linkcode klKernel} times `scale · dy`, where `dy` is one number a row (`each`) or one
 * for all:
 *
 * - by `b`: `softmax(b) Σp − p`;
 * - by `a`: `log p − log softmax(b) + 1`, or `p (log p − log softmax(b) − loss)` for logits.
 */
export function klBackwardKernel(
  target: TargetForm,
  { input, each, form }: {
    readonly input: "a" | "b";
    readonly each: boolean;
    readonly form: RowForm;
  },
): Kernel<"a" | "b" | "dy" | "dx", "rows" | "length" | "scale"> {
  const ofLogits = target === "logits";
  const total = input === "b" ? "p" : `p * (log_p - ${logSoftmaxAt("b")})`;
  const gradient = input === "b"
    ? `exp(${logSoftmaxAt("b")}) * total - p`
    : ofLogits
    ? `p * ((log_p - ${logSoftmaxAt("b")}) - total)`
    : `log_p - ${logSoftmaxAt("b")} + 1.0`;
  return rowKernel(`d ${input} kl from ${target}${each ? ", each" : ""}`, form, () => ({
    bindings: { a: read("f32"), b: read("f32"), dy: read("f32"), dx: write("f32") },
    uniforms: { scale: "f32" },
    body: `${partitions(target)}
  let g = dy[${each ? "row" : "0"}] * u.scale;
  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) {
    ${wanted(target)}
    part += ${total};
  }
  let total = rowSum(part, lane);
  for (var k = lane; k < u.length; k += LANES) {
    ${wanted(target)}
    dx[base + k] = g * (${gradient});
  }`,
  }));
}

/** `y = x / max(‖x‖, eps)` of each row, and the divisor. */
export function l2NormalizeKernel(
  form: RowForm,
): Kernel<"x" | "y" | "divisor", "rows" | "length" | "eps"> {
  return rowKernel("l2 normalize", form, () => ({
    bindings: { x: read("f32"), y: write("f32"), divisor: write("f32") },
    uniforms: { eps: "f32" },
    body: `  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) { let v = x[base + k]; part += v * v; }
  let d = max(sqrt(rowSum(part, lane)), u.eps);
  if (lane == 0u) { divisor[row] = d; }
  for (var k = lane; k < u.length; k += LANES) { y[base + k] = x[base + k] / d; }`,
  }));
}

/** Gradient of {@linkcode l2NormalizeKernel}: `(dy − y (y · dy)) / ‖x‖`, or `dy / eps` below it. */
export function l2NormalizeBackwardKernel(
  form: RowForm,
): Kernel<"dy" | "y" | "divisor" | "dx", "rows" | "length" | "eps"> {
  return rowKernel("d l2 normalize", form, () => ({
    bindings: { dy: read("f32"), y: read("f32"), divisor: read("f32"), dx: write("f32") },
    uniforms: { eps: "f32" },
    body: `  var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) { part += dy[base + k] * y[base + k]; }
  let d = divisor[row];
  let along = select(0.0, rowSum(part, lane), d > u.eps);
  for (var k = lane; k < u.length; k += LANES) {
    dx[base + k] = (dy[base + k] - y[base + k] * along) / d;
  }`,
  }));
}
