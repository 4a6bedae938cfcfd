import { add, relu } from "../autograd/ops/pointwise.ts";
import { globalAvgPool, maxPool2d } from "../autograd/ops/pool.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Builder, Layer, NormOptions, Pass } from "./builder.ts";
import type { Body, Model, ModelInput } from "./model.ts";
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
  readonly stem?: "small" | "large";
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
};

const NORM: NormOptions = { momentum: 0.1, eps: 1e-5 };
const NORM_RELU: NormOptions = { ...NORM, activation: { kind: "relu" } };

/**
 * ResNet-18, -34 or -50 (He et al., 2016), the stride on the 3×3 convolution; batch-norm momentum
 * 0.1, eps 1e-5; Kaiming-normal by fan-out; Xavier-normal heads. SimPro, ACR, CoSSL and ADELLO use
 * the 50-layer one with the small stem on ImageNet at 32 and 64 pixels.
 *
 * @throws {RangeError} If there is no such depth.
 */
export function resNet(options: ResNetOptions): Model {
  const { depth, variant = "simpro", stem } = options;
  if (!(depth in BLOCKS)) {
    throw new RangeError(`There is no ResNet of depth ${depth}: choose 18, 34 or 50`);
  }
  return {
    name: `resnet-${depth}`,
    build: (b, input) =>
      build(b, input, { depth, variant, stem: stem ?? (input.size > 64 ? "large" : "small") }),
  };
}

function build(b: Builder, input: ModelInput, o: Required<ResNetOptions>): Body {
  const large = o.stem === "large";
  const conv = large
    ? b.conv2d("conv1", 3, 64, 7, { stride: 2, padding: 3 })
    : b.conv2d("conv1", 3, 64, 3, { padding: 1 });
  const norm = b.batchNorm("bn1", 64, NORM_RELU);
  // torchvision calls the projection `downsample`, the systems' own small networks `shortcut`.
  const projection = large ? "downsample" : "shortcut";
  const layers: Layer[] = [];
  let channels = 64;
  BLOCKS[o.depth].forEach((blocks, stage) => {
    for (let i = 0; i < blocks; i++) {
      const block = {
        name: `layer${stage + 1}.${i}`,
        projection,
        inputs: channels,
        planes: 64 * 2 ** stage,
        stride: stage > 0 && i === 0 ? 2 : 1,
      };
      layers.push(o.depth === 50 ? bottleneck(b, block) : basic(b, block));
      channels = block.planes * (o.depth === 50 ? 4 : 1);
    }
  });
  const heads = Object.fromEntries(
    HEADS[o.variant].map(([head, name, outputs]) => [
      head,
      b.linear(name, channels, outputs ?? input.classes),
    ]),
  ) as Body["heads"]; // every variant lists `main`
  return {
    features: channels,
    heads,
    forward(x, pass) {
      let y = norm(conv(x, pass), pass);
      if (large) y = maxPool2d(y, { kernel: 3, stride: 2, padding: 1 });
      for (const layer of layers) y = layer(y, pass);
      return globalAvgPool(y);
    },
  };
}

interface BlockOptions {
  readonly name: string;
  readonly projection: string;
  readonly inputs: number;
  readonly planes: number;
  readonly stride: number;
}

function basic(b: Builder, o: BlockOptions): Layer {
  const { name, inputs, planes, stride } = o;
  const conv1 = b.conv2d(`${name}.conv1`, inputs, planes, 3, { stride, padding: 1 });
  const bn1 = b.batchNorm(`${name}.bn1`, planes, NORM_RELU);
  const conv2 = b.conv2d(`${name}.conv2`, planes, planes, 3, { padding: 1 });
  const bn2 = b.batchNorm(`${name}.bn2`, planes, NORM);
  const side = shortcut(b, o, planes);
  return (x: Tensor, pass: Pass) => {
    const y = bn2(conv2(bn1(conv1(x, pass), pass), pass), pass);
    return relu(add(y, side(x, pass)));
  };
}

function bottleneck(b: Builder, o: BlockOptions): Layer {
  const { name, inputs, planes, stride } = o;
  const conv1 = b.conv2d(`${name}.conv1`, inputs, planes, 1);
  const bn1 = b.batchNorm(`${name}.bn1`, planes, NORM_RELU);
  const conv2 = b.conv2d(`${name}.conv2`, planes, planes, 3, { stride, padding: 1 });
  const bn2 = b.batchNorm(`${name}.bn2`, planes, NORM_RELU);
  const conv3 = b.conv2d(`${name}.conv3`, planes, 4 * planes, 1);
  const bn3 = b.batchNorm(`${name}.bn3`, 4 * planes, NORM);
  const side = shortcut(b, o, 4 * planes);
  return (x: Tensor, pass: Pass) => {
    const y = bn2(conv2(bn1(conv1(x, pass), pass), pass), pass);
    return relu(add(bn3(conv3(y, pass), pass), side(x, pass)));
  };
}

function shortcut(b: Builder, o: BlockOptions, outputs: number): Layer {
  if (o.stride === 1 && o.inputs === outputs) return (x) => x;
  const name = `${o.name}.${o.projection}`;
  const conv = b.conv2d(`${name}.0`, o.inputs, outputs, 1, { stride: o.stride });
  const norm = b.batchNorm(`${name}.1`, outputs, NORM);
  return (x, pass) => norm(conv(x, pass), pass);
}
