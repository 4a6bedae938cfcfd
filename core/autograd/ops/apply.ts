import {
  broadcastKernel,
  type BroadcastUniform,
  mapKernel,
  pointwiseGroups,
  scalarGroups,
} from "../../../kernels/pointwise.ts";
import type { Precision, UniformValues } from "../../../kernels/kernel.ts";
import { broadcastShapes, broadcastStrides, sameShape, type Shape } from "../shape.ts";
import { record } from "../tape.ts";
import { type AnyTensor, Tensor } from "../tensor.ts";
import { BINARY, type BinaryName, UNARY, type UnaryName } from "./pointwise_table.ts";
import { expand } from "./strided.ts";
import { sumTo } from "./reduce_axes.ts";

/** Records `y = expression` over tensors of one shape; not on the tape. */
export function map(
  name: string,
  args: Readonly<Record<string, Tensor>>,
  expression: string,
  { s = 0, t = 0, out }: { s?: number; t?: number; out?: Tensor | undefined } = {},
): Tensor {
  const [first] = Object.values(args) as [Tensor]; // every expression has an argument
  const kernel = mapKernel(name, Object.keys(args), expression, first.precision);
  return run(kernel, args, { s, t, out });
}

function run(
  kernel: MapKernel,
  args: Readonly<Record<string, Tensor>>,
  { s = 0, t = 0, out: given }: { s?: number; t?: number; out?: Tensor | undefined } = {},
): Tensor {
  const [first] = Object.values(args) as [Tensor]; // every expression has an argument
  const out = given ?? first.device.emptyLike(first);
  const n = Math.ceil(out.size / 4);
  first.device.dispatch(kernel, { ...args, out }, { n, s, t }, pointwiseGroups(out.size));
  return out;
}

type MapKernel = ReturnType<typeof mapKernel>;

/** Kernels of a row of the unary table, and what the backward one reads besides `dy`. */
interface UnaryPlan {
  readonly forward: MapKernel;
  /** Null where the gradient is `dy` itself. */
  readonly backward: MapKernel | null;
  readonly reads: readonly ("x" | "y")[];
}

const unaryPlans: Readonly<Record<Precision, Map<UnaryName, UnaryPlan>>> = {
  f32: new Map(),
  f16: new Map(),
};

function unaryPlan(name: UnaryName, precision: Precision): UnaryPlan {
  let plan = unaryPlans[precision].get(name);
  if (!plan) {
    const { forward, backward } = UNARY[name];
    const reads = variablesOf(backward ?? "", ["x", "y"]);
    plan = {
      forward: mapKernel(name, ["x"], forward, precision),
      backward: backward === null || backward === "dy"
        ? null
        : mapKernel(`d ${name}`, ["dy", ...reads], backward, precision),
      reads,
    };
    unaryPlans[precision].set(name, plan);
  }
  return plan;
}

/** Applies a row of the unary table. */
export function unary(name: UnaryName, x: Tensor, s = 0, t = 0): Tensor {
  requireFloat(name, x);
  const { forward, backward, reads } = unaryPlan(name, x.precision);
  const y = run(forward, { x }, { s, t });
  if (UNARY[name].backward === null) return y;
  const operands = { x, y };
  const saved = reads.map((v) => operands[v]);
  return record(
    name,
    [x],
    y,
    saved,
    (dy) => [backward === null ? dy : run(backward, { dy, ...pick(operands, reads) }, { s, t })],
    { s, t },
  );
}

/** How one input of a row of the binary table gets its gradient. */
interface Factor {
  readonly name: string;
  readonly text: string;
  readonly reads: readonly ("a" | "b")[];
  /** The formula with `dy` called `a` and the only operand `b`, where there is only one. */
  readonly paired: string;
}

const factors = new Map<BinaryName, readonly Factor[]>();

function factorsOf(name: BinaryName): readonly Factor[] {
  let found = factors.get(name);
  if (!found) {
    found = (BINARY[name].backward ?? []).map((text, input) => {
      const reads = variablesOf(text, ["a", "b"]);
      const paired = text.replaceAll(/\b(dy|a|b)\b/g, (v) => v === reads[0] ? "b" : "a");
      return { name: `d${input} ${name}`, text, reads, paired };
    });
    factors.set(name, found);
  }
  return found;
}

