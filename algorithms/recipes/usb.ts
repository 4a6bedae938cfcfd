import {
  entryOf,
  type OptionsByName,
  type PublishedRecipe,
  type Recipe,
  type RecipeTarget,
} from "../../core/mod.ts";
import { learnsAlone, ratioOf } from "./base_kinds.ts";

const SGD = { kind: "sgd", momentum: 0.9, nesterov: true } as const;

/**
 * A small, short run on `synthetic` that a laptop's CPU finishes. Every recipe has one there, this
 * one if nothing else is said.
 */
export const SHORT_RUN: Recipe = {
  model: "small-cnn",
  modelVariant: "daso",
  imageSize: 16,
  steps: 4000,
  epochSteps: 100,
  evaluateEvery: 500,
  batch: { labeled: 16, ratio: 2 },
  learningRate: 0.2,
  schedule: "cosine",
  optimizer: SGD,
  weightDecay: 2e-3,
  decayRule: "dimensions",
  split: { labeledMax: 16, gammaLabeled: 8, unlabeledMax: 800, gammaUnlabeled: 35 },
  average: { decay: 0.99, warmup: true, buffers: "average" },
  augment: "default",
};

/**
 * What the bases of USB's benchmark bring along by themselves: its balanced one (Wang et al.,
 * "USB: A unified semi-supervised learning benchmark", NeurIPS 2022, classic-CV configurations): SGD
 * 0.03 with Nesterov momentum 0.9, cosine over 7/16 of a half wave, 2^20 steps of 64 labeled and 448
 * unlabeled images (64 for those without a strong view), decay 5e-4 on weights of more than one
 * dimension, average 0.999, Wide ResNet 28-2, on STL-10 (published at 96 pixels) 37-2, USB's views.
 */
export function classicRecipe(
  { dataset, base }: Pick<RecipeTarget, "dataset" | "base">,
): Recipe {
  if (dataset === "synthetic") return SHORT_RUN;
  return {
    model: dataset === "stl10" ? "wrn-37-2" : "wrn-28-2",
    modelVariant: "usb",
    steps: 2 ** 20,
    epochSteps: 1024,
    batch: { labeled: 64, ratio: learnsAlone(base) ? 7 : ratioOf(base, 7) },
    learningRate: 0.03,
    schedule: "cosine",
    optimizer: SGD,
    weightDecay: dataset === "cifar100" ? 1e-3 : 5e-4,
    decayRule: "dimensions",
    average: { decay: 0.999, warmup: false, buffers: "copy" },
    augment: "usb",
  };
}

/** What a base of that benchmark brings along: its training, and its options on a data set. */
export function classicBase(base: string): (target: RecipeTarget) => Recipe {
  return (target) => ({
    ...classicRecipe(target),
    options: entryOf(classicOptions(target), base) ?? {},
  });
}

/** Data sets whose labeled images are too many to be drawn often. */
const LARGE: ReadonlySet<string> = new Set(["imagenet127", "semi-aves", "food101"]);

/** Options that differ from the defaults on some data sets. */
function classicOptions({ dataset }: Pick<RecipeTarget, "dataset">): OptionsByName {
  return {
    freematch: dataset === "svhn" ? { ceiling: 0.95 } : {},
    simmatch: LARGE.has(dataset) ? { network: "average", momentum: 0 } : {},
  };
}

/** Tails of its configurations. */
const TAILS: Readonly<Record<string, Recipe["split"]>> = {
  cifar10: { labeledMax: 1500, unlabeledMax: 3000, gammaLabeled: 100 },
  cifar100: { labeledMax: 150, unlabeledMax: 300, gammaLabeled: 10 },
  stl10: { labeledMax: 150, gammaLabeled: 10 },
};

/** Bases that are more than a base to this code, beside all stacks with an add-on. */
const MADE_FOR_IMBALANCE: ReadonlySet<string> = new Set(["acr", "simpro", "balpoe", "cpe"]);

