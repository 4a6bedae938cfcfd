/**
 * Batch norm over the rows of `[rows, channels]`, fused with a (leaky) rectifier.
 *
 * All kernels look at four neighbouring channels at once (`vector`) or, where channels are no
 * multiple of four, at one: a *column*. An invocation keeps to its column, whose constants it loads
 * once, and goes through neighbouring rows: rows far apart defeat the memory's prefetching (2 GB/s
 * instead of 8 on a software adapter).
 *
 * `stats` is `[4, channels]`: mean, 1/σ, γ/σ, β. With `z = (x - mean) · γ/σ + β` the result is
 * `y = z > 0 ? z : slope · z`; slope 1 is no activation, 0 a rectifier.
 *
 * @module
 */
import {
  defineKernel,
  inHalf,
  type Kernel,
  linearIndex,
  memoKernel,
  mergeTree,
  type Precision,
  read,
  stored,
  write,
} from "./kernel.ts";

/** Which sums over rows {@linkcode batchNormSumsKernel} takes. */
export type BatchNormPass = "forward" | "backward";

/** Invocations that finish the sums of a column. */
const FINISHERS = 64;

/** How values lie in memory: channels in fours or one by one, and in which precision. */
export interface BatchNormVariant {
  /** Whether channels are a multiple of four. */
  readonly vector: boolean;
  /** Of `x`, `y` and their gradients; all else is single. */
  readonly precision: Precision;
}

const typeOf = (vector: boolean) => vector ? "vec4f" : "f32";

function typesOf({ vector, precision }: BatchNormVariant) {
  const type = typeOf(vector), value = stored(type, precision);
  return { type, value, name: `${type}${inHalf(precision)}` };
}

/**
 * Partial sums `[splits, 2, columns]`. Forward: of `x - x₀` and its square, where `x₀` is the first
 * row: without that shift the variance of values far from 0 would cancel. Backward: of `dz` and
 * `dz · (x - mean) / σ`.
 */
export function batchNormSumsKernel(
  pass: BatchNormPass,
  variant: BatchNormVariant,
): Kernel<"x" | "dy" | "stats" | "y", "rows" | "columns" | "splits" | "perSplit" | "slope"> {
  const { type, value, name } = typesOf(variant);
  return memoKernel(`batch norm ${pass} sums ${name}`, (key) => {
    const forward = pass === "forward";
    const element = forward
      ? "let a = T(x[at]) - pivot; let b = a * a;"
      : `let centred = T(x[at]) - mean; let z = centred * scale + beta; let d = T(dy[at]);
      let a = select(slope * d, d, z > T(0)); let b = a * centred;`;
    const step = `{ ${element} s += a; t += b; at += u.columns; }`;
    return defineKernel({
      key,
      bindings: forward
        ? { x: read(value), y: write(type) }
        : { x: read(value), dy: read(value), stats: read(type), y: write(type) },
      uniforms: { rows: "u32", columns: "u32", splits: "u32", perSplit: "u32", slope: "f32" },
      header: `alias T = ${type};`,
      body: `${linearIndex()}
  let c = i % u.columns; let split = i / u.columns;
  if (split >= u.splits) { return; }
  ${
        forward
          ? "let pivot = T(x[c]);"
          : `let mean = stats[c]; let scale = stats[2u * u.columns + c];
  let beta = stats[3u * u.columns + c]; let slope = T(u.slope);`
      }
  var s = T(0); var t = T(0);
  ${rows("split", step)}
  y[2u * split * u.columns + c] = s;
  y[(2u * split + 1u) * u.columns + c] = ${forward ? "t" : "t * stats[u.columns + c]"};`,
    });
  });
}

/** Statements after which `s[0]` and `t[0]` are the sums of a column's partial sums. */
const FINISH = `let c = wid.x;
  var a = T(0); var b = T(0);
  for (var k = li; k < u.splits; k += ${FINISHERS}u) {
    a += partial[2u * k * u.columns + c];
    b += partial[(2u * k + 1u) * u.columns + c];
  }
  s[li] = a; t[li] = b;
  ${mergeTree(FINISHERS, (into, from) => `s[${into}] += s[${from}]; t[${into}] += t[${from}];`)}
  if (li > 0u) { return; }`;

const SHARED = `var<workgroup> s: array<T, ${FINISHERS}>;
var<workgroup> t: array<T, ${FINISHERS}>;`;

/**
 * `stats` from the forward sums, a workgroup a column. With `moving` it also moves the running
 * statistics towards the batch's: `new = (1 - m) · old + m · batch`, the variance unbiased.
 */
export function batchNormStatsKernel(
  moving: boolean,
  variant: BatchNormVariant,
): Kernel<
  "x" | "partial" | "gamma" | "beta" | "stats" | "runningMean" | "runningVar",
  "columns" | "splits" | "rows" | "epsilon" | "momentum"
> {
  const { type, value, name } = typesOf(variant);
  return memoKernel(`batch norm stats${moving ? " moving" : ""} ${name}`, (key) =>
    defineKernel({
      key,
      bindings: {
        x: read(value),
        partial: read(type),
        gamma: read(type),
        beta: read(type),
        stats: write(type),
        runningMean: moving ? write(type) : undefined,
        runningVar: moving ? write(type) : undefined,
      },
      uniforms: {
        columns: "u32",
        splits: "u32",
        rows: "f32",
        epsilon: "f32",
        momentum: "f32",
      },
      header: `alias T = ${type};\n${SHARED}`,
      body: `${FINISH}
  let offset = s[0] / u.rows;
  let mean = T(x[c]) + offset;
  let variance = max(t[0] / u.rows - offset * offset, T(0));
  let inverse = T(1) / sqrt(variance + T(u.epsilon));
  stats[c] = mean;
  stats[u.columns + c] = inverse;
  stats[2u * u.columns + c] = gamma[c] * inverse;
  stats[3u * u.columns + c] = beta[c];
  ${
        moving
          ? `runningMean[c] = (1.0 - u.momentum) * runningMean[c] + u.momentum * mean;
  runningVar[c] = (1.0 - u.momentum) * runningVar[c] +
    u.momentum * variance * (u.rows / (u.rows - 1.0));`
          : ""
      }`,
    }));
}

