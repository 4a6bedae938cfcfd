import { concat } from "../autograd/ops/layout.ts";
import { globalAvgPool } from "../autograd/ops/pool.ts";
import { expertHeads } from "./expert_heads.ts";
import type { Model } from "./model.ts";
import { residualStage, residualStem, RESNEXT, type StemSize } from "./residual_stage.ts";

/** Settings of {@linkcode expertResNet50}. */
export interface ExpertResNet50Options {
  /** Number of experts, each with stages three and four and a classifier of its own. */
  readonly experts: number;
  /** What cosines are multiplied by; 30 by default. */
  readonly scale?: number;
  /** By default `large` for images of more than 64 pixels. */
  readonly stem?: StemSize;
  /** Whether 3×3 convolutions have 32 groups, as ResNeXt-50 32×4d. */
  readonly next?: boolean;
}

/**
 * BalPoE's ResNet-50 or, with `next`, ResNeXt-50 for ImageNet-LT and iNaturalist: stem and first two
 * stages are shared, the third and fourth stage and a cosine classifier are each expert's own; features
 * and heads as of `expertResNet`.
 *
 * @throws {RangeError} If there is no expert.
 */
export function expertResNet50(options: ExpertResNet50Options): Model {
  const { experts, scale = 30, stem, next = false } = options;
  if (!(experts >= 1)) {
    throw new RangeError(`A network of ${experts} experts is none: take 1 or more`);
  }
  return {
    name: `${next ? "resnext" : "resnet"}-50-experts-${experts}`,
    build(b, { classes, size }) {
      const shape = stem ?? (size > 64 ? "large" : "small");
      const common = {
        block: "bottleneck",
        stem: shape,
        stride: 2,
        ...(next && { cardinality: RESNEXT }),
      } as const;
      const first = residualStem(b, shape);
      const one = { ...common, blocks: 3, inputs: 64, planes: 64, stride: 1 };
      const layer1 = residualStage(b, "layer1", one);
      const layer2 = residualStage(b, "layer2", { ...common, blocks: 4, inputs: 256, planes: 128 });
      const each = [...Array(experts).keys()];
      const three = { ...common, blocks: 6, inputs: 512, planes: 256 };
      const third = each.map((e) => residualStage(b, `layer3s.${e}`, three));
      const four = { ...common, blocks: 3, inputs: 1024, planes: 512 };
      const fourth = each.map((e) => residualStage(b, `layer4s.${e}`, four));
      const heads = expertHeads(b, { experts, width: 2048, classes, scale });
      return {
        features: experts * 2048,
        experts,
        forward(x, pass) {
          const shared = layer2(layer1(first(x, pass), pass), pass);
          const own = each.map((e) => globalAvgPool(fourth[e]!(third[e]!(shared, pass), pass))); // each
          return own.length === 1 ? own[0]! : concat(own, 1); // there is one
        },
        heads,
      };
    },
  };
}
