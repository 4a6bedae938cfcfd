import { l2Normalize } from "../autograd/ops/divergence.ts";
import { transpose } from "../autograd/ops/layout.ts";
import { matmul } from "../autograd/ops/matmul.ts";
import { mul } from "../autograd/ops/pointwise.ts";
import type { Builder, Layer } from "./builder.ts";
import { unitColumns } from "./init.ts";

/**
 * A cosine classifier, `scale · (x / ‖x‖) · (W_c / ‖W_c‖)` for each class c: `NAME.weight`
 * [inputs, outputs], without a bias. Lengths below 1e-12 count as that.
 */
export function cosineLayer(
  b: Builder,
  name: string,
  { inputs, outputs, scale }: {
    readonly inputs: number;
    readonly outputs: number;
    readonly scale: number;
  },
): Layer {
  const weight = b.parameter(`${name}.weight`, [inputs, outputs], unitColumns(outputs));
  return (x, pass) =>
    mul(
      matmul(l2Normalize(x), l2Normalize(transpose(weight(pass))), { transposeB: true }),
      scale,
    );
}
