import type { Recipe, RecipeTarget } from "../../core/mod.ts";

/** Tails of the tables that ablations and figures are about; CIFAR-10 and -100 have several. */
const SPLITS: Readonly<Record<string, Recipe["split"]>> = {
  cifar10: { labeledMax: 1500, unlabeledMax: 3000, gammaLabeled: 100 },
  cifar100: { labeledMax: 150, unlabeledMax: 300, gammaLabeled: 50 },
  stl10: { labeledMax: 150, gammaLabeled: 20 },
  eurosat: { labeledMax: 700, unlabeledMax: 1400, gammaLabeled: 100 },
  tissuemnist: { labeledMax: 6500, unlabeledMax: 13_000, gammaLabeled: 100 },
};

/** Small ImageNet-127, of which the repository has settings for other methods alone. */
const IMAGENET: Recipe = {
  model: "resnet-50",
  steps: 250_000,
  epochSteps: 500,
  evaluateEvery: 500,
  batch: { labeled: 64, ratio: 1 },
  learningRate: 2e-3,
  optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  weightDecay: 1e-4,
};

/**
 * How ADELLO's repository trains every method for imbalance: 2^18 steps of 64 labeled and 128
 * unlabeled images at the constant rate 0.03, labeled images in the unlabeled set as well. On small
 * ImageNet-127 Adam at 2e-3, as it has it for its baselines there; a configuration of ADELLO itself
 * was not released. Of `synthetic` the base's short run is left as it is.
 */
export function adelloTraining({ dataset }: RecipeTarget): Recipe {
  if (dataset === "synthetic") return {};
  return {
    model: "wrn-28-2",
    modelVariant: "usb",
    steps: 2 ** 18,
    epochSteps: 1024,
    evaluateEvery: 1024,
    batch: { labeled: 64, ratio: 2 },
    learningRate: 0.03,
    schedule: "constant",
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: 5e-4,
    decayRule: "dimensions",
    average: { decay: 0.999, warmup: false, buffers: "copy" },
    ...(dataset === "imagenet127" ? IMAGENET : {}),
    augment: "adello",
    split: { protocol: "adello", ...SPLITS[dataset] },
  };
}

/** ADELLO's training; on STL-10 it distills from the first step, on `synthetic` early in its run. */
export function adelloRecipe(target: RecipeTarget): Recipe {
  const after: Readonly<Record<string, number>> = { stl10: 0, synthetic: 150 };
  const distillAfter = after[target.dataset];
  return {
    ...adelloTraining(target),
    ...distillAfter !== undefined && { options: { distillAfter } },
  };
}