/** Applies a row of the binary table; numbers are made tensors of rank 0. */
export function binary(name: BinaryName, a: Tensor | number, b: Tensor | number): Tensor {
  const { device } = a instanceof Tensor ? a : b instanceof Tensor ? b : noTensor(name);
  if (typeof a === "number") return binary(name, device.tensor([a], []), b);
  if (typeof b === "number") return binary(name, a, device.tensor([b], []));
  requireFloat(name, a);
  requireFloat(name, b);
  const shape = broadcastShapes(a.shape, b.shape, name);
  const y = broadcast(name, a, b, shape, BINARY[name].forward);
  const gradients = factorsOf(name);
  if (gradients.length === 0) return y;
  const operands = { a, b };
  const saved = (["a", "b"] as const).filter((v) => gradients.some((g) => g.reads.includes(v)))
    .map((v) => operands[v]);
  return record(name, [a, b], y, saved, (dy, { needs }) =>
    gradients.map((factor, i) => {
      if (!needs(i)) return undefined;
      return sumTo(applyFactor(factor, dy, operands), (i === 0 ? a : b).shape);
    }), {});
}

/** The gradient of one input of a binary row, in the shape of the result. */
function applyFactor(
  { name, text, reads, paired }: Factor,
  dy: Tensor,
  operands: { readonly a: Tensor; readonly b: Tensor },
): Tensor {
  if (text === "dy") return dy;
  const [first, second] = reads.map((v) => operands[v]);
  if (first && !second && !sameShape(first.shape, dy.shape)) {
    return broadcast(name, dy, first, dy.shape, paired);
  }
  const args: Record<string, Tensor> = { dy };
  for (const v of reads) args[v] = expand(operands[v], dy.shape);
  return map(name, args, text);
}

function broadcast(name: string, a: Tensor, b: Tensor, shape: Shape, expression: string): Tensor {
  if (sameShape(a.shape, shape) && sameShape(b.shape, shape)) {
    return map(name, { a, b }, expression);
  }
  const y = a.device.empty(shape);
  const { rank, uniforms } = collapse(shape, a.shape, b.shape);
  a.device.dispatch(
    broadcastKernel(name, expression, rank),
    { a, b, y },
    { n: y.size, ...uniforms },
    scalarGroups(y.size),
  );
  return y;
}

/** Merges neighbouring axes that both operands walk through alike, to save index arithmetic. */
function collapse(
  shape: Shape,
  a: Shape,
  b: Shape,
): { rank: number; uniforms: UniformValues<BroadcastUniform> } {
  const wideA = broadcastStrides(a, shape), wideB = broadcastStrides(b, shape);
  const dims: number[] = [], sa: number[] = [], sb: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    const d = shape[i]!, ra = wideA[i]!, rb = wideB[i]!; // all have the shape's rank
    if (d === 1) continue;
    const last = dims.length - 1;
    if (last >= 0 && sa[last] === ra * d && sb[last] === rb * d) {
      dims[last]! *= d; // last is inside, here and below
      sa[last] = ra;
      sb[last] = rb;
    } else {
      dims.push(d);
      sa.push(ra);
      sb.push(rb);
    }
  }
  const uniforms: Record<BroadcastUniform, number> = { d0: 1, a0: 0, b0: 0 };
  dims.forEach((d, i) => {
    uniforms[`d${i}`] = d;
    uniforms[`a${i}`] = sa[i]!; // strides and sizes are as many
    uniforms[`b${i}`] = sb[i]!;
  });
  return { rank: Math.max(dims.length, 1), uniforms };
}

/** Those of the tensors that are named. */
function pick<V extends string>(
  tensors: Readonly<Record<V, Tensor>>,
  names: readonly V[],
): Record<string, Tensor> {
  return Object.fromEntries(names.map((name) => [name, tensors[name]]));
}

/** Those of the variables that an expression uses. */
function variablesOf<V extends string>(expression: string, variables: readonly V[]): V[] {
  return variables.filter((v) => new RegExp(`\\b${v}\\b`).test(expression));
}

/** Refuses tensors that do not hold floats. */
export function requireFloat(name: string, x: AnyTensor): void {
  if (x.dtype !== "f32") throw new TypeError(`Cannot apply ${name} to ${x}: it takes f32`);
}

function noTensor(name: string): never {
  throw new TypeError(`Cannot apply ${name} to two numbers: one operand must be a tensor`);
}
