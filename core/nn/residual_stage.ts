import { add, relu } from "../autograd/ops/pointwise.ts";
import { maxPool2d } from "../autograd/ops/pool.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Builder, Layer, NormOptions, Pass } from "./builder.ts";

/** Two 3×3 convolutions, or a 3×3 one between two 1×1 ones, the last four times as wide. */
export type ResidualBlock = "basic" | "bottleneck";

/**
 * `small`: 3×3 stride 1, for images up to 64 pixels. `large`: 7×7 stride 2 and max pooling, as
 * torchvision.
 */
export type StemSize = "small" | "large";

/** Settings of {@linkcode residualStage}. */
export interface StageOptions {
  /** Kind of its blocks. */
  readonly block: ResidualBlock;
  /** Stem of the network, which decides the names of projections. */
  readonly stem: StemSize;
  /** Number of blocks. */
  readonly blocks: number;
  /** Channels that come in. */
  readonly inputs: number;
  /** Channels of the 3×3 convolutions; of bottlenecks with a cardinality, see there. */
  readonly planes: number;
  /** Stride of the first block. */
  readonly stride: number;
  /** Bottlenecks only: groups of the 3×3 convolutions; one, as wide as `planes`, by default. */
  readonly cardinality?: Cardinality;
}

/** How a bottleneck's 3×3 convolution is cut (Xie et al., "Aggregated residual transformations", 2017). */
export interface Cardinality {
  /** Number of groups. */
  readonly groups: number;
  /** Channels of a group at 64 planes, in proportion at more. */
  readonly width: number;
}

/** ResNeXt's 32×4d. */
export const RESNEXT: Cardinality = { groups: 32, width: 4 };

const PLAIN: Cardinality = { groups: 1, width: 64 };

const NORM: NormOptions = { momentum: 0.1, eps: 1e-5 };
const NORM_RELU: NormOptions = { ...NORM, activation: { kind: "relu" } };

/** First layers of a residual network: 64 channels, batch norm, ReLU. */
export function residualStem(b: Builder, size: StemSize): Layer {
  const large = size === "large";
  const conv = large
    ? b.conv2d("conv1", 3, 64, 7, { stride: 2, padding: 3 })
    : b.conv2d("conv1", 3, 64, 3, { padding: 1 });
  const norm = b.batchNorm("bn1", 64, NORM_RELU);
  return (x, pass) => {
    const y = norm(conv(x, pass), pass);
    return large ? maxPool2d(y, { kernel: 3, stride: 2, padding: 1 }) : y;
  };
}

/** Blocks one after the other, `NAME.0`, `NAME.1` and so on (He et al., 2016). */
export function residualStage(b: Builder, name: string, o: StageOptions): Layer {
  const make = o.block === "bottleneck" ? bottleneck : basic;
  const outputs = o.planes * (o.block === "bottleneck" ? 4 : 1);
  // torchvision calls the projection `downsample`, the systems' own small networks `shortcut`.
  const projection = o.stem === "large" ? "downsample" : "shortcut";
  const layers = Array.from({ length: o.blocks }, (_, i) =>
    make(b, {
      name: `${name}.${i}`,
      projection,
      inputs: i === 0 ? o.inputs : outputs,
      planes: o.planes,
      stride: i === 0 ? o.stride : 1,
      ...(o.cardinality && { cardinality: o.cardinality }),
    }));
  return (x, pass) => layers.reduce((y, layer) => layer(y, pass), x);
}

interface BlockOptions {
  readonly name: string;
  readonly projection: string;
  readonly inputs: number;
  readonly planes: number;
  readonly stride: number;
  readonly cardinality?: Cardinality;
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
  const { name, inputs, planes, stride, cardinality: { groups, width } = PLAIN } = o;
  const inner = Math.floor(planes * width / 64) * groups;
  const conv1 = b.conv2d(`${name}.conv1`, inputs, inner, 1);
  const bn1 = b.batchNorm(`${name}.bn1`, inner, NORM_RELU);
  const conv2 = b.conv2d(`${name}.conv2`, inner, inner, 3, { stride, padding: 1, groups });
  const bn2 = b.batchNorm(`${name}.bn2`, inner, NORM_RELU);
  const conv3 = b.conv2d(`${name}.conv3`, inner, 4 * planes, 1);
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
