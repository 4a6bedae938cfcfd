import { entryOf, type PublishedRecipe, type Recipe, type RecipeTarget } from "../../core/mod.ts";
import { ratioOf } from "./base_kinds.ts";
import { REALISTIC, REALISTIC_TAILS } from "./simpro.ts";
import { SHORT_RUN } from "./usb.ts";

/**
 * ACR (Wei and Gan, CVPR 2023) as its README trains: 500 epochs of 500 steps, 64 labeled and as many
 * unlabeled images, SGD 0.03 along 7/16 of a half cosine, decay 5e-4 on what is not called bias or
 * bn, average 0.999 of parameters; labeled images are among the unlabeled ones. A Wide ResNet 28-2;
 * ACR's own CIFAR-100 numbers were published with a WRN-28-8, and the released code came down to
 * width 2 later. On small ImageNet a ResNet-50, as ACR† of SimPro's repository has it.
 *
 * ACR† itself (`acr.dynamic=false`) has width 2 everywhere; of small ImageNet-127 it leaves the labeled
 * images out of the unlabeled ones and tests on 50 images of each class, which is SimPro's protocol.
 */
export const acr: PublishedRecipe = {
  name: "acr",
  paper: "ACR (CVPR 2023)",
  settings: acrTraining,
  options: () => ({}),
};

function acrTraining({ dataset, base, given }: RecipeTarget): Recipe {
  if (dataset === "synthetic") return { ...SHORT_RUN, epochSteps: 50 };
  const dagger = given["acr"]?.["dynamic"] === false;
  const width = dataset === "cifar100" && base === "acr" && !dagger ? 8 : 2;
  const protocol = dagger && dataset === "imagenet127" ? "simpro" : "acr";
  return {
    ...REALISTIC,
    model: dataset.startsWith("imagenet") ? "resnet-50" : `wrn-28-${width}`,
    steps: 250_000,
    batch: { labeled: 64, ratio: ratioOf(base, 1) },
    learningRate: 0.03,
    augment: "acr",
    split: { protocol, ...entryOf(REALISTIC_TAILS, dataset) },
  };
}
