import { globalAvgPool } from "../autograd/ops/pool.ts";
import type { Builder, Layer } from "./builder.ts";
import type { Body, Model, ModelInput } from "./model.ts";
import {
  type ResidualBlock,
  residualStage,
  residualStem,
  RESNEXT,
  type StemSize,
} from "./residual_stage.ts";
import type { WideResNetVariant } from "./wide_resnet.ts";

/** Depths that {@linkcode resNet} knows. */
export type ResNetDepth = 18 | 34 | 50;

/** Settings of {@linkcode resNet}. */
export interface ResNetOptions {
  /** Number of layers. */
  readonly depth: ResNetDepth;
  /** Whose names and heads: `simpro` has two heads more that its code never trains. */
  readonly variant?: WideResNetVariant;
  /**
   * `small`: 3×3 stride 1, for images up to 64 pixels, as all systems use on small ImageNet.
   * `large`: 7×7 stride 2 and max pooling, as torchvision. By default it follows the image size.
   */
  readonly stem?: StemSize;
  /** Depth 50 only: 3×3 convolutions of 32 groups, four channels each in the first stage (ResNeXt). */
  readonly next?: boolean;
}

const BLOCKS: Readonly<Record<ResNetDepth, readonly [number, number, number, number]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
};

const HEADS: Readonly<
  Record<WideResNetVariant, readonly (readonly [head: string, name: string, outputs?: number])[]>
> = {
  simpro: [["main", "fc"], ["balanced", "fc1"], ["rotation", "rot", 4]],
  usb: [["main", "classifier"]],
  daso: [["main", "classifier.classifier"]],
  cossl: [["main", "output"], ["rotation", "rot", 4]],
  cdmad: [["main", "output"], ["rotation", "rot", 4]],
};

/**
 * ResNet-18, -34 or -50 (He et al., 2016), the stride on the 3×3 convolution; batch-norm momentum
 * 0.1, eps 1e-5; Kaiming-normal by fan-out; Xavier-normal heads. SimPro, ACR, CoSSL and ADELLO use
 * the 50-layer one with the small stem on ImageNet at 32 and 64 pixels.
 *
 * With `next` ResNeXt-50 32×4d (Xie et al., 2017), torchvision's `resnext50_32x4d`.
 *
 * @throws {RangeError} If there is no such depth.
 */
export function resNet(options: ResNetOptions): Model {
  const { depth, variant = "simpro", stem, next = false } = options;
  if (!Object.hasOwn(BLOCKS, depth)) {
    throw new RangeError(`There is no ResNet of depth ${depth}: choose 18, 34 or 50`);
  }
  if (next && depth !== 50) {
    throw new RangeError(`There is no ResNeXt of depth ${depth}: choose 50`);
  }
  return {
    name: `${next ? "resnext" : "resnet"}-${depth}`,
    variant,
    build: (b, input) =>
      build(b, input, {
        depth,
        variant,
        next,
        stem: stem ?? (input.size > 64 ? "large" : "small"),
      }),
  };
}

function build(b: Builder, input: ModelInput, o: Required<ResNetOptions>): Body {
  const stem = residualStem(b, o.stem);
  const block: ResidualBlock = o.depth === 50 ? "bottleneck" : "basic";
  const widen = block === "bottleneck" ? 4 : 1;
  const stages = BLOCKS[o.depth].map((blocks, stage) =>
    residualStage(b, `layer${stage + 1}`, {
      block,
      stem: o.stem,
      blocks,
      inputs: stage === 0 ? 64 : 32 * 2 ** stage * widen,
      planes: 64 * 2 ** stage,
      stride: stage === 0 ? 1 : 2,
      ...(o.next && { cardinality: RESNEXT }),
    })
  );
  const features = 512 * widen;
  const heads = Object.fromEntries(
    HEADS[o.variant].map(([head, name, outputs]) => [
      head,
      b.linear(name, features, outputs ?? input.classes),
    ]),
  ) as Body["heads"]; // every variant lists `main`
  const map: Layer = (x, pass) => stages.reduce((y, stage) => stage(y, pass), stem(x, pass));
  return { features, heads, map, forward: (x, pass) => globalAvgPool(map(x, pass)) };
}
