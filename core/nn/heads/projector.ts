import { l2Normalize } from "../../autograd/ops/divergence.ts";
import { add, mul, relu } from "../../autograd/ops/pointwise.ts";
import type { Builder, Layer } from "../builder.ts";

/** Settings of {@linkcode projectorHead}. */
export interface ProjectorOptions {
  /** Numbers of the hidden layer. */
  readonly hidden: number;
  /** Whether batch norm follows the hidden layer. */
  readonly norm: boolean;
  /** Projectors side by side, whose mean is taken before it is scaled; 1 by default. */
  readonly copies?: number;
  /** Length of the vectors. */
  readonly outputs: number;
}

/**
 * A projector of contrastive losses: linear, batch norm where asked for (momentum 0.1, eps 1e-5), ReLU,
 * linear, and each row divided by its length, which counts as 1e-12 at least. Layers are numbered as
 * in PyTorch's `Sequential`: `NAME.0`, `NAME.1`, `NAME.3`, without batch norm `NAME.0`, `NAME.2`; further
 * copies are `NAME_2`, `NAME_3`.
 */
export function projectorHead(
  b: Builder,
  name: string,
  inputs: number,
  { copies = 1, ...options }: ProjectorOptions,
): Layer {
  const all = Array.from(
    { length: copies },
    (_, i) => perceptron(b, i === 0 ? name : `${name}_${i + 1}`, inputs, options),
  );
  return (x, pass) => {
    const total = all.map((layer) => layer(x, pass)).reduce(add);
    return l2Normalize(copies === 1 ? total : mul(total, 1 / copies));
  };
}

function perceptron(
  b: Builder,
  name: string,
  inputs: number,
  { hidden, norm, outputs }: Omit<ProjectorOptions, "copies">,
): Layer {
  const first = b.linear(`${name}.0`, inputs, hidden);
  const middle: Layer = norm
    ? b.batchNorm(`${name}.1`, hidden, { activation: { kind: "relu" } })
    : (x) => relu(x);
  const last = b.linear(`${name}.${norm ? 3 : 2}`, hidden, outputs);
  return (x, pass) => last(middle(first(x, pass), pass), pass);
}