/** Steps of a CReST generation, and how many there are. */
const GENERATION = 128 * 512, GENERATIONS = 6;

/**
 * USB's long-tailed benchmark (`config/classic_cv_imb`, whose results it keeps in
 * `results/classic_cv_imb.csv`; CPE runs on it too): Wide ResNet 28-2, 256 epochs of 1024 steps, 64
 * labeled and 128 unlabeled images (64 for methods that mix them), SGD 0.03 with Nesterov momentum
 * 0.9, decay 5e-4 on weights of more than one dimension, average 0.999 of parameters. The rate is
 * constant for methods made for imbalance; for a base alone it is a cosine over 7/16 of a half wave.
 * Labeled images are not among the unlabeled ones. CReST has six generations of 65,536 steps.
 */
export const usb: PublishedRecipe = {
  name: "usb",
  paper: "USB (NeurIPS 2022), classic_cv_imb",
  settings: (target) => ({
    ...usbTraining(target),
    ...(target.dataset === "synthetic" ? {} : {
      augment: "usb",
      split: { protocol: "adello", includeLabeled: false, ...entryOf(TAILS, target.dataset) },
    }),
  }),
  options: usbOptions,
};

/** What USB and ADELLO, its fork, share. */
export function usbTraining(target: RecipeTarget): Recipe {
  const { dataset, base, addons } = target;
  if (dataset === "synthetic") return SHORT_RUN;
  const imbalanced = addons.length > 0 || MADE_FOR_IMBALANCE.has(base);
  return {
    model: "wrn-28-2",
    modelVariant: "usb",
    steps: addons.includes("crest") ? GENERATIONS * GENERATION : 2 ** 18,
    epochSteps: 1024,
    evaluateEvery: 1024,
    batch: { labeled: 64, ratio: ratioOf(base, 2) },
    learningRate: 0.03,
    schedule: imbalanced ? "constant" : "cosine",
    optimizer: SGD,
    weightDecay: 5e-4,
    decayRule: "dimensions",
    average: { decay: 0.999, warmup: false, buffers: "copy" },
  };
}

/** Methods as USB's code and its forks run them. */
export function usbOptions(
  { dataset, from }: RecipeTarget,
): ReturnType<PublishedRecipe["options"]> {
  if (dataset === "synthetic") return {};
  const { simmatch, ...others } = classicOptions({ dataset });
  return {
    ...others,
    simmatch: { ...simmatch, scale: "batch" },
    uda: { temperature: 1 },
    vat: { lambda: 1, xi: 1e-6 },
    mixmatch: { rampShare: 1 / 64 },
    remixmatch: { rampShare: 1 / 64, momentum: 0.999 },
    acr: { momentum: 0.9, estimator: "count" },
    abc: { targets: "hard" },
    crest: {
      generations: GENERATIONS,
      shares: "geometric",
      by: "logit",
      plus: true,
      average: "moving",
    },
    darp: { warmup: 200 / 256, counts: [], mask: "raw" },
    daso: { warmup: 5 * 1024, spread: dataset === "cifar10" ? 1.5 : 0.3 },
    debiaspl: { tau: 0.4, margin: 0.4 },
    cossl: {
      pretrain: from === undefined ? 200 / 256 : 0,
      startSteps: 10 * 1024,
      startRate: 1e-3,
      strongViews: 0,
      ramp: "own",
      weightDecay: "always",
    },
  };
}

/**
 * What an add-on of USB's code brings along: the long-tailed benchmark's training and its options
 * there; on `synthetic` the base's short run, on data sets without a configuration their own split.
 */
export function usbMethod(method: string): (target: RecipeTarget) => Recipe {
  return (target) => {
    const { split, ...training } = usb.settings({ ...target, addons: [method] });
    const options = entryOf(usbOptions(target), method) ?? {};
    if (target.dataset === "synthetic") return { options };
    return { ...training, ...(entryOf(TAILS, target.dataset) ? { split } : {}), options };
  };
}
