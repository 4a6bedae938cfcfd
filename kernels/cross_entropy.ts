/**
 * Cross entropy of rows. With `v = (z + offset) / temperature`, a row's loss is
 * `weight · Σ_k q_k (log Σ e^v − v_k)`, where a hard label is a `q` of one 1.
 *
 * @module
 */
import {
  type Binding,
  defineKernel,
  type Kernel,
  memoKernel,
  mergeTree,
  read,
  write,
} from "./kernel.ts";
import { type RowForm, rowKernel } from "./row.ts";
import { rowPartition } from "./softmax.ts";

/** What changes the code of the kernels. */
export interface CrossEntropyVariant {
  /** Class numbers, or probabilities. */
  readonly target: "hard" | "soft";
  /** Whether there is an offset a class. */
  readonly offsets: boolean;
  /** Whether there is a weight a row. */
  readonly weights: boolean;
  /** Whether a certain label leaves its row out. */
  readonly ignore: boolean;
}

/** `loss` and, for the way back, the row's largest `v` and `Σ e^(v − largest)`. */
export function crossEntropyKernel(
  variant: CrossEntropyVariant,
  form: RowForm,
): Kernel<
  "z" | "wanted" | "offset" | "w" | "loss" | "stats",
  "rows" | "length" | "sharpness" | "ignored"
> {
  const name = `cross entropy ${describe(variant)}`;
  return rowKernel(name, form, () => ({
    bindings: { ...inputs(variant), loss: write("f32"), stats: write("vec2f") },
    uniforms: SETTINGS,
    body: `${rowPartition((k) => value(variant, k))}
  let rest = log(total);
${variant.target === "soft" ? softLoss(variant) : hardLoss(variant)}
  if (lane == 0u) {
    stats[row] = vec2f(top, total);
    ${variant.ignore ? "if (label == u.ignored) { sum = 0.0; }" : ""}
    loss[row] = sum${variant.weights ? " * w[row]" : ""};
  }`,
  }));
}

/** Which gradient {@linkcode crossEntropyBackwardKernel} computes. */
export type CrossEntropyInput = "logits" | "target";

/**
 * Gradient of the logits, `g · weight · (Σq · softmax(v) − q) / temperature`, or of a soft target,
 * `g · weight · (log Σ e^v − v)`. `g` is `scale` times what arrived, one number a row (`each`) or
 * one for all, times `factor[0]` where there is one (`factored`).
 */
export function crossEntropyBackwardKernel(
  variant: CrossEntropyVariant,
  { input, each, factored, form }: {
    readonly input: CrossEntropyInput;
    readonly each: boolean;
    readonly factored: boolean;
    readonly form: RowForm;
  },
): Kernel<
  "z" | "wanted" | "offset" | "w" | "stats" | "dy" | "factor" | "dx",
  "rows" | "length" | "sharpness" | "ignored" | "scale"
> {
  const name = `d ${input} cross entropy ${describe(variant)}${each ? ", each" : ""}${
    factored ? ", factored" : ""
  }`;
  const v = value(variant, "k");
  return rowKernel(name, form, () => ({
    bindings: {
      ...inputs(variant),
      stats: read("vec2f"),
      dy: read("f32"),
      factor: factored ? read("f32") : undefined,
      dx: write("f32"),
    },
    uniforms: { ...SETTINGS, scale: "f32" },
    body: `  let top = stats[row].x; let total = stats[row].y;
  var g = dy[${each ? "row" : "0"}] * u.scale${factored ? " * factor[0]" : ""}${
      variant.weights ? " * w[row]" : ""
    };
  ${variant.target === "hard" ? "let label = wanted[row];" : ""}
  ${variant.ignore ? "if (label == u.ignored) { g = 0.0; }" : ""}
  ${
      input === "target"
        ? `let rest = log(total);
  for (var k = lane; k < u.length; k += LANES) {
    dx[base + k] = g * ((top - ${v}) + rest);
  }`
        : `${variant.target === "soft" ? TARGET_SUM : "let share = g / total * u.sharpness;"}
  for (var k = lane; k < u.length; k += LANES) {
    let q = ${variant.target === "soft" ? "wanted[base + k]" : "select(0.0, 1.0, i32(k) == label)"};
    dx[base + k] = share * exp(${v} - top) - g * u.sharpness * q;
  }`
    }`,
  }));
}

