import {
  type Binding,
  defineKernel,
  type Kernel,
  linearIndex,
  memoKernel,
  read,
  write,
} from "./kernel.ts";
import { each, range, XYZW } from "./unroll.ts";

/** What changes the code of a matrix product `y = op(a) · op(b)`. */
export interface MatmulVariant {
  /** Whether `a` is stored as `[K, M]` instead of `[M, K]`. */
  readonly transposeA: boolean;
  /** Whether `b` is stored as `[N, K]` instead of `[K, N]`. */
  readonly transposeB: boolean;
  /** Whether rows of `a`, `b` and `y` are a multiple of 4 long, so that four elements load at once. */
  readonly vec4A: boolean;
  /** Whether the second factor is read four columns at once. */
  readonly vec4B: boolean;
  /** Whether the product is written four columns at once. */
  readonly vec4Y: boolean;
  /** Whether a number a column is added. */
  readonly bias: boolean;
}

/**
 * Uniforms of both matrix kernels: sizes, elements between batches (0 where all share one matrix),
 * and into how many parts of `chunk` (a multiple of 4) the inner axis is cut. Part `s` of batch `z`
 * is matrix `z · splits + s` of the result.
 */
export const MATMUL_UNIFORMS = {
  m: "u32",
  n: "u32",
  k: "u32",
  strideA: "u32",
  strideB: "u32",
  splits: "u32",
  chunk: "u32",
  batches: "u32",
} as const;

/** Names a variant in a key. */
export function describeMatmul(v: MatmulVariant): string {
  return `a${v.transposeA ? "ᵀ" : ""}${v.vec4A ? "4" : ""} b${v.transposeB ? "ᵀ" : ""}${
    v.vec4B ? "4" : ""
  } y${v.vec4Y ? "4" : ""}${v.bias ? " bias" : ""}`;
}

/** Bindings of a variant. */
export function matmulBindings(
  v: MatmulVariant,
): Record<"a" | "b" | "bias" | "y", Binding | undefined> {
  return {
    a: read(v.vec4A ? "vec4f" : "f32"),
    b: read(v.vec4B ? "vec4f" : "f32"),
    bias: v.bias ? read("f32") : undefined,
    y: write(v.vec4Y ? "vec4f" : "f32"),
  };
}

/** Four neighbouring elements from `at` on, as a vec4f. */
export function load4(name: string, at: string, vec4: boolean): string {
  if (vec4) return `${name}[(${at}) / 4u]`;
  return `vec4f(${range(4).map((i) => `${name}[${at} + ${i}u]`).join(", ")})`;
}

/** Stores the four sums `value` to row `row`, columns `column` and on, as far as they exist. */
export function store4(value: string, row: string, column: string, vec4: boolean): string {
  if (vec4) {
    return `if (${column} < u.n) { y[(yBase + ${row} * u.n + ${column}) / 4u] = ${value}; }`;
  }
  return XYZW.map((part, i) =>
    `if (${column} + ${i}u < u.n) { y[yBase + ${row} * u.n + ${column} + ${i}u] = ${value}.${part}; }`
  ).join(" ");
}

/** The bias of four columns, 0 beyond the last. */
export function bias4(column: string, { bias }: MatmulVariant): string {
  if (!bias) return "vec4f(0)";
  return `vec4f(${range(4).map((i) => `bias[min(${column} + ${i}u, u.n - 1u)]`).join(", ")})`;
}

/**
 * Matrix product for software adapters: an invocation computes a `tile` × `tile` block in registers,
 * four steps of the inner axis at a time, without shared memory. A load costs as much there as 60
 * multiply-adds, and a 16 × 16 block needs one load for 32.
 */
