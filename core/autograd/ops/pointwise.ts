import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { binary, unary } from "./apply.ts";

/** `a + b`, broadcasting. */
export function add(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof b === "number" && typeof a !== "number") return unary("addNumber", a, b);
  if (typeof a === "number" && typeof b !== "number") return unary("addNumber", b, a);
  return binary("add", a, b);
}

/** `a - b`, broadcasting. */
export function sub(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof b === "number" && typeof a !== "number") return unary("addNumber", a, -b);
  if (typeof a === "number" && typeof b !== "number") return unary("subtractFromNumber", b, a);
  return binary("sub", a, b);
}

/** `a * b`, broadcasting. */
export function mul(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof b === "number" && typeof a !== "number") return unary("mulNumber", a, b);
  if (typeof a === "number" && typeof b !== "number") return unary("mulNumber", b, a);
  return binary("mul", a, b);
}

/** `a / b`, broadcasting. */
export function div(a: Tensor | number, b: Tensor | number): Tensor {
  if (typeof b === "number" && typeof a !== "number") return unary("mulNumber", a, 1 / b);
  if (typeof a === "number" && typeof b !== "number") return unary("divideNumber", b, a);
  return binary("div", a, b);
}

/** The larger of `a` and `b`, broadcasting; at a tie the gradient goes to `a`. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === "number" ? unary("maximumNumber", a, b) : binary("maximum", a, b);
}

/** The smaller of `a` and `b`, broadcasting; at a tie the gradient goes to `a`. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === "number" ? unary("minimumNumber", a, b) : binary("minimum", a, b);
}

/** 1 where `a > b`, else 0; broadcasting, without gradient. */
export function greater(a: Tensor, b: Tensor): Tensor {
  return binary("greater", a, b);
}

/** 1 where `a >= b`, else 0; broadcasting, without gradient. */
export function greaterEqual(a: Tensor, b: Tensor): Tensor {
  return binary("greaterEqual", a, b);
}

/** 1 where `a == b`, else 0; broadcasting, without gradient. */
export function equal(a: Tensor, b: Tensor): Tensor {
  return binary("equal", a, b);
}

/** `-x`. */
export function neg(x: Tensor): Tensor {
  return unary("neg", x);
}

/** `eˣ`. */
export function exp(x: Tensor): Tensor {
  return unary("exp", x);
}

/** Natural logarithm; −∞ at 0, NaN below. */
export function log(x: Tensor): Tensor {
  return unary("log", x);
}

/** Square root. */
export function sqrt(x: Tensor): Tensor {
  return unary("sqrt", x);
}

/** `x²`. */
export function square(x: Tensor): Tensor {
  return unary("square", x);
}

/** `|x|`; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return unary("abs", x);
}

/** `1 / x`. */
export function reciprocal(x: Tensor): Tensor {
  return unary("reciprocal", x);
}

/** `1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return unary("sigmoid", x);
}

/** Hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return unary("tanh", x);
}

/** `max(x, 0)`; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return unary("relu", x);
}

/** `x` where positive, else `slope · x`; the gradient at 0 is `slope`, as in PyTorch. */
export function leakyRelu(x: Tensor, slope = 0.1): Tensor {
  return unary("leakyRelu", x, slope);
}

/** `x` to the power of a number; a negative `x` takes whole numbers only. */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 0) return unary("atLeast", x, -Infinity);
  if (exponent === 0.5) return sqrt(x);
  if (exponent === 2) return square(x);
  if (exponent === -1) return reciprocal(x);
  if (!Number.isInteger(exponent)) return unary("pow", x, exponent);
  return unary(exponent % 2 === 0 ? "powEven" : "powOdd", x, exponent);
}

/** `x` kept within `[low, high]`; the gradient is 0 outside. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  if (!(low <= high)) throw new RangeError(`Cannot clamp to [${low}, ${high}]: the range is empty`);
  return unary("clamp", x, low, high);
}

/** 1 where `x >= threshold`, else 0; without gradient. */
export function atLeast(x: Tensor, threshold: number): Tensor {
  return unary("atLeast", x, threshold);
}

/** 1 where `x > threshold`, else 0; without gradient. */
export function above(x: Tensor, threshold: number): Tensor {
  return unary("above", x, threshold);
}

/** −1, 0 or 1; without gradient. */
export function sign(x: Tensor): Tensor {
  return unary("sign", x);
}

/** The largest whole number not above `x`; without gradient. */
export function floor(x: Tensor): Tensor {
  return unary("floor", x);
}

/** `a + (b - a) · share`, broadcasting. */
export function lerp(a: Tensor, b: Tensor, share: Tensor | number): Tensor {
  const shape = broadcastShapes(a.shape, b.shape, "lerp"); // so that the error names what was called
  if (typeof share !== "number") broadcastShapes(shape, share.shape, "lerp");
  return add(a, mul(sub(b, a), share));
}
