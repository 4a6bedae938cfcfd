import { l2Normalize } from "../autograd/ops/divergence.ts";
import { concat, reshape, slice, transpose } from "../autograd/ops/layout.ts";
import { matmul } from "../autograd/ops/matmul.ts";
import { mul } from "../autograd/ops/pointwise.ts";
import { mean } from "../autograd/ops/reduce.ts";
import type { Builder, Layer } from "./builder.ts";
import { unitColumns } from "./init.ts";

/**
 * Cosine classifiers of experts whose features lie side by side [batch, experts · width]: `experts`
 * gives [batch, experts, classes], `main` the mean of the experts' logits.
 */
export function expertHeads(
  b: Builder,
  { experts, width, classes, scale }: {
    readonly experts: number;
    readonly width: number;
    readonly classes: number;
    /** What cosines are multiplied by. */
    readonly scale: number;
  },
): { readonly main: Layer; readonly experts: Layer } {
  const heads = Array.from(
    { length: experts },
    (_, e) => cosineLayer(b, `linears.${e}`, { inputs: width, outputs: classes, scale }),
  );
  const all: Layer = (features, pass) => {
    const logits = heads.map((head, e) =>
      head(slice(features, { axis: 1, start: e * width, end: (e + 1) * width }), pass)
    );
    return reshape(concat(logits, 1), [features.shape[0]!, experts, classes]); // two axes
  };
  return { main: (features, pass) => mean(all(features, pass), 1), experts: all };
}

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
