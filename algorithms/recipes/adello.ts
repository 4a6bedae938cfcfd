import { entryOf, type PublishedRecipe, type Recipe, type RecipeTarget } from "../../core/mod.ts";
import { usbOptions, usbTraining } from "./usb.ts";

/** Tails of the tables that ablations and figures are about; CIFAR-10 and -100 have several. */
const TAILS: Readonly<Record<string, Recipe["split"]>> = {
  cifar10: { labeledMax: 1500, unlabeledMax: 3000, gammaLabeled: 100 },
  cifar100: { labeledMax: 150, unlabeledMax: 300, gammaLabeled: 50 },
  stl10: { labeledMax: 150, gammaLabeled: 20 },
  eurosat: { labeledMax: 700, unlabeledMax: 1400, gammaLabeled: 100 },
  tissuemnist: { labeledMax: 6500, unlabeledMax: 13_000, gammaLabeled: 100 },
};

/** Small ImageNet-127, of which the repository has settings for Supervised and CReST alone. */
const IMAGENET: Recipe = {
  model: "resnet-50",
  steps: 250_000,
  epochSteps: 500,
  evaluateEvery: 500,
  learningRate: 2e-3,
  schedule: "constant",
  optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  weightDecay: 1e-4,
};

/** Five generations of 100 epochs. */
const IMAGENET_CREST: Recipe = { steps: 5 * 25_000, epochSteps: 250, evaluateEvery: 250 };

/** First step of distillation, where it is not that of CIFAR. */
const DISTILL_AFTER: Readonly<Record<string, number>> = { stl10: 0, synthetic: 150 };

/**
 * ADELLO (Sanchez Aimar et al., ECCV 2024), whose repository is a fork of USB: 2^18 steps of 64 labeled
 * and 128 unlabeled images, SGD at the constant rate 0.03, labeled images in the unlabeled set as
 * well; FixMatch and Supervised alone go down along a cosine, and Supervised has no unlabeled images.
 * On small ImageNet-127 Adam at 2e-3 with as many unlabeled as labeled images, as the repository has
 * it for its baselines there; a configuration of ADELLO itself was not released.
 */
export const adello: PublishedRecipe = {
  name: "adello",
  paper: "ADELLO (ECCV 2024)",
  settings: adelloTraining,
  options: (target) => {
    const distillAfter = entryOf(DISTILL_AFTER, target.dataset), methods = usbOptions(target);
    return {
      ...methods,
      debiaspl: target.dataset === "synthetic" ? {} : { tau: 0.5, margin: 0.4 },
      ...(target.dataset === "imagenet127"
        ? { crest: { ...methods["crest"], generations: 5 } }
        : {}),
      ...(distillAfter === undefined ? {} : { adello: { distillAfter } }),
    };
  },
};

function adelloTraining(target: RecipeTarget): Recipe {
  const { dataset, base, addons } = target, training = usbTraining(target);
  if (dataset === "synthetic") return training;
  const { labeled = 64, ratio = 2 } = training.batch ?? {}, imagenet = dataset === "imagenet127";
  return {
    ...training,
    ...(imagenet ? { ...IMAGENET, batch: { labeled, ratio: Math.min(1, ratio) } } : {}),
    ...(imagenet && addons.includes("crest") ? IMAGENET_CREST : {}),
    augment: "adello",
    split: {
      protocol: "adello",
      ...(base === "supervised" ? { includeLabeled: false } : {}),
      ...entryOf(TAILS, dataset),
    },
  };
}

/** An add-on's own: the repository's training; of `synthetic` the base's short run is left. */
export function adelloMethod(method: "adello" | "udal" | "rda"): (target: RecipeTarget) => Recipe {
  return (target) => {
    const options = entryOf(adello.options(target), method) ?? {},
      alone = { ...target, addons: [method] };
    return target.dataset === "synthetic" ? { options } : { ...adelloTraining(alone), options };
  };
}
