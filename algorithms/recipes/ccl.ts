import { entryOf, type PublishedRecipe, type Recipe, type RecipeTarget } from "../../core/mod.ts";
import { acr } from "./acr.ts";
import { ratioOf } from "./base_kinds.ts";

/** How slowly estimates move where both sets are distributed alike or the unlabeled one is uniform. */
const CIFAR10 = { allMomentum: 0.9, estimateAfter: 20 };

/** Where the unlabeled classes are reversed, since August 2025: five refreshes an epoch, each a small one. */
const CIFAR10_REVERSED = { momentum: 0.999, allMomentum: 0.999, refresh: 100 };

const IMAGENET = { strength: 0.1, smooth: 1.5 };

/**
 * CCL (Zhou et al., NeurIPS 2024), whose code grew out of ACR's: its training, splits and views as
 * {@linkcode acr} has them, with labeled images in two contrast views as well, and a WRN-28-2 on
 * CIFAR-100 too. On small ImageNet-127 batches of 32 labeled and 64 unlabeled images. Estimates move by
 * half; on CIFAR-10 that of all images by a tenth, from epoch 21 on, and where the unlabeled classes
 * are reversed both by a thousandth, five times an epoch.
 */
export const ccl: PublishedRecipe = {
  name: "ccl",
  paper: "CCL (NeurIPS 2024)",
  settings: cclTraining,
  options: (target) => ({ ccl: cclOptions(target) }),
};

function cclTraining(target: RecipeTarget): Recipe {
  const { dataset, base } = target, training = acr.settings(target);
  if (dataset === "synthetic") return training;
  const imagenet = dataset.startsWith("imagenet");
  return {
    ...training,
    model: imagenet ? "resnet-50" : "wrn-28-2",
    augment: "ccl",
    ...(imagenet ? { batch: { labeled: 32, ratio: ratioOf(base, 2) } } : {}),
    split: { ...training.split, protocol: "acr" },
  };
}

function cclOptions({ dataset, given }: RecipeTarget): NonNullable<Recipe["options"]> {
  if (dataset.startsWith("imagenet")) return IMAGENET;
  if (dataset === "stl10") return { smooth: 1.5 };
  if (dataset !== "cifar10") return {};
  return entryOf({ reversed: CIFAR10_REVERSED }, String(given["split"]?.["unlabeled"])) ?? CIFAR10;
}