/** `stats` from running statistics, an invocation a column. */
export function batchNormRunningKernel(
  vector: boolean,
): Kernel<"runningMean" | "runningVar" | "gamma" | "beta" | "stats", "columns" | "epsilon"> {
  const type = typeOf(vector);
  return memoKernel(`batch norm running ${type}`, (key) =>
    defineKernel({
      key,
      bindings: {
        runningMean: read(type),
        runningVar: read(type),
        gamma: read(type),
        beta: read(type),
        stats: write(type),
      },
      uniforms: { columns: "u32", epsilon: "f32" },
      header: `alias T = ${type};`,
      body: `${linearIndex("c")}
  if (c >= u.columns) { return; }
  let inverse = T(1) / sqrt(runningVar[c] + T(u.epsilon));
  stats[c] = runningMean[c];
  stats[u.columns + c] = inverse;
  stats[2u * u.columns + c] = gamma[c] * inverse;
  stats[3u * u.columns + c] = beta[c];`,
    }));
}

/** Gradients of β and γ: the backward sums times `scale`, a workgroup a column. */
export function batchNormGradientsKernel(
  vector: boolean,
): Kernel<"partial" | "dGamma" | "dBeta", "columns" | "splits" | "scale"> {
  const type = typeOf(vector);
  return memoKernel(`batch norm gradients ${type}`, (key) =>
    defineKernel({
      key,
      bindings: { partial: read(type), dGamma: write(type), dBeta: write(type) },
      uniforms: { columns: "u32", splits: "u32", scale: "f32" },
      header: `alias T = ${type};\n${SHARED}`,
      body: `${FINISH}\n  dBeta[c] = u.scale * s[0]; dGamma[c] = u.scale * t[0];`,
    }));
}

/** `y` of every row. */
export function batchNormApplyKernel(
  variant: BatchNormVariant,
): Kernel<"x" | "stats" | "y", "rows" | "columns" | "perSplit" | "slope"> {
  const { type, value, name } = typesOf(variant);
  return memoKernel(`batch norm apply ${name}`, (key) => {
    return defineKernel({
      key,
      bindings: { x: read(value), stats: read(type), y: write(value) },
      uniforms: { rows: "u32", columns: "u32", perSplit: "u32", slope: "f32" },
      header: `alias T = ${type};`,
      body: everyRow(
        `let mean = stats[c]; let scale = stats[2u * u.columns + c];
  let beta = stats[3u * u.columns + c]; let slope = T(u.slope);`,
        `let z = (T(x[at]) - mean) * scale + beta; y[at] = ${value}(select(slope * z, z, z > T(0)));`,
      ),
    });
  });
}

/**
 * Gradient of `x`: `γ/σ · (dz - share · (dβ + x̂ · dγ))` with `share` 1 / rows, or 0 where the
 * statistics were constants. With `adds` it is added to what `dx` holds.
 */
export function batchNormInputGradientKernel(
  adds: boolean,
  variant: BatchNormVariant,
): Kernel<
  "x" | "dy" | "stats" | "dGamma" | "dBeta" | "dx",
  "rows" | "columns" | "perSplit" | "slope" | "share"
> {
  const { type, value, name } = typesOf(variant);
  return memoKernel(
    `batch norm input gradient ${adds ? "+=" : "="} ${name}`,
    (key) =>
      defineKernel({
        key,
        bindings: {
          x: read(value),
          dy: read(value),
          stats: read(type),
          dGamma: read(type),
          dBeta: read(type),
          dx: write(value),
        },
        uniforms: { rows: "u32", columns: "u32", perSplit: "u32", slope: "f32", share: "f32" },
        header: `alias T = ${type};`,
        body: everyRow(
          `let mean = stats[c]; let scale = stats[2u * u.columns + c];
  let beta = stats[3u * u.columns + c]; let slope = T(u.slope);
  let offset = u.share * dBeta[c]; let factor = u.share * stats[u.columns + c] * dGamma[c];`,
          `let centred = T(x[at]) - mean; let z = centred * scale + beta; let d = T(dy[at]);
      let g = scale * (select(slope * d, d, z > T(0)) - offset - centred * factor);
      dx[at] = ${value}(${adds ? "T(dx[at]) + g" : "g"});`,
        ),
      }),
  );
}

/** A body that goes through the rows of a column that are the invocation's. */
function everyRow(constants: string, statement: string): string {
  return `${linearIndex()}
  let c = i % u.columns; let split = i / u.columns;
  if (split * u.perSplit >= u.rows) { return; }
  ${constants}
  ${rows("split", `{ ${statement} at += u.columns; }`)}`;
}

/** Statements that go through `perSplit` neighbouring rows, four a turn, with `at` in the column. */
function rows(split: string, step: string): string {
  return `var row = ${split} * u.perSplit; let end = min(row + u.perSplit, u.rows);
  var at = row * u.columns + c;
  for (; row + 3u < end; row += 4u) {
    ${Array(4).fill(step).join("\n    ")}
  }
  for (; row < end; row++) { ${step} }`;
}
