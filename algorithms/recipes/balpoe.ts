import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "./usb.ts";

const SHARED: Recipe = {
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  decayRule: "all",
  average: { decay: 0, warmup: false, buffers: "copy" },
  augment: "balpoe",
};

/** CIFAR with so many steps of 128 images an epoch. */
function cifar(epochSteps: number, long: boolean): Recipe {
  return {
    ...SHARED,
    model: "resnet-32-experts-3",
    steps: (long ? 400 : 200) * epochSteps,
    epochSteps,
    evaluateEvery: epochSteps,
    batch: { labeled: 128, ratio: 0 },
    learningRate: 0.1,
    schedule: "multistep-epochs",
    warmupSteps: (long ? 10 : 5) * epochSteps,
  };
}

/** Steps of 64 images in an epoch of ImageNet-LT's 115,846. */
const IMAGENET_EPOCH = 1810;

const IMAGENET: Recipe = {
  ...SHARED,
  model: "resnet-50-experts-3",
  steps: 180 * IMAGENET_EPOCH,
  epochSteps: IMAGENET_EPOCH,
  evaluateEvery: IMAGENET_EPOCH,
  batch: { labeled: 64, ratio: 0 },
  learningRate: 0.025,
  schedule: "half-cosine-epochs",
  options: { alpha: 0.3, tau: [0, 1.25, 2.5] },
};

/**
 * BalPoE's standard training. CIFAR at γ 100 (12,406 and 10,847 images): 200 epochs of batches of
 * 128, SGD 0.1 with Nesterov momentum, decay 5e-4 on everything, by 0.1 at epochs 160 and 180 after 5
 * of warm-up, ResNet-32 with three experts, no average. Small ImageNet has what was published for
 * ImageNet-LT: ResNet-50, 180 epochs of batches of 64, 0.025 along half a cosine; its epochs are
 * counted as those of ImageNet-LT, whose tail is a list of files. Other data sets train as CIFAR-100.
 * iNaturalist is not among them; it was published with 100 epochs of batches of 512, rate 0.2, decay
 * 2e-4, α 0.2 and τ −1, 1, 3 on the network of ImageNet.
 *
 * Its long training (`balpoe.training=long`) has 400 epochs, on CIFAR with twice the epochs of all
 * else, and other views. On `synthetic` a short run of three linear experts.
 */
export function balpoeRecipe(target: RecipeTarget): Recipe {
  const long = target.given["balpoe"]?.["training"] === "long";
  const recipe = trainingOf(target, long);
  return long && target.dataset !== "synthetic" ? { ...recipe, augment: "balpoe-long" } : recipe;
}

function trainingOf({ dataset }: RecipeTarget, long: boolean): Recipe {
  const imagenet = long ? { ...IMAGENET, steps: 400 * IMAGENET_EPOCH } : IMAGENET;
  const split = { protocol: "balpoe", gammaLabeled: 100 };
  switch (dataset) {
    case "synthetic":
      return usbRecipe({ dataset });
    case "cifar10":
      return { ...cifar(97, long), split: { ...split, labeledMax: 5000 }, options: { alpha: 0.8 } };
    case "cifar100":
      return { ...cifar(85, long), split: { ...split, labeledMax: 500 } };
    case "imagenet127":
      return imagenet;
    case "imagenet1k":
      return { ...imagenet, split: { protocol: "balpoe" } };
    default:
      return cifar(85, long);
  }
}
