/**
 * Elementwise functions of one tensor. `forward` is WGSL in `x` and the numbers `s`, `t`;
 * `backward` in `dy` and what it names of `x` and `y`, or null where there is no gradient.
 * Constants are written `T(1)`, so that one expression serves vec4 and scalars.
 *
 * WGSL lets an adapter drop NaN in comparisons, `max`, `min` and `clamp`, so that it may come out of
 * these as a number: look for it in logits and gradients, by `allFinite`.
 */
export const UNARY = {
  neg: { forward: "-x", backward: "-dy" },
  exp: { forward: "exp(x)", backward: "dy * y" },
  log: { forward: "log(x)", backward: "dy / x" },
  sqrt: { forward: "sqrt(x)", backward: "dy / (T(2) * y)" },
  square: { forward: "x * x", backward: "T(2) * dy * x" },
  abs: { forward: "abs(x)", backward: "dy * sign(x)" },
  reciprocal: { forward: "T(1) / x", backward: "-dy * y * y" },
  sigmoid: { forward: "T(1) / (T(1) + exp(-x))", backward: "dy * y * (T(1) - y)" },
  // Large arguments overflow exp inside some drivers' tanh.
  tanh: { forward: "tanh(clamp(x, T(-15), T(15)))", backward: "dy * (T(1) - y * y)" },
  relu: { forward: "max(x, T(0))", backward: "select(T(0), dy, x > T(0))" },
  leakyRelu: { forward: "select(s * x, x, x > T(0))", backward: "select(s * dy, dy, x > T(0))" },
  // WGSL leaves the power of a negative base open, hence three rows; x⁰ in a gradient is 1 at 0 too.
  pow: { forward: "pow(x, s)", backward: "dy * s * select(pow(x, s - T(1)), T(1), s == T(1))" },
  powEven: {
    forward: "pow(abs(x), s)",
    backward: "dy * s * sign(x) * pow(abs(x), s - T(1))",
  },
  powOdd: {
    forward: "sign(x) * pow(abs(x), s)",
    backward: "dy * s * select(pow(abs(x), s - T(1)), T(1), s == T(1))",
  },
  clamp: {
    forward: "clamp(x, s, t)",
    backward: "select(T(0), dy, (x >= s) & (x <= t))",
  },
  // At a tie the gradient passes, as it does for maximum and minimum of tensors.
  maximumNumber: { forward: "max(x, s)", backward: "select(T(0), dy, x >= s)" },
  minimumNumber: { forward: "min(x, s)", backward: "select(T(0), dy, x <= s)" },
  addNumber: { forward: "x + s", backward: "dy" },
  // s - x, for numbers from which tensors are subtracted.
  subtractFromNumber: { forward: "s - x", backward: "-dy" },
  mulNumber: { forward: "x * s", backward: "dy * s" },
  // s / x, for numbers divided by tensors.
  divideNumber: { forward: "s / x", backward: "-dy * y / x" },
  atLeast: { forward: "select(T(0), T(1), x >= s)", backward: null },
  above: { forward: "select(T(0), T(1), x > s)", backward: null },
  sign: { forward: "sign(x)", backward: null },
  floor: { forward: "floor(x)", backward: null },
} as const satisfies Readonly<Record<string, { forward: string; backward: string | null }>>;

/**
 * Elementwise functions of two tensors that broadcast. `backward` holds the gradients for `a` and
 * `b` before they are summed over broadcast axes, in `dy` and what it names of `a` and `b`.
 */
export const BINARY = {
  add: { forward: "a + b", backward: ["dy", "dy"] },
  sub: { forward: "a - b", backward: ["dy", "-dy"] },
  mul: { forward: "a * b", backward: ["dy * b", "dy * a"] },
  div: { forward: "a / b", backward: ["dy / b", "-dy * a / (b * b)"] },
  // At a tie the gradient goes to `a`.
  maximum: {
    forward: "max(a, b)",
    backward: ["select(T(0), dy, a >= b)", "select(T(0), dy, b > a)"],
  },
  minimum: {
    forward: "min(a, b)",
    backward: ["select(T(0), dy, a <= b)", "select(T(0), dy, b < a)"],
  },
  greater: { forward: "select(T(0), T(1), a > b)", backward: null },
  greaterEqual: { forward: "select(T(0), T(1), a >= b)", backward: null },
  equal: { forward: "select(T(0), T(1), a == b)", backward: null },
} as const satisfies Readonly<
  Record<string, { forward: string; backward: readonly [string, string] | null }>
>;

/** Name of a row of {@linkcode UNARY}. */
export type UnaryName = keyof typeof UNARY;

/** Name of a row of {@linkcode BINARY}. */
export type BinaryName = keyof typeof BINARY;
