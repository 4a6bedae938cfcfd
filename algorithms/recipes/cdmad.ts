import {
  entryOf,
  type OptionsByName,
  type PublishedRecipe,
  type Recipe,
  type RecipeTarget,
} from "../../core/mod.ts";
import { learnsAlone } from "./base_kinds.ts";
import { SHORT_RUN } from "./usb.ts";

/** Classes, and largest classes of labeled and unlabeled images; of STL-10 all unlabeled ones are taken. */
const TAILS: Readonly<Record<string, readonly [number, number, number | null, number]>> = {
  cifar10: [10, 1500, 3000, 100],
  cifar100: [100, 150, 300, 20],
  stl10: [10, 450, null, 10],
};

/** From so many images on, labeled and unlabeled, weights shrink less. */
const MANY = 30_000;

/** How far a base is trained, by whether it is ReMixMatch: epochs of 500 steps, images, rate. */
const OF_BASE = {
  fixmatch: { epochs: 500, labeled: 32, rate: 1.5e-3, few: 0.04, hundred: 0.08, many: 0.01 },
  remixmatch: { epochs: 300, labeled: 64, rate: 2e-3, few: 0.04, hundred: 0.08, many: 0.02 },
} as const;

const LOG_FLOOR = 1e-8;

/**
 * CDMAD (Lee and Kim, CVPR 2024) as its two scripts train: FixMatch for 500 epochs of 500 steps of 32
 * labeled and 64 unlabeled images with Adam at a constant 1.5e-3, ReMixMatch for 300 epochs with twice
 * the images and 2e-3; weights and running statistics shrink by 0.04 times the rate in each step (0.08
 * on CIFAR-100; 0.01 and 0.02 on STL-10 and from 30,000 images on); an average of 0.999 that takes batch
 * statistics in; Wide ResNet 28-2 with the names of CoSSL's. FixMatch learns soft pseudo-labels of all
 * images from two strong views, each view in a pass of its own, and has labeled images among the
 * unlabeled; ReMixMatch leaves them out, does not sharpen, learns labels from a plain weak view too and
 * aligns where both sets have one γ, with a mean that starts anew in each epoch, but never on STL-10.
 * Other stacks train as FixMatch does. Small ImageNet is in the paper alone: a ResNet-50 here.
 *
 * Splits are CoSSL's. The released code shuffles CIFAR-100 alone, so that other splits are those of seed 0.
 */
export const cdmad: PublishedRecipe = {
  name: "cdmad",
  paper: "CDMAD (CVPR 2024)",
  settings: (target) => target.dataset === "synthetic" ? SHORT_RUN : cdmadTraining(target),
  options: (target) => ({
    ...basesOf(target),
    ...(target.dataset === "synthetic" ? { cdmad: { startEpoch: 1 } } : {}),
  }),
};

function cdmadTraining(target: RecipeTarget): Recipe {
  const { dataset, base } = target;
  const own = OF_BASE[base === "remixmatch" ? "remixmatch" : "fixmatch"];
  const decay = isLarge(target) ? own.many : dataset === "cifar100" ? own.hundred : own.few;
  return {
    model: dataset.startsWith("imagenet") ? "resnet-50" : "wrn-28-2",
    modelVariant: "cdmad",
    steps: own.epochs * 500,
    epochSteps: 500,
    evaluateEvery: 500,
    batch: { labeled: own.labeled, ratio: learnsAlone(base) ? 0 : 2 },
    learningRate: own.rate,
    schedule: "constant",
    optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    weightDecay: 0,
    decayRule: "all",
    shrink: decay * own.rate,
    average: { decay: 0.999, warmup: false, buffers: "average" },
    augment: "cossl",
    split: splitOf(target),
  };
}

/** Without a named recipe other data sets are dealt out by the toolkit's own protocol. */
function splitOf({ dataset, base, recipe }: RecipeTarget): NonNullable<Recipe["split"]> {
  const tail = entryOf(TAILS, dataset), includeLabeled = base !== "remixmatch";
  if (tail) {
    const [, labeledMax, unlabeledMax, gammaLabeled] = tail;
    return { protocol: "cossl", labeledMax, unlabeledMax, gammaLabeled, includeLabeled };
  }
  const known = dataset === "imagenet127" || recipe !== undefined;
  return known ? { protocol: "cossl", includeLabeled } : {};
}

/** The split of a run as far as users have stated it, else the recipe's. */
function shapeOf({ dataset, given: { split = {} } }: RecipeTarget) {
  const [classes, labeledMax, unlabeledMax, gamma] = entryOf(TAILS, dataset) ?? [0, 0, 0, 1];
  const number = (name: string, otherwise: number) => {
    const value = split[name];
    return typeof value === "number" ? value : otherwise;
  };
  const gammaLabeled = number("gammaLabeled", gamma);
  return {
    classes,
    labeledMax: number("labeledMax", labeledMax),
    unlabeledMax: number("unlabeledMax", unlabeledMax ?? 0),
    gammaLabeled,
    gammaUnlabeled: split["unlabeled"] === "uniform" ? 1 : number("gammaUnlabeled", gammaLabeled),
  };
}

/** Whether the code takes the smaller decay, and the smaller weight of rotations: many images, or STL-10. */
function isLarge(target: RecipeTarget): boolean {
  if (!Object.hasOwn(TAILS, target.dataset) || target.dataset === "stl10") return true;
  const { classes, labeledMax, unlabeledMax, gammaLabeled, gammaUnlabeled } = shapeOf(target);
  const images = (max: number, gamma: number) =>
    Array.from({ length: classes }, (_, c) => Math.floor(max * gamma ** (-c / (classes - 1))))
      .reduce((a, b) => a + b, 0);
  return images(labeledMax, gammaLabeled) + images(unlabeledMax, gammaUnlabeled) >= MANY;
}

/** The bases as the scripts run them. */
function basesOf(target: RecipeTarget): OptionsByName {
  const { gammaLabeled, gammaUnlabeled } = shapeOf(target), { dataset } = target;
  return {
    fixmatch: {
      threshold: 0,
      targets: "soft",
      temperature: 1,
      passes: "single",
      strongViews: 2,
      logFloor: LOG_FLOOR,
    },
    remixmatch: {
      temperature: 1,
      lambda: 2,
      rotation: dataset !== "synthetic" && isLarge(target) ? 0.5 : 1,
      align: dataset !== "stl10" && gammaLabeled === gammaUnlabeled,
      restartEpochs: true,
      labeledView: "strong",
      plainLabeled: true,
      unmixedPass: "after",
      target: "counts",
      rampShare: 1,
      logFloor: LOG_FLOOR,
    },
  };
}

/**
 * What CDMAD brings along: its training, and the base as its code has it; on `synthetic` the base's
 * short run. Where the user names another system's recipe, the base is that system's.
 */
export function cdmadMethod(target: RecipeTarget): Recipe {
  const { dataset, base, recipe } = target;
  const options = entryOf(cdmad.options(target), "cdmad") ?? {};
  const baseOptions = recipe === undefined ? entryOf(basesOf(target), base) ?? {} : {};
  return dataset === "synthetic"
    ? { options, baseOptions }
    : { ...cdmadTraining(target), options, baseOptions };
}
