import {
  entryOf,
  type OptionsByName,
  type PublishedRecipe,
  type Recipe,
  type RecipeTarget,
} from "../../core/mod.ts";
import { ratioOf } from "./base_kinds.ts";
import { estimatedCounts } from "./tables/darp_estimates.ts";
import { publishedSolver } from "./tables/seval_solvers.ts";
import { SHORT_RUN } from "./usb.ts";

/** Tails of DASO's configurations. */
const TAILS: Readonly<Record<string, NonNullable<Recipe["split"]>>> = {
  cifar10: { labeledMax: 1500, unlabeledMax: 3000, gammaLabeled: 100 },
  cifar100: { labeledMax: 150, unlabeledMax: 300, gammaLabeled: 10 },
  stl10: { labeledMax: 450, gammaLabeled: 10 },
};

/** What DASO's methods share on every data set. */
const SHARED: Recipe = {
  modelVariant: "daso",
  learningRate: 0.03,
  schedule: "constant",
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  decayRule: "all",
};

/** SGD 0.1 after 6250 steps of warm-up, by 0.01 near four fifths and at nine tenths. */
const SUPERVISED: Recipe = {
  learningRate: 0.1,
  schedule: "multistep",
  milestones: [199_999 / 250_000, 0.9],
  milestoneFactor: 0.01,
  warmupSteps: 6250,
};

/**
 * DASO (Oh, Kim and Kweon, CVPR 2022) and all methods that its code trains: Wide ResNet 28-2, 250,000
 * steps in epochs of 500, 64 labeled and 128 unlabeled images (64 for methods without a strong view
 * and those that mix), SGD 0.03 with Nesterov momentum 0.9 at a constant rate, decay 5e-4 on
 * everything, an average of 0.999 that starts as the plain mean and takes batch statistics in;
 * validation images are set aside. Of CIFAR-10 1500 and 3000 images of the largest class, γ 100.
 *
 * Supervised has SGD 0.1 after 6250 steps of warm-up, by 0.01 near four fifths and at nine tenths, and
 * is evaluated without an average. CReST has five generations of 50,000 steps; CReST+ on CIFAR, CReST
 * on STL-10. With cRT 100,000 steps follow, which are all where the run starts from
 * another one's network. Small ImageNet is trained as SEVAL's code, its continuation, has it; Semi-Aves
 * too, but for what the paper says of it: ResNet-34, 256 labeled and 1280 unlabeled images, rate 0.04, 90
 * epochs, counted in 500 steps as on the other sets. On `synthetic` a small, short run.
 */
export const daso: PublishedRecipe = {
  name: "daso",
  paper: "DASO (CVPR 2022)",
  settings: (target) => ({ ...dasoSettings(target), ...semiAves(target) }),
  options: dasoOptions,
};

/** What the paper says of its training on Semi-Aves, of which its code has none. */
function semiAves({ dataset, base }: RecipeTarget): Recipe {
  if (dataset !== "semi-aves") return {};
  const batch = { labeled: 256, ratio: ratioOf(base, 5) };
  return { model: "resnet-34", batch, learningRate: 0.04 };
}

/** DASO's training of a stack. */
export function dasoSettings(target: RecipeTarget): Recipe {
  const { base, addons } = target;
  const training = base === "supervised" ? supervisedTraining(target) : trainingOf(target);
  const { steps = 0 } = training;
  const parts = target.from === undefined ? 7 : 2;
  return addons.includes("crt") ? { ...training, steps: steps * parts / 5 } : training;
}

function trainingOf({ dataset, base }: Pick<RecipeTarget, "dataset" | "base">): Recipe {
  const ratio = ratioOf(base, 2);
  if (dataset === "synthetic") {
    return { ...SHORT_RUN, ...SHARED, batch: { ...SHORT_RUN.batch, ratio } };
  }
  const solver = publishedSolver(dataset);
  return {
    ...SHARED,
    model: "wrn-28-2",
    steps: 250_000,
    epochSteps: 500,
    evaluateEvery: 500,
    batch: { labeled: 64, ratio },
    average: { decay: 0.999, warmup: true, buffers: "average" },
    augment: solver ? "seval" : base === "remixmatch" ? "daso-remixmatch" : "daso",
    ...solver,
    split: solver ? { protocol: "seval", holdout: 0 } : dasoSplit(dataset, "daso"),
  };
}

function supervisedTraining({ dataset, base }: Pick<RecipeTarget, "dataset" | "base">): Recipe {
  return {
    ...trainingOf({ dataset, base }),
    average: { decay: 0, warmup: false, buffers: "copy" },
    ...(dataset === "semi-aves"
      ? { learningRate: 0.025 }
      : publishedSolver(dataset)
      ? {}
      : SUPERVISED),
  };
}

/** DASO's tail of a data set under a protocol; other data sets keep the toolkit's own. */
export function dasoSplit(dataset: string, protocol: string): NonNullable<Recipe["split"]> {
  const tail = entryOf(TAILS, dataset);
  return tail ? { protocol, ...tail } : {};
}

/** Methods as DASO's configurations have them. */
function dasoOptions(target: RecipeTarget): OptionsByName {
  const { dataset } = target, counts = estimatedCounts(target);
  const small = dataset === "synthetic" ? { rampShare: 0.4 } : {};
  return {
    mixmatch: dataset === "synthetic" ? { lambda: 5, ...small } : {},
    remixmatch: { ...small, ...(dataset === "stl10" ? { align: false } : {}) },
    daso: blendOptions(target),
    crest: dataset === "synthetic"
      ? {}
      : { generations: 5, plus: dataset === "cifar10" || dataset === "cifar100" },
    darp: counts ? { counts } : {},
    crt: target.from === undefined ? {} : { share: 1 },
  };
}

/** T_dist as published; on CIFAR-10 it depends on whether both sets are distributed alike. */
function blendOptions({ dataset, given }: RecipeTarget): NonNullable<Recipe["options"]> {
  if (dataset === "synthetic") return { warmup: 100, period: 20 };
  if (dataset === "semi-aves" || dataset === "imagenet127") return { spread: 0.5 };
  const { split = {} } = given, gamma = split["gammaLabeled"] ?? 100;
  const alike = (split["unlabeled"] ?? "consistent") === "consistent" &&
    (split["gammaUnlabeled"] ?? gamma) === gamma;
  return { spread: dataset === "cifar10" && alike ? 1.5 : 0.3 };
}
