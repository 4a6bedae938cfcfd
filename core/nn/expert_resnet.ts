import { concat, pad } from "../autograd/ops/layout.ts";
import { avgPool2d, globalAvgPool } from "../autograd/ops/pool.ts";
import { add, relu } from "../autograd/ops/pointwise.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Builder, Layer, NormOptions } from "./builder.ts";
import { expertHeads } from "./expert_heads.ts";
import { kaimingNormal } from "./init.ts";
import type { Model } from "./model.ts";

/** Settings of {@linkcode expertResNet}. */
export interface ExpertResNetOptions {
  /** Number of experts, each with groups two and three and a classifier of its own. */
  readonly experts: number;
  /** Blocks of the three groups; five each by default, which makes depth 32. */
  readonly blocks?: readonly [number, number, number];
  /** Channels of the three groups; 16, 32 and 64 by default. */
  readonly widths?: readonly [number, number, number];
  /** What cosines are multiplied by; 30 by default. */
  readonly scale?: number;
}

const NORM: NormOptions = { momentum: 0.1, eps: 1e-5 };
const NORM_RELU: NormOptions = { ...NORM, activation: { kind: "relu" } };

/**
 * BalPoE's residual network for CIFAR with several experts: stem and first group are shared, the
 * second and third group and a cosine classifier are each expert's own. Features are the experts'
 * side by side [batch, experts · width]; the head `experts` gives [batch, experts, classes] and
 * `main` the mean of the experts' logits.
 *
 * @throws {RangeError} If there is no expert, or a group is narrower than the one before.
 */
export function expertResNet(options: ExpertResNetOptions): Model {
  const { experts, blocks = [5, 5, 5], widths = [16, 32, 64], scale = 30 } = options;
  if (!(experts >= 1)) {
    throw new RangeError(`A network of ${experts} experts is none: take 1 or more`);
  }
  if (widths[1] < widths[0] || widths[2] < widths[1]) {
    throw new RangeError(`Groups of ${widths.join(", ")} channels must not become narrower`);
  }
  return {
    name: `resnet-${2 * (blocks[0] + blocks[1] + blocks[2]) + 2}-experts-${experts}`,
    build(b, { classes }) {
      const conv = b.conv2d("conv1", 3, widths[0], 3, { padding: 1, init: kaimingNormal(3, 3) });
      const norm = b.batchNorm("bn1", widths[0], NORM_RELU);
      const shared = group(b, "layer1", {
        blocks: blocks[0],
        inputs: widths[0],
        outputs: widths[0],
        stride: 1,
      });
      const each = [...Array(experts).keys()];
      const second = each.map((e) =>
        group(b, `layer2s.${e}`, {
          blocks: blocks[1],
          inputs: widths[0],
          outputs: widths[1],
          stride: 2,
        })
      );
      const third = each.map((e) =>
        group(b, `layer3s.${e}`, {
          blocks: blocks[2],
          inputs: widths[1],
          outputs: widths[2],
          stride: 2,
        })
      );
      const heads = expertHeads(b, { experts, width: widths[2], classes, scale });
      return {
        features: experts * widths[2],
        experts,
        forward(x, pass) {
          const stem = shared(norm(conv(x, pass), pass), pass);
          const own = each.map((e) => globalAvgPool(third[e]!(second[e]!(stem, pass), pass))); // each
          return own.length === 1 ? own[0]! : concat(own, 1); // there is one
        },
        heads,
      };
    },
  };
}

interface GroupOptions {
  readonly blocks: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

function group(b: Builder, name: string, { blocks, inputs, outputs, stride }: GroupOptions): Layer {
  const layers = Array.from({ length: blocks }, (_, i) => {
    const inner = { inputs: outputs, outputs, stride: 1 };
    return block(b, `${name}.${i}`, i === 0 ? { inputs, outputs, stride } : inner);
  });
  return (x, pass) => layers.reduce((y, layer) => layer(y, pass), x);
}

function block(
  b: Builder,
  name: string,
  { inputs, outputs, stride }: Omit<GroupOptions, "blocks">,
): Layer {
  const init = (channels: number) => kaimingNormal(channels, 3);
  const conv1 = b.conv2d(`${name}.conv1`, inputs, outputs, 3, {
    stride,
    padding: 1,
    init: init(inputs),
  });
  const bn1 = b.batchNorm(`${name}.bn1`, outputs, NORM_RELU);
  const conv2 = b.conv2d(`${name}.conv2`, outputs, outputs, 3, {
    padding: 1,
    init: init(outputs),
  });
  const bn2 = b.batchNorm(`${name}.bn2`, outputs, NORM);
  return (x, pass) => {
    const y = bn2(conv2(bn1(conv1(x, pass), pass), pass), pass);
    return relu(add(y, shortcut(x, outputs, stride)));
  };
}

/** Every second pixel, and as many channels of zeros before as after (option A of He et al.). */
function shortcut(x: Tensor, outputs: number, stride: number): Tensor {
  const small = stride === 1 ? x : avgPool2d(x, { kernel: 1, stride });
  const inputs = small.shape[3]!; // images have four axes
  const before = Math.floor((outputs - inputs) / 2);
  return pad(small, { axis: 3, before, after: outputs - inputs - before });
}
