import {
  entryOf,
  type OptionsByName,
  type PublishedRecipe,
  type Recipe,
  type RecipeTarget,
} from "../../core/mod.ts";
import { SHORT_RUN } from "./usb.ts";

const SHARED: Recipe = {
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  decayRule: "all",
  average: { decay: 0, warmup: false, buffers: "copy" },
  augment: "balpoe",
};

/** Batches of 128 images in an epoch, by γ: of 20,431, 13,996 and 12,406; 19,573, 12,608 and 10,847. */
const EPOCHS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  cifar10: { 10: 160, 50: 110, 100: 97 },
  cifar100: { 10: 153, 50: 99, 100: 85 },
};

/** Images of the largest class. */
const LARGEST: Readonly<Record<string, number>> = { cifar10: 5000, cifar100: 500 };

/** Steps of 64 images in an epoch of ImageNet-LT's 115,846. */
const IMAGENET_EPOCH = 1810;

/** Steps of 512 images in an epoch of iNaturalist's 437,513. */
const INATURALIST_EPOCH = 854;

/**
 * BalPoE (Sanchez Aimar et al., CVPR 2023), which learns from labels alone. CIFAR: 200 epochs of
 * batches of 128, SGD 0.1 with Nesterov momentum, decay 5e-4 on everything, by 0.1 at epochs 160 and
 * 180 after 5 of warm-up, ResNet-32 with three experts, no average. ImageNet-LT: ResNet-50, 180 epochs of
 * batches of 64, 0.025 along half a cosine; small ImageNet the same, its epochs counted likewise.
 * iNaturalist 2018: 100 epochs of batches of 512, rate 0.2 and decay 2e-4. Other data sets train as
 * CIFAR-100. ImageNet-LT and iNaturalist are learned whole; ResNeXt-50 is
 * `model=resnext-50-experts-3`. Methods with one classifier have the network with one expert.
 *
 * Its long training (`balpoe.training=long`) has 400 epochs, on CIFAR with twice the epochs of all
 * else, and other views. On `synthetic` a short run of three linear experts.
 */
export const balpoe: PublishedRecipe = {
  name: "balpoe",
  paper: "BalPoE (CVPR 2023)",
  settings(target) {
    if (target.dataset === "synthetic") return SHORT_RUN;
    const long = target.given["balpoe"]?.["training"] === "long";
    const recipe = trainingOf(target, long);
    return long ? { ...recipe, augment: "balpoe-long" } : recipe;
  },
  options: ({ dataset }): OptionsByName =>
    dataset === "cifar10"
      ? { balpoe: { alpha: 0.8 } }
      : dataset.startsWith("imagenet")
      ? { balpoe: { alpha: 0.3, tau: [0, 1.25, 2.5] } }
      : dataset === "inaturalist2018"
      ? { balpoe: { alpha: 0.2, tau: [-1, 1, 3] } }
      : {},
};

function trainingOf({ dataset, base, given }: RecipeTarget, long: boolean): Recipe {
  const experts = base === "balpoe" ? 3 : 1;
  const species = dataset === "inaturalist2018";
  if (species || dataset.startsWith("imagenet")) {
    const epochSteps = species ? INATURALIST_EPOCH : IMAGENET_EPOCH;
    return {
      ...SHARED,
      model: `resnet-50-experts-${experts}`,
      steps: (long ? 400 : species ? 100 : 180) * epochSteps,
      epochSteps,
      evaluateEvery: epochSteps,
      batch: { labeled: species ? 512 : 64, ratio: 0 },
      learningRate: species ? 0.2 : 0.025,
      ...(species && { weightDecay: 2e-4 }),
      schedule: "half-cosine-epochs",
      ...(dataset === "imagenet127" ? {} : { split: { protocol: "balpoe" } }),
    };
  }
  const labeledMax = entryOf(LARGEST, dataset);
  const epochs = entryOf(EPOCHS, dataset) ?? {},
    gamma = Number(given["split"]?.["gammaLabeled"] ?? 100);
  const epochSteps = epochs[gamma] ?? epochs[100] ?? 85;
  return {
    ...SHARED,
    model: `resnet-32-experts-${experts}`,
    steps: (long ? 400 : 200) * epochSteps,
    epochSteps,
    evaluateEvery: epochSteps,
    batch: { labeled: 128, ratio: 0 },
    learningRate: 0.1,
    schedule: "multistep-epochs",
    warmupSteps: (long ? 10 : 5) * epochSteps,
    ...(labeledMax ? { split: { protocol: "balpoe", gammaLabeled: 100, labeledMax } } : {}),
  };
}