export function matmulRegisterKernel(
  variant: MatmulVariant,
  tile: 8 | 16,
): Kernel<"a" | "b" | "bias" | "y", keyof typeof MATMUL_UNIFORMS> {
  return memoKernel(`matmul register ${tile} ${describeMatmul(variant)}`, (key) =>
    defineKernel({
      key,
      bindings: matmulBindings(variant),
      uniforms: MATMUL_UNIFORMS,
      workgroup: [64],
      body: `${linearIndex()}
  let across = (u.n + ${tile - 1}u) / ${tile}u; let down = (u.m + ${tile - 1}u) / ${tile}u;
  if (i >= across * down * u.splits * u.batches) { return; }
  let column = i % across * ${tile}u; let above = i / across;
  let row = above % down * ${tile}u; let z = above / down;
  let aBase = z / u.splits * u.strideA; let bBase = z / u.splits * u.strideB;
  let yBase = z * u.m * u.n;
  let first = z % u.splits * u.chunk; let to = min(first + u.chunk, u.k);
${sums(variant, tile)}
  var k = first;
  for (; k + 4u <= to; k += 4u) {
${fourSteps(variant, tile)}
  }
  for (; k < to; k++) {
${oneStep(variant, tile)}
  }
${stores(variant, tile)}`,
    }));
}

function sums(variant: MatmulVariant, tile: number): string {
  return each(tile / 4, (q) => `let start${q} = ${bias4(`column + ${4 * q}u`, variant)};`) +
    each(tile, (r) => each(tile / 4, (q) => `var s${r}_${q} = start${q};`));
}

function fourSteps(v: MatmulVariant, tile: number): string {
  const quads = tile / 4;
  const loadA = v.transposeA
    ? each(
      4,
      (j) =>
        each(quads, (q) =>
          `let a${j}_${q} = ${
            load4("a", `aBase + (k + ${j}u) * u.m + row + ${4 * q}u`, v.vec4A)
          };`),
    )
    : each(tile, (r) => `let a${r} = ${load4("a", `aBase + (row + ${r}u) * u.k + k`, v.vec4A)};`);
  const loadB = v.transposeB
    ? each(
      tile,
      (c) => `let t${c} = ${load4("b", `bBase + (column + ${c}u) * u.k + k`, v.vec4B)};`,
    ) +
      each(
        4,
        (j) =>
          each(quads, (q) =>
            `let b${j}_${q} = vec4f(${
              range(4).map((i) =>
                `t${4 * q + i}.${XYZW[j]}`
              ).join(", ")
            });`),
      )
    : each(
      4,
      (j) =>
        each(
          quads,
          (q) =>
            `let b${j}_${q} = ${
              load4("b", `bBase + (k + ${j}u) * u.n + column + ${4 * q}u`, v.vec4B)
            };`,
        ),
    );
  const a = (r: number, j: number) =>
    v.transposeA ? `a${j}_${r >> 2}.${XYZW[r & 3]}` : `a${r}.${XYZW[j]}`;
  return `${loadA}\n${loadB}\n${
    each(4, (j) => each(tile, (r) => each(quads, (q) => `s${r}_${q} += ${a(r, j)} * b${j}_${q};`)))
  }`;
}

/** The rest of an inner axis that is no multiple of 4. */
function oneStep(v: MatmulVariant, tile: number): string {
  const a = (r: number) =>
    v.transposeA ? `aBase + k * u.m + row + ${r}u` : `aBase + (row + ${r}u) * u.k + k`;
  const b = (c: number) =>
    v.transposeB ? `bBase + (column + ${c}u) * u.k + k` : `bBase + k * u.n + column + ${c}u`;
  return each(
    tile / 4,
    (q) => `let b${q} = vec4f(${range(4).map((i) => one("b", b(4 * q + i), v.vec4B)).join(", ")});`,
  ) +
    each(tile, (r) =>
      `let a${r} = ${one("a", a(r), v.vec4A)};` +
      each(tile / 4, (q) => `s${r}_${q} += a${r} * b${q};`));
}

function one(name: string, at: string, vec4: boolean): string {
  return vec4 ? `${name}[(${at}) / 4u][(${at}) % 4u]` : `${name}[${at}]`;
}

function stores({ vec4Y }: MatmulVariant, tile: number): string {
  return each(
    tile,
    (r) =>
      `if (row + ${r}u < u.m) {\n${
        each(tile / 4, (q) => store4(`s${r}_${q}`, `(row + ${r}u)`, `(column + ${4 * q}u)`, vec4Y))
      }\n}`,
  );
}
