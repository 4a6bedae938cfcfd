import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "./usb.ts";

/** What SimPro and ACR share on every data set. */
const SIMPRO_TRAINING: Recipe = {
  model: "wrn-28-2",
  modelVariant: "simpro",
  epochSteps: 500,
  evaluateEvery: 500,
  schedule: "cosine",
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  decayRule: "name",
  average: { decay: 0.999, warmup: false, buffers: "copy" },
};

/**
 * Tails of the tables of SimPro and ACR. Of `imagenet1k` a fifth of a tail from 1280 images down to 5
 * is labeled.
 */
const SIMPRO_SPLITS: Readonly<Record<string, Recipe["split"]>> = {
  cifar10: { labeledMax: 500, unlabeledMax: 4000, gammaLabeled: 100 },
  cifar100: { labeledMax: 50, unlabeledMax: 400, gammaLabeled: 20 },
  stl10: { labeledMax: 450, gammaLabeled: 10 },
  imagenet1k: { labeledMax: 256, unlabeledMax: 1024, gammaLabeled: 256 },
};

const CIFAR: Recipe = { learningRate: 0.17, steps: 43_000, batch: { labeled: 64, ratio: 8 } };
const IMAGENET: Recipe = {
  model: "resnet-50",
  learningRate: 0.01,
  steps: 250_000,
  batch: { labeled: 32, ratio: 2 },
};
const LOW: Recipe = { options: { strength: 1, threshold: 0.2 } };

/**
 * SimPro as its script trains it: 86 epochs of 500 steps at rate 0.17 on CIFAR and STL-10, a long
 * run of a ResNet-50 on small ImageNet; τ 2 and threshold 0.95 with ten classes, 1 and 0.2 with more.
 * On `synthetic` a short run.
 */
export function simproRecipe({ dataset }: RecipeTarget): Recipe {
  if (dataset === "synthetic") {
    // κ divides the labeled loss: as many unlabeled images for each labeled one as published.
    const small = usbRecipe({ dataset });
    const split = { ...small.split, unlabeledMax: 96 };
    return { ...small, epochSteps: 50, learningRate: 0.1, split };
  }
  const own: Readonly<Record<string, Recipe>> = {
    cifar100: { ...CIFAR, ...LOW },
    stl10: { ...CIFAR, batch: { labeled: 64, ratio: 16 } },
    imagenet127: { ...IMAGENET, ...LOW },
    imagenet1k: { ...IMAGENET, ...LOW },
  };
  const split = { protocol: "simpro", ...SIMPRO_SPLITS[dataset] };
  return { ...SIMPRO_TRAINING, augment: "simpro", ...(own[dataset] ?? CIFAR), split };
}

/**
 * ACR as its README trains it: 500 epochs of 500 steps at rate 0.03, as many unlabeled as labeled
 * images. Its CIFAR-100 numbers were published with a WRN-28-8; the released code came down to width
 * 2 later. On small ImageNet it takes a ResNet-50, as ACR† of SimPro's repository does. ACR† itself
 * (`acr.dynamic=false`) has width 2 everywhere; of small ImageNet-127 it leaves the labeled images
 * out of the unlabeled ones and tests on 50 images of each class, which is SimPro's protocol. On
 * `synthetic` a short run.
 */
export function acrRecipe({ dataset, given }: RecipeTarget): Recipe {
  if (dataset === "synthetic") return { ...usbRecipe({ dataset }), epochSteps: 50 };
  const dagger = given["acr"]?.["dynamic"] === false;
  const imagenet = dataset.startsWith("imagenet");
  const width = dataset === "cifar100" && !dagger ? 8 : 2;
  const protocol = dagger && dataset === "imagenet127" ? "simpro" : "acr";
  return {
    ...SIMPRO_TRAINING,
    model: imagenet ? "resnet-50" : `wrn-28-${width}`,
    steps: 250_000,
    batch: { labeled: 64, ratio: 1 },
    learningRate: 0.03,
    augment: "acr",
    split: { protocol, ...SIMPRO_SPLITS[dataset] },
  };
}
