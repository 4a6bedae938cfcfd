import {
  broadcastKernel,
  mapKernel,
  pointwiseGroups,
  scalarGroups,
} from "../../../kernels/pointwise.ts";
import { broadcastShapes, broadcastStrides, sameShape, type Shape } from "../shape.ts";
import { record } from "../tape.ts";
import { type AnyTensor, Tensor } from "../tensor.ts";
import { BINARY, type BinaryName, UNARY, type UnaryName } from "./pointwise_table.ts";
import { sumTo } from "./sum_to.ts";

/** Records `y = expression` over tensors of one shape; not on the tape. */
export function map(
  name: string,
  args: Readonly<Record<string, Tensor>>,
  expression: string,
  { s = 0, t = 0, out }: { s?: number; t?: number; out?: Tensor | undefined } = {},
): Tensor {
  const tensors = Object.values(args);
  const first = tensors[0]!; // every expression has an argument
  const y = out ?? first.device.empty(first.shape);
  first.device.dispatch(
    mapKernel(name, Object.keys(args), expression),
    [...tensors, y],
    [Math.ceil(y.size / 4), s, t],
    pointwiseGroups(y.size),
  );
  return y;
}

/** Applies a row of the unary table. */
export function unary(name: UnaryName, x: Tensor, s = 0, t = 0): Tensor {
  requireFloat(name, x);
  const { forward, backward } = UNARY[name];
  const y = map(name, { x }, forward, { s, t });
  if (backward === null) return y;
  const args = usedIn(backward, { x, y });
  return record(name, [x], y, Object.values(args), (dy) => [
    backward === "dy" ? dy : map(`d ${name}`, { dy, ...args }, backward, { s, t }),
  ]);
}

/** Applies a row of the binary table; numbers are made tensors of rank 0. */
export function binary(name: BinaryName, a: Tensor | number, b: Tensor | number): Tensor {
  const { device } = a instanceof Tensor ? a : b instanceof Tensor ? b : noTensor(name);
  if (typeof a === "number") return binary(name, device.tensor([a], []), b);
  if (typeof b === "number") return binary(name, a, device.tensor([b], []));
  requireFloat(name, a);
  requireFloat(name, b);
  const { forward, backward } = BINARY[name];
  const shape = broadcastShapes(a.shape, b.shape, name);
  const y = broadcast(name, a, b, shape, forward);
  if (backward === null) return y;
  const used = new Set(backward.flatMap((text) => Object.keys(usedIn(text, { a, b }))));
  const saved = [used.has("a") ? a : null, used.has("b") ? b : null].filter((x) => x !== null);
  return record(name, [a, b], y, saved, (dy, { needs }) =>
    ([a, b] as const).map((input, i) => {
      if (!needs(i)) return undefined;
      const text = backward[i]!; // one formula an input
      return sumTo(factorOf(name, i, dy, a, b, text), input.shape);
    }));
}

/** The gradient of one input of a binary row, in the shape of the result. */
function factorOf(
  name: string,
  input: number,
  dy: Tensor,
  a: Tensor,
  b: Tensor,
  text: string,
): Tensor {
  if (text === "dy") return dy;
  const used = usedIn(text, { a, b });
  const operands = Object.entries(used);
  if (operands.every(([, x]) => sameShape(x.shape, dy.shape))) {
    return map(`d${input} ${name}`, { dy, ...used }, text);
  }
  const first = operands[0]!; // something differs in shape, so there is an operand
  if (operands.length === 1) {
    const [variable, other] = first;
    const swapped = text.replaceAll(/\b(dy|a|b)\b/g, (v) => v === variable ? "b" : "a");
    return broadcast(`d${input} ${name}`, dy, other, dy.shape, swapped);
  }
  const wide = operands.map(([key, x]) => [key, expand(x, dy.shape)] as const);
  return map(`d${input} ${name}`, { dy, ...Object.fromEntries(wide) }, text);
}

/** `x` stretched to a shape; not on the tape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  return broadcast("expand", x, x, shape, "a");
}

function broadcast(name: string, a: Tensor, b: Tensor, shape: Shape, expression: string): Tensor {
  if (sameShape(a.shape, shape) && sameShape(b.shape, shape)) {
    return map(name, { a, b }, expression);
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

/** Those of the tensors whose names an expression uses. */
function usedIn<T>(expression: string, tensors: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(tensors).filter(([name]) => new RegExp(`\\b${name}\\b`).test(expression)),
  );
}

/** Refuses tensors that do not hold floats. */
export function requireFloat(name: string, x: AnyTensor): void {
  if (x.dtype !== "f32") throw new TypeError(`Cannot apply ${name} to ${x}: it takes f32`);
}

function noTensor(name: string): never {
  throw new TypeError(`Cannot apply ${name} to two numbers: one operand must be a tensor`);
}
