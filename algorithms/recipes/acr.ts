import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "./usb.ts";
import { SIMPRO_SPLITS, SIMPRO_TRAINING } from "./simpro.ts";

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
