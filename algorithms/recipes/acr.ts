import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "../recipes.ts";
import { SIMPRO_SPLITS, SIMPRO_TRAINING } from "./simpro.ts";

/**
 * ACR as its README trains it: 500 epochs of 500 steps at rate 0.03, as many unlabeled as labeled
 * images. Its CIFAR-100 numbers were published with a WRN-28-8; the released code came down to width
 * 2 later. On small ImageNet it takes a ResNet-50, as ACR† of SimPro's repository does. On
 * `synthetic` a short run.
 */
export function acrRecipe({ dataset }: RecipeTarget): Recipe {
  if (dataset === "synthetic") return { ...usbRecipe({ dataset }), epochSteps: 50 };
  const imagenet = dataset.startsWith("imagenet");
  return {
    ...SIMPRO_TRAINING,
    model: imagenet ? "resnet-50" : dataset === "cifar100" ? "wrn-28-8" : "wrn-28-2",
    steps: 250_000,
    batch: { labeled: 64, ratio: 1 },
    learningRate: 0.03,
    augment: "acr",
    split: { protocol: "acr", ...SIMPRO_SPLITS[dataset] },
  };
}
