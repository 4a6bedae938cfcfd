import { concat, reshape, slice } from "../autograd/ops/layout.ts";
import { mean } from "../autograd/ops/reduce.ts";
import type { Builder, Layer } from "./builder.ts";
import { cosineLayer } from "./cosine_layer.ts";

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
