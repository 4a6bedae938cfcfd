import type { Tensor } from "../autograd/tensor.ts";
import type { Builder, Layer, Pass } from "./builder.ts";

/** What a network is built for. */
export interface ModelInput {
  /** Number of classes. */
  readonly classes: number;
  /** Width and height of the images in pixels. */
  readonly size: number;
}

/** A network as its builder leaves it: a body that makes features, and heads on them. */
export interface Body {
  /** Length of a feature vector. */
  readonly features: number;
  /** Images [batch, size, size, 3] to features [batch, features]. */
  forward(x: Tensor, pass: Pass): Tensor;
  /**
   * Images to the last map [batch, height, width, features], whose mean over the pixels `forward` gives;
   * for methods that normalise it once more. Networks without one do not carry those.
   */
  map?(x: Tensor, pass: Pass): Tensor;
  /** Classifiers side by side in the head `experts`, where there is one. */
  readonly experts?: number;
  /**
   * Heads from features to logits [batch, classes] by name; `main` classifies. Of several experts
   * the logits are [batch, experts, classes].
   */
  readonly heads: Readonly<Record<string, Layer>> & { readonly main: Layer };
}

/**
 * A kind of network. Anything with this form can be trained.
 *
 * @example The smallest one
 * ```ts
 * import { globalAvgPool, type Model } from "@longtail/longtail/core";
 *
 * export const tiny: Model = {
 *   name: "tiny",
 *   build(b, { classes }) {
 *     const conv = b.conv2d("conv", 3, 8, 3, { padding: 1 });
 *     const norm = b.batchNorm("bn", 8, { activation: { kind: "relu" } });
 *     return {
 *       features: 8,
 *       forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
 *       heads: { main: b.linear("fc", 8, classes) },
 *     };
 *   },
 * };
 * ```
 */
export interface Model {
  /** Name for messages and logs. */
  readonly name: string;
  /** Whose published form it is, of models that have several. */
  readonly variant?: string;
  /** Declares the parameters in PyTorch's registration order and returns the network. */
  build(b: Builder, input: ModelInput): Body;
}
