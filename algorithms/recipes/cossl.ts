import type { Recipe, RecipeTarget } from "../../core/mod.ts";

/** Options that depend on the base. */
const OF_BASE: Readonly<Record<string, Recipe["options"]>> = {
  fixmatch: { strongViews: 2 },
  mixmatch: { ramp: "one", startView: "weak" },
  remixmatch: { ramp: "full" },
};

const FIRST = 401, STEPS = 501 * 500;

/**
 * CoSSL on CIFAR at γ 100: 401 epochs of 500 steps of the base and 100 of co-learning, Adam at a
 * constant 2e-3 with decay 4e-5, an average of 0.999 that takes batch statistics in, two strong views
 * for FixMatch. Small ImageNet: features of weak views, and a head that starts in a loop. On
 * `synthetic` the base's own settings and a short start.
 */
export function cosslRecipe({ dataset, base }: RecipeTarget): Recipe {
  const options = OF_BASE[base] ?? {};
  if (dataset === "synthetic") return { options: { ...options, startSteps: 200 } };
  const classes = { cifar10: 1500, cifar100: 150 }[dataset];
  const small = dataset === "imagenet127";
  return {
    model: small ? "resnet-50" : "wrn-28-2",
    modelVariant: "cossl",
    steps: STEPS,
    epochSteps: 500,
    batch: { labeled: 64, ratio: 1 },
    learningRate: 2e-3,
    schedule: "constant",
    optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    weightDecay: 4e-5,
    decayRule: "all",
    average: { decay: 0.999, warmup: false, buffers: "average" },
    augment: "cossl",
    split: classes
      ? { protocol: "cossl", labeledMax: classes, unlabeledMax: 2 * classes, gammaLabeled: 100 }
      : {},
    options: {
      ...options,
      pretrain: FIRST * 500 / STEPS,
      ...(small ? { view: "weak", start: "loop" } : {}),
    },
  };
}

/** The base's own options where CoSSL stands on it: with its ramp over 500 of 501 epochs. */
const BASE_OPTIONS: Readonly<Record<string, Recipe["options"]>> = {
  mixmatch: { lambda: 75, alpha: 0.75, rampShare: 500 / 501 },
  remixmatch: { target: "counts", rampShare: 500 / 501 },
};

/** A base's recipe with the options that CoSSL's code runs it with, if the run has CoSSL. */
export function underCossl(
  recipe: (target: RecipeTarget) => Recipe,
): (target: RecipeTarget) => Recipe {
  return (target) => {
    const own = recipe(target), options = BASE_OPTIONS[target.base];
    return options && target.addons.includes("cossl")
      ? { ...own, options: { ...own.options, ...options } }
      : own;
  };
}
