import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "../recipes.ts";

/** Steps of an epoch of 128 images at γ 100: 12406 and 10847 images. */
const EPOCH_STEPS = { cifar10: 97, cifar100: 85 } as const;
const EPOCHS = 200;

/** Mixup's α, with ten classes and with more, and what BalPoE has for ImageNet. */
const OPTIONS: Readonly<Record<string, Recipe["options"]>> = {
  cifar10: { alpha: 0.8 },
  imagenet127: { alpha: 0.3, tau: [0, 1.25, 2.5] },
  imagenet1k: { alpha: 0.3, tau: [0, 1.25, 2.5] },
};

/**
 * BalPoE's standard training on CIFAR at γ 100: 200 epochs of batches of 128, SGD 0.1 with Nesterov
 * momentum, decay 5e-4 on everything, by 0.1 at epochs 160 and 180 after 5 of warm-up, ResNet-32 with
 * three experts, no average. Its networks and cosine for large images are not listed: other data
 * sets train as CIFAR-100, with the τ and α published for ImageNet where they are ImageNet's. On
 * `synthetic` a short run of three linear experts.
 */
export function balpoeRecipe({ dataset }: RecipeTarget): Recipe {
  if (dataset === "synthetic") return usbRecipe({ dataset });
  const epochSteps = dataset === "cifar10" ? EPOCH_STEPS.cifar10 : EPOCH_STEPS.cifar100;
  const labeledMax = { cifar10: 5000, cifar100: 500 }[dataset];
  return {
    model: "resnet-32-experts-3",
    steps: EPOCHS * epochSteps,
    epochSteps,
    batch: { labeled: 128, ratio: 0 },
    learningRate: 0.1,
    schedule: "multistep-epochs",
    warmupSteps: 5 * epochSteps,
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: 5e-4,
    decayRule: "all",
    average: { decay: 0, warmup: false, buffers: "copy" },
    augment: "balpoe",
    split: labeledMax ? { protocol: "balpoe", labeledMax, gammaLabeled: 100 } : {},
    options: OPTIONS[dataset] ?? {},
  };
}