const TARGET_SUM = `var part = 0.0;
  for (var k = lane; k < u.length; k += LANES) { part += wanted[base + k]; }
  let share = g / total * u.sharpness * rowSum(part, lane);`;

/**
 * `y = Σ loss / Σ weight` over rows, by one workgroup, and `factor = 1 / Σ weight`; both 0 where no
 * weight is left. A weight is 1 unless the variant has weights, and 0 for an ignored label.
 */
export function weightedMeanKernel(
  { weights, ignore }: { readonly weights: boolean; readonly ignore: boolean },
): Kernel<"loss" | "w" | "wanted" | "y" | "factor", "rows" | "ignored"> {
  const name = `weighted mean of losses${weights ? ", weights" : ""}${ignore ? ", ignore" : ""}`;
  return memoKernel(name, (key) =>
    defineKernel({
      key,
      bindings: {
        loss: read("f32"),
        w: weights ? read("f32") : undefined,
        wanted: ignore ? read("i32") : undefined,
        y: write("f32"),
        factor: write("f32"),
      },
      uniforms: { rows: "u32", ignored: "i32" },
      workgroup: [256],
      header: "var<workgroup> partial: array<vec2f, 256>;",
      body: `  var sum = vec2f(0);
  for (var i = li; i < u.rows; i += 256u) {
    var weight = ${weights ? "w[i]" : "1.0"};
    ${ignore ? "if (wanted[i] == u.ignored) { weight = 0.0; }" : ""}
    sum += vec2f(loss[i], weight);
  }
  partial[li] = sum;
  ${mergeTree(256, (into, from) => `partial[${into}] += partial[${from}];`)}
  if (li == 0u) {
    let all = partial[0];
    let f = select(1.0 / all.y, 0.0, all.y == 0.0);
    factor[0] = f;
    y[0] = select(all.x / all.y, 0.0, all.y == 0.0);
  }`,
    }));
}

const SETTINGS = { sharpness: "f32", ignored: "i32" } as const;

function inputs(
  { target, offsets, weights }: CrossEntropyVariant,
): Record<"z" | "wanted" | "offset" | "w", Binding | undefined> {
  return {
    z: read("f32"),
    wanted: read(target === "hard" ? "i32" : "f32"),
    offset: offsets ? read("f32") : undefined,
    w: weights ? read("f32") : undefined,
  };
}

function value({ offsets }: CrossEntropyVariant, k: string): string {
  return offsets
    ? `((z[base + ${k}] + offset[${k}]) * u.sharpness)`
    : `(z[base + ${k}] * u.sharpness)`;
}

function describe({ target, offsets, weights, ignore }: CrossEntropyVariant): string {
  return `${target}${offsets ? ", offsets" : ""}${weights ? ", weights" : ""}${
    ignore ? ", ignore" : ""
  }`;
}

function softLoss(variant: CrossEntropyVariant): string {
  return `  part = 0.0;
  for (var k = lane; k < u.length; k += LANES) {
    let q = wanted[base + k];
    // A class that is impossible and not wanted costs nothing.
    if (q != 0.0) { part += q * ((top - ${value(variant, "k")}) + rest); }
  }
  let sum = rowSum(part, lane);`;
}

function hardLoss(variant: CrossEntropyVariant): string {
  return `  let label = wanted[row];
  let known = label >= 0 && label < i32(u.length);
  let k = select(0u, u32(label), known);
  // NaN from bits: WGSL has no such literal. A label that does not exist must not go unnoticed.
  let nan = bitcast<f32>(select(0u, 0x7fc00000u, u.length > 0u));
  var sum = select(nan, (top - ${value(variant, "k")}) + rest, known);`;
}
