import { entryOf, type PublishedRecipe, type Recipe, type RecipeTarget } from "../../core/mod.ts";
import { ratioOf } from "./base_kinds.ts";
import { SHORT_RUN } from "./usb.ts";

/** What SimPro and ACR share on every data set. */
export const REALISTIC: Recipe = {
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
export const REALISTIC_TAILS: Readonly<Record<string, Recipe["split"]>> = {
  cifar10: { labeledMax: 500, unlabeledMax: 4000, gammaLabeled: 100 },
  cifar100: { labeledMax: 50, unlabeledMax: 400, gammaLabeled: 20 },
  stl10: { labeledMax: 450, gammaLabeled: 10 },
  imagenet1k: { labeledMax: 256, unlabeledMax: 1024, gammaLabeled: 256 },
};

/** 86 epochs. */
const CIFAR: Recipe = { learningRate: 0.17, steps: 43_000 };

const IMAGENET: Recipe = { model: "resnet-50", learningRate: 0.01, steps: 250_000 };

const LOW = { strength: 1, threshold: 0.2 };

/**
 * SimPro (Du, Han and Huang, ICML 2024) as its script trains: on CIFAR and STL-10 86 epochs of 500
 * steps, 64 labeled and 512 (STL-10: 1024) unlabeled images, SGD 0.17 along 7/16 of a half cosine, a
 * Wide ResNet 28-2; on small ImageNet 500 epochs of 32 and 64 images, 0.01, a ResNet-50. Decay 5e-4 on
 * what is not called bias or bn, average 0.999 of parameters. τ is 2 and the threshold 0.95 with ten
 * classes, 1 and 0.2 with more. Its labeled images are no unlabeled ones.
 */
export const simpro: PublishedRecipe = {
  name: "simpro",
  paper: "SimPro (ICML 2024)",
  settings: simproTraining,
  options: ({ dataset }) =>
    dataset === "cifar100" || dataset.startsWith("imagenet") ? { simpro: LOW } : {},
};

function simproTraining({ dataset, base }: RecipeTarget): Recipe {
  if (dataset === "synthetic") {
    // κ divides the labeled loss: as many unlabeled images for each labeled one as published.
    const split = { ...SHORT_RUN.split, unlabeledMax: 96 };
    return { ...SHORT_RUN, epochSteps: 50, learningRate: 0.1, split };
  }
  const imagenet = dataset.startsWith("imagenet");
  const usual = imagenet ? 2 : dataset === "stl10" ? 16 : 8;
  return {
    ...REALISTIC,
    augment: "simpro",
    ...(imagenet ? IMAGENET : CIFAR),
    batch: { labeled: imagenet ? 32 : 64, ratio: ratioOf(base, usual) },
    split: { protocol: "simpro", ...entryOf(REALISTIC_TAILS, dataset) },
  };
}
