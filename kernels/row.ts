/**
 * Kernels that treat each row of `[rows, length]` as a whole. Short rows get an invocation each,
 * long ones a workgroup; the body is the same: it strides by `LANES` from `lane` and merges what
 * its invocations found by `rowSum` and `rowMax`.
 *
 * @module
 */
import {
  defineKernel,
  type Grid,
  type Kernel,
  type KernelSpec,
  LINEAR_GROUP,
  linearGrid,
  linearIndex,
  memoKernel,
  mergeTree,
  type ScalarType,
} from "./kernel.ts";

/** Who computes a row. */
export type RowForm = "invocation" | "workgroup";

/** What {@linkcode rowKernel} makes a kernel of. */
export interface RowSpec<Arguments extends string, Uniforms extends string> {
  /** Arrays by the names that the body uses. */
  readonly bindings: KernelSpec<Arguments, Uniforms>["bindings"];
  /** Uniforms besides `rows` and `length`, which come first. */
  readonly uniforms?: Readonly<Record<Uniforms, ScalarType>>;
  /** Declarations before the entry point. */
  readonly header?: string;
  /** Statements that see `row`, `lane`, `base` (index of the row's first element). */
  readonly body: string;
}

const WIDTH = 64;
/** Rows up to this length get one invocation: merging would cost more than it saves. */
const SHORT = 32;

/** Who should compute rows of a length. */
export function rowForm(length: number): RowForm {
  return length <= SHORT ? "invocation" : "workgroup";
}

/** Grid of a row kernel. */
export function rowGrid(rows: number, form: RowForm): Grid {
  return linearGrid(form === "workgroup" ? rows : Math.ceil(rows / WIDTH));
}

/** A kernel over rows; `name` with the form must determine the code. */
export function rowKernel<Arguments extends string, Uniforms extends string = never>(
  name: string,
  form: RowForm,
  spec: () => RowSpec<Arguments, Uniforms>,
): Kernel<Arguments, "rows" | "length" | Uniforms> {
  return memoKernel(`${name}, row by ${form}`, (key) => {
    const { bindings, uniforms = {} as Record<Uniforms, ScalarType>, header = "", body } = spec();
    const shared = form === "workgroup";
    return defineKernel({
      key,
      bindings,
      uniforms: { rows: "u32", length: "u32", ...uniforms },
      workgroup: [WIDTH],
      header: `const LANES = ${shared ? WIDTH : 1}u;\n${shared ? SHARED : ALONE}${header}`,
      body: `${
        shared
          ? `${LINEAR_GROUP} let row = group; let lane = li;`
          : `${linearIndex()} let row = i; let lane = 0u;`
      }
  if (row >= u.rows) { return; }
  let base = row * u.length;
${body}`,
    });
  });
}

const ALONE = `
fn rowSum(v: f32, lane: u32) -> f32 { return v; }
fn rowMax(v: f32, lane: u32) -> f32 { return v; }
`;

const SHARED = `
var<workgroup> partial: array<f32, ${WIDTH}>;
${merging("rowSum", "a + b")}
${merging("rowMax", "max(a, b)")}
`;

function merging(name: string, merge: string): string {
  return `fn ${name}(v: f32, lane: u32) -> f32 {
  workgroupBarrier();
  partial[lane] = v;
  ${
    mergeTree(
      WIDTH,
      (into, from) =>
        `let a = partial[${into}]; let b = partial[${from}]; partial[${into}] = ${merge};`,
      "lane",
    )
  }
  workgroupBarrier();
  return partial[0];
}`;
}
