import {
  broadcastKernel,
  mapKernel,
  pointwiseGroups,
  scalarGroups,
} from "../../../kernels/pointwise.ts";
import type { Kernel } from "../../../kernels/kernel.ts";
import { broadcastShapes, broadcastStrides, sameShape, type Shape } from "../shape.ts";
import { record } from "../tape.ts";
import { type AnyTensor, Tensor } from "../tensor.ts";
import { BINARY, type BinaryName, UNARY, type UnaryName } from "./pointwise_table.ts";
import { expand } from "./strided.ts";
import { sumTo } from "./sum_to.ts";

/** Records `y = expression` over tensors of one shape; not on the tape. */
export function map(
  name: string,
  args: Readonly<Record<string, Tensor>>,
  expression: string,
  { s = 0, t = 0, out }: { s?: number; t?: number; out?: Tensor | undefined } = {},
): Tensor {
  return run(mapKernel(name, Object.keys(args), expression), Object.values(args), { s, t, out });
}

function run(
  kernel: Kernel,
  args: readonly Tensor[],
  { s = 0, t = 0, out }: { s?: number; t?: number; out?: Tensor | undefined } = {},
): Tensor {
  const first = args[0]!; // every expression has an argument
  const y = out ?? first.device.empty(first.shape);
  first.device.dispatch(
    kernel,
    [...args, y],
    [Math.ceil(y.size / 4), s, t],
    pointwiseGroups(y.size),
  );
  return y;
}

/** Kernels of a row of the unary table, and what the backward one reads besides `dy`. */
interface UnaryPlan {
  readonly forward: Kernel;
  /** Null where the gradient is `dy` itself. */
  readonly backward: Kernel | null;
  readonly reads: readonly ("x" | "y")[];
}

const unaryPlans = new Map<UnaryName, UnaryPlan>();

function unaryPlan(name: UnaryName): UnaryPlan {
  let plan = unaryPlans.get(name);
  if (!plan) {
    const { forward, backward } = UNARY[name];
    const reads = variablesOf(backward ?? "", ["x", "y"]);
    plan = {
      forward: mapKernel(name, ["x"], forward),
      backward: backward === null || backward === "dy"
        ? null
        : mapKernel(`d ${name}`, ["dy", ...reads], backward),
      reads,
    };
    unaryPlans.set(name, plan);
  }
  return plan;
}

/** Applies a row of the unary table. */
export function unary(name: UnaryName, x: Tensor, s = 0, t = 0): Tensor {
  requireFloat(name, x);
  const { forward, backward, reads } = unaryPlan(name);
  const y = run(forward, [x], { s, t });
  if (UNARY[name].backward === null) return y;
  const saved = reads.map((v) => v === "x" ? x : y);
  return record(
    name,
    [x],
    y,
    saved,
    (dy) => [backward === null ? dy : run(backward, [dy, ...saved], { s, t })],
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
    }));
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
  const args = reads.map((v) => expand(operands[v], dy.shape));
  return run(mapKernel(name, ["dy", ...reads], text), [dy, ...args]);
}

function broadcast(name: string, a: Tensor, b: Tensor, shape: Shape, expression: string): Tensor {
  if (sameShape(a.shape, shape) && sameShape(b.shape, shape)) {
    return run(mapKernel(name, ["a", "b"], expression), [a, b]);
  }
  const y = a.device.empty(shape);
  const { dims, sa, sb } = collapse(shape, a.shape, b.shape);
  a.device.dispatch(
    broadcastKernel(name, expression, dims.length),
    [a, b, y],
    [y.size, ...dims.flatMap((d, i) => [d, sa[i]!, sb[i]!])], // strides have the dims' length
    scalarGroups(y.size),
  );
  return y;
}

/** Merges neighbouring axes that both operands walk through alike, to save index arithmetic. */
function collapse(shape: Shape, a: Shape, b: Shape) {
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
  return dims.length > 0 ? { dims, sa, sb } : { dims: [1], sa: [0], sb: [0] };
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
