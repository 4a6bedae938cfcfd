import type { Recipe, RecipeTarget } from "../../core/mod.ts";

/** Share of the run before co-learning: 401 of 501 epochs. */
export const COSSL_PRETRAIN: number = 401 / 501;

/** Options that depend on the base. */
const OF_BASE: Readonly<Record<string, Recipe["options"]>> = {
  fixmatch: { strongViews: 2 },
  mixmatch: { ramp: "one", startView: "weak", shrink: "always" },
  remixmatch: { ramp: "full", startLabeled: "strong" },
};

const ADAM: Recipe = {
  batch: { labeled: 64, ratio: 1 },
  learningRate: 2e-3,
  optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  weightDecay: 4e-5,
  shrink: 4e-5,
  steps: 501 * 500,
  epochSteps: 500,
  evaluateEvery: 500,
};

/** Steps of an epoch of 512 unlabeled images at γ 100; 37 at γ 50. */
const FOOD_EPOCH = 32;

const FOOD: Recipe = {
  model: "resnet-50",
  batch: { labeled: 256, ratio: 2 },
  learningRate: 0.04,
  warmupSteps: 5 * FOOD_EPOCH,
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 3e-4,
  steps: 1001 * FOOD_EPOCH,
  epochSteps: FOOD_EPOCH,
  evaluateEvery: FOOD_EPOCH,
};

const FOOD_OPTIONS: NonNullable<Recipe["options"]> = {
  pretrain: 801 / 1001,
  average: 0.9,
  start: "plain",
  startSteps: 5 * 50,
  startBatch: 256,
  startRate: 0.04,
  startAverage: 0.99,
  startOptimizer: "sgd",
};

/** Largest classes, labeled and unlabeled; γ is 100. */
const TAILS: Readonly<Record<string, readonly [labeled: number, unlabeled: number]>> = {
  cifar10: [1500, 3000],
  cifar100: [150, 300],
  food101: [250, 500],
};

/**
 * CoSSL on CIFAR at γ 100: 401 epochs of 500 steps of the base and 100 of co-learning, Adam at a
 * constant 2e-3, weights that shrink by 4e-5 in the first part and decay by as much in the second, an
 * average of 0.999 that takes batch statistics in, two strong views for FixMatch; MixMatch and
 * ReMixMatch do not see labeled images as unlabeled. Small ImageNet: ResNet-50, features of weak
 * views, and a head that starts in a loop. Food-101 (FixMatch): SGD, 801 epochs and 200 with an
 * average of 0.9, a head that starts from the base's. On `synthetic` the base's own settings and a
 * short start.
 */
export function cosslRecipe(target: RecipeTarget): Recipe {
  const { dataset, base } = target;
  const options = OF_BASE[base] ?? {}, baseOptions = beneath(target);
  if (dataset === "synthetic") return { options: { ...options, startSteps: 200 }, baseOptions };
  const food = dataset === "food101", small = dataset === "imagenet127";
  return {
    model: small ? "resnet-50" : "wrn-28-2",
    modelVariant: "cossl",
    schedule: "constant",
    decayRule: "all",
    average: { decay: 0.999, warmup: false, buffers: "average" },
    augment: "cossl",
    ...(food ? FOOD : ADAM),
    split: splitOf(dataset, base),
    baseOptions,
    options: food ? FOOD_OPTIONS : {
      ...options,
      pretrain: COSSL_PRETRAIN,
      weightDecay: "co-learning",
      ...(small ? { view: "weak", start: "loop" } : {}),
    },
  };
}

/** Other data sets are dealt out by the toolkit's own protocol. */
function splitOf(dataset: string, base: string): NonNullable<Recipe["split"]> {
  const tail = TAILS[dataset], includeLabeled = base === "fixmatch";
  if (dataset === "imagenet127") return { protocol: "cossl", includeLabeled };
  if (!tail) return {};
  const [labeledMax, unlabeledMax] = tail;
  return { protocol: "cossl", labeledMax, unlabeledMax, gammaLabeled: 100, includeLabeled };
}

/** Options of the base beneath CoSSL, with its ramp over 500 of 501 epochs; of other bases none. */
function beneath({ base, dataset, given }: RecipeTarget): NonNullable<Recipe["options"]> {
  const restart = given["cossl"]?.["pretrain"] ?? COSSL_PRETRAIN;
  switch (base) {
    case "fixmatch":
      return dataset === "food101" ? { passes: "each", threshold: 0.9 } : { passes: "apart" };
    case "mixmatch":
      return { lambda: 75, alpha: 0.75, rampShare: 500 / 501 };
    case "remixmatch":
      return { target: "counts", labeledView: "strong", rampShare: 500 / 501, restart };
    default:
      return {};
  }
}
