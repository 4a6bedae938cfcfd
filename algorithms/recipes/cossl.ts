import {
  entryOf,
  type OptionsByName,
  type PublishedRecipe,
  type Recipe,
  type RecipeTarget,
} from "../../core/mod.ts";
import { ratioOf } from "./base_kinds.ts";
import { SHORT_RUN } from "./usb.ts";

/** Share of the run before co-learning: 401 of 501 epochs. */
export const COSSL_PRETRAIN: number = 401 / 501;

/** Largest classes, labeled and unlabeled; γ is 100. */
const TAILS: Readonly<Record<string, readonly [labeled: number, unlabeled: number]>> = {
  cifar10: [1500, 3000],
  cifar100: [150, 300],
  food101: [250, 500],
};

const ADAM: Recipe = {
  learningRate: 2e-3,
  optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  shrink: 4e-5,
  epochSteps: 500,
  evaluateEvery: 500,
};

/** Food-101, with epochs of 512 unlabeled images, of which γ 100 leaves fewer. */
function food({ given }: RecipeTarget, epochs: number): Recipe {
  const epochSteps = given["split"]?.["gammaLabeled"] === 50 ? 37 : 32;
  return {
    model: "resnet-50",
    batch: { labeled: 256, ratio: 2 },
    learningRate: 0.04,
    warmupSteps: 5 * epochSteps,
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: 3e-4,
    steps: epochs * epochSteps,
    epochSteps,
    evaluateEvery: epochSteps,
  };
}

const FOOD_OPTIONS = {
  pretrain: 801 / 1001,
  average: 0.9,
  start: "plain",
  startSteps: 5 * 50,
  startBatch: 256,
  startRate: 0.04,
  startAverage: 0.99,
  startOptimizer: "sgd",
};

/** CoSSL's options that depend on the base. */
const OF_BASE: OptionsByName = {
  fixmatch: { strongViews: 2 },
  mixmatch: { ramp: "one", startView: "weak", shrink: "always" },
  remixmatch: { ramp: "full", startLabeled: "strong" },
};

/** Generations of CReST. */
const GENERATIONS = 6;

/**
 * CoSSL (Fan, Dai and Schiele, CVPR 2022) and the methods that its repository trains: 500 epochs of 500
 * steps of 64 labeled and 64 unlabeled images, Adam at a constant 2e-3, weights that shrink by 4e-5 in
 * each step, an average of 0.999 that takes batch statistics in, Wide ResNet 28-2. FixMatch looks at
 * weak views in a pass of their own and at two strong ones, and has labeled images among the
 * unlabeled; MixMatch and ReMixMatch leave them out and ramp their weights over the whole run. Small
 * ImageNet: ResNet-50. Food-101: 1000 epochs of 256 and 512 images, SGD 0.04 after 5 epochs of
 * warm-up, decay 3e-4, one strong view, threshold 0.9. CReST: six generations of 64 epochs (CIFAR-100:
 * 128) of 1024 steps.
 *
 * With CoSSL 100 epochs follow 401 of the base, on Food-101 200 with an average of 0.9 follow 801;
 * there weights decay by 4e-5 as Adam has it, where they have shrunk before. A run that starts from
 * another one's network has these last epochs alone.
 */
export const cossl: PublishedRecipe = {
  name: "cossl",
  paper: "CoSSL (CVPR 2022)",
  settings: (target) => target.dataset === "synthetic" ? SHORT_RUN : cosslTraining(target),
  options: (target) => ({
    ...basesOf(target),
    cossl: cosslOptions(target),
    crest: { generations: GENERATIONS, shares: "geometric", by: "logit", plus: true },
    darp: { counts: [] },
  }),
};

function cosslTraining(target: RecipeTarget): Recipe {
  const { dataset, base, addons } = target, co = addons.includes("cossl") ? 1 : 0;
  const generation = 1024 * (dataset === "cifar100" ? 128 : 64);
  const pretrained = co && target.from !== undefined;
  const adam: Recipe = {
    ...ADAM,
    batch: { labeled: 64, ratio: ratioOf(base, 1) },
    weightDecay: co ? 4e-5 : 0,
    steps: (pretrained ? 100 : 500 + co) * 500,
    ...(addons.includes("crest") ? { steps: GENERATIONS * generation } : {}),
  };
  return {
    model: dataset === "imagenet127" ? "resnet-50" : "wrn-28-2",
    modelVariant: "cossl",
    schedule: "constant",
    decayRule: "all",
    average: { decay: 0.999, warmup: false, buffers: "average" },
    augment: "cossl",
    ...(dataset === "food101" ? food(target, pretrained ? 200 : 1000 + co) : adam),
    split: splitOf(target),
  };
}

/** Without a named recipe other data sets are dealt out by the toolkit's own protocol. */
function splitOf({ dataset, base, recipe }: RecipeTarget): NonNullable<Recipe["split"]> {
  const tail = entryOf(TAILS, dataset), includeLabeled = base === "fixmatch";
  if (tail) {
    const [labeledMax, unlabeledMax] = tail;
    return { protocol: "cossl", labeledMax, unlabeledMax, gammaLabeled: 100, includeLabeled };
  }
  const known = dataset === "imagenet127" || recipe !== undefined;
  return known ? { protocol: "cossl", includeLabeled } : {};
}

/** Bases as the repository runs them, beneath CoSSL and alone. */
function basesOf({ dataset, addons, given }: RecipeTarget): OptionsByName {
  const co = addons.includes("cossl"), rampShare = co ? 500 / 501 : 1;
  const restart = co ? given["cossl"]?.["pretrain"] ?? COSSL_PRETRAIN : 0;
  return {
    fixmatch: dataset === "food101"
      ? { passes: "each", threshold: 0.9 }
      : { passes: "apart", strongViews: 2 },
    mixmatch: { lambda: 75, alpha: 0.75, rampShare },
    remixmatch: { target: "counts", labeledView: "strong", rampShare, restart },
  };
}

function cosslOptions({ dataset, base, from }: RecipeTarget): NonNullable<Recipe["options"]> {
  const ofBase = { ...entryOf(OF_BASE, base), ...(from === undefined ? {} : { pretrain: 0 }) };
  if (dataset === "synthetic") return { ...ofBase, startSteps: 200 };
  if (dataset === "food101") {
    return { ...FOOD_OPTIONS, ...(from === undefined ? {} : { pretrain: 0 }) };
  }
  return {
    pretrain: COSSL_PRETRAIN,
    ...ofBase,
    weightDecay: "co-learning",
    ...(dataset === "imagenet127" ? { view: "weak", start: "loop" } : {}),
  };
}

/**
 * What CoSSL brings along: its training, and the base as it was run beneath it; on `synthetic` the base's
 * own settings and a short start. Where the user names another system's recipe, the base is that
 * system's.
 */
export function cosslMethod(target: RecipeTarget): Recipe {
  const { dataset, base, recipe } = target, options = cosslOptions(target);
  const baseOptions = recipe === undefined ? entryOf(basesOf(target), base) ?? {} : {};
  return dataset === "synthetic"
    ? { options, baseOptions }
    : { ...cosslTraining({ ...target, addons: ["cossl"] }), options, baseOptions };
}
