import { entryOf, type PublishedRecipe, type Recipe, type RecipeTarget } from "../../core/mod.ts";
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

/**
 * BalPoE (Sanchez Aimar et al., CVPR 2023), which learns from labels alone. CIFAR: 200 epochs of
 * batches of 128, SGD 0.1 with Nesterov momentum, decay 5e-4 on everything, by 0.1 at epochs 160 and
 * 180 after 5 of warm-up, ResNet-32 with three experts, no average. Small ImageNet has what was
 * published for ImageNet-LT: ResNet-50, 180 epochs of batches of 64, 0.025 along half a cosine; its
 * epochs are counted as those of ImageNet-LT, whose tail is a list of files. Other data sets train as
 * CIFAR-100. iNaturalist is not among them; it was published with 100 epochs of batches of 512, rate
 * 0.2, decay 2e-4, α 0.2 and τ −1, 1, 3 on the network of ImageNet. Methods with one classifier have
 * the network with one expert.
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
  options: ({ dataset }) =>
    dataset === "cifar10"
      ? { balpoe: { alpha: 0.8 } }
      : dataset.startsWith("imagenet")
      ? { balpoe: { alpha: 0.3, tau: [0, 1.25, 2.5] } }
      : {},
};

function trainingOf({ dataset, base, given }: RecipeTarget, long: boolean): Recipe {
  const experts = base === "balpoe" ? 3 : 1;
  if (dataset.startsWith("imagenet")) {
    return {
      ...SHARED,
      model: `resnet-50-experts-${experts}`,
      steps: (long ? 400 : 180) * IMAGENET_EPOCH,
      epochSteps: IMAGENET_EPOCH,
      evaluateEvery: IMAGENET_EPOCH,
      batch: { labeled: 64, ratio: 0 },
      learningRate: 0.025,
      schedule: "half-cosine-epochs",
      ...(dataset === "imagenet1k" ? { split: { protocol: "balpoe" } } : {}),
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
