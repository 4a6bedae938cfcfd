import { sameShape, type Shape } from "../shape.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import { planMatmul } from "./matmul_plan.ts";
import { reduceRun } from "./reduce_run.ts";

/** Which operands of {@linkcode matmul} are stored transposed. */
export interface MatmulOptions {
  /** Whether the first factor lies transposed. */
  readonly transposeA?: boolean;
  /** Whether the second factor lies transposed. */
  readonly transposeB?: boolean;
}

/**
 * Matrix product `op(a) · op(b)`, where `op` transposes the last two axes if asked to (the elements
 * stay where they are). Both have two axes, or both three with the same number of matrices.
 *
 * @param a `[M, K]` or `[batch, M, K]`; `[K, M]` if transposed.
 * @param b `[K, N]` or `[batch, K, N]`; `[N, K]` if transposed.
 * @returns `[M, N]` or `[batch, M, N]`.
 * @throws {TypeError} If the sizes do not fit.
 *
 * @example Rows times columns
 * ```ts
 * import { matmul, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const a = device.tensor([1, 2, 3, 4], [2, 2]), b = device.tensor([1, 0, 1, 1], [2, 2]);
 * assert.deepEqual([...await device.read(matmul(a, b))], [3, 2, 7, 4]);
 * device.destroy();
 * ```
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  requireFloat("matmul", a);
  requireFloat("matmul", b);
  const y = product(a, b, { transposeA, transposeB });
  return record("matmul", [a, b], y, [a, b], (dy, { needs, out }) => [
    !needs(0)
      ? undefined
      : transposeA
      ? product(b, dy, { transposeA: transposeB, transposeB: true, out: out(0) })
      : product(dy, b, { transposeB: !transposeB, out: out(0) }),
    !needs(1)
      ? undefined
      : transposeB
      ? product(dy, a, { transposeA: true, transposeB: transposeA, out: out(1) })
      : product(a, dy, { transposeA: !transposeA, out: out(1) }),
  ], { transposeA, transposeB });
}

/**
 * `x · wᵀ + b`, a fully connected layer.
 *
 * @param x `[..., in]`.
 * @param w `[out, in]`, as PyTorch stores it.
 * @param b `[out]`, or nothing.
 * @returns `[..., out]`.
 * @throws {TypeError} If the sizes do not fit.
 */
export function linear(x: Tensor, w: Tensor, b?: Tensor): Tensor {
  for (const t of b ? [x, w, b] : [x, w]) requireFloat("linear", t);
  const width = x.shape.at(-1);
  const [out = 0, inner] = w.shape;
  if (w.shape.length !== 2 || width !== inner || (b && !sameShape(b.shape, [out]))) {
    throw new TypeError(
      `Cannot apply a layer of weights ${w}${b ? ` and bias ${b}` : ""} to ${x}: needs ` +
        "[out, in], [out] and [..., in]",
    );
  }
  const flat = x.view([x.size / Math.max(inner ?? 1, 1), inner ?? 1]);
  const y = product(flat, w, { transposeB: true, bias: b }).view([...x.shape.slice(0, -1), out]);
  return record("linear", b ? [x, w, b] : [x, w], y, [x, w], (dy, { needs, out: place }) => {
    const d = dy.view([flat.shape[0]!, out]); // flat has two axes
    return [
      needs(0) ? product(d, w).view(x.shape) : undefined,
      needs(1) ? product(d, flat, { transposeA: true, out: place(1) }) : undefined,
      needs(2) ? sumRows(d, place(2)) : undefined,
    ];
  }, {});
}

/** What {@linkcode product} may be told. */
interface ProductOptions extends MatmulOptions {
  readonly bias?: Tensor | undefined;
  readonly out?: Tensor | undefined;
}

/** The product itself; not on the tape. */
function product(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false, bias, out }: ProductOptions = {},
): Tensor {
  const { device } = a;
  const [batch, [m, k]] = matrixOf(a, transposeA);
  const [batchB, [kB, n]] = matrixOf(b, transposeB);
  if (k !== kB || a.shape.length !== b.shape.length || batch !== batchB) {
    throw new TypeError(
      `Cannot multiply ${a}${transposeA ? "ᵀ" : ""} by ${b}${transposeB ? "ᵀ" : ""}: ` +
        (k === kB ? "numbers of matrices differ" : `inner sizes ${k} and ${kB} differ`),
    );
  }
  const shape: Shape = a.shape.length === 3 ? [batch, m, n] : [m, n];
  const variant = {
    transposeA,
    transposeB,
    vec4A: (transposeA ? m : k) % 4 === 0,
    vec4B: (transposeB ? k : n) % 4 === 0,
    vec4Y: n % 4 === 0,
    bias: bias !== undefined,
  };
  const { kernel, splits, chunk, grid } = planMatmul(
    { m, n, k, batches: batch },
    variant,
    device.software,
  );
  const y = splits === 1 ? out ?? device.empty(shape) : device.empty([batch * splits * m * n]);
  device.dispatch(
    kernel,
    { a, b, bias, y },
    { m, n, k, strideA: m * k, strideB: k * n, splits, chunk, batches: batch },
    y.size === 0 ? [0] : grid,
  );
  if (splits === 1) return y;
  const sum = { reduction: "sum", outer: batch, length: splits, inner: m * n, out } as const;
  return reduceRun(y, sum).view(shape);
}

function sumRows(x: Tensor, out: Tensor | undefined): Tensor {
  const [length = 0, inner = 0] = x.shape;
  return reduceRun(x, { reduction: "sum", outer: 1, length, inner, out });
}

function matrixOf(
  { shape }: Tensor,
  transposed: boolean,
): [batch: number, sizes: [rows: number, columns: number]] {
  if (shape.length !== 2 && shape.length !== 3) {
    throw new TypeError(`Cannot multiply a tensor of shape [${shape}]: it needs two or three axes`);
  }
  const [rows, columns] = shape.slice(-2) as [number, number]; // two axes at least
  return [shape.length === 3 ? shape[0]! : 1, transposed ? [columns, rows] : [rows, columns]];
}
