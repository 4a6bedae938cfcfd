import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { usbRecipe } from "./usb.ts";
import { publishedSolver } from "./seval_solvers.ts";

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

/**
 * Settings of DASO's code (Oh et al., CVPR 2022) for the methods it trains: SGD 0.03 with Nesterov
 * momentum 0.9 at a constant rate, decay 5e-4 on everything, an average of 0.999 that starts as the
 * plain mean and takes batch statistics in, Wide ResNet 28-2, 250,000 steps in epochs of 500; of
 * CIFAR-10 1500 and 3000 images of the largest class, γ 100. Semi-Aves and small ImageNet are
 * trained as SEVAL's code, its continuation, has them. On `synthetic` a small, short run that a
 * laptop's CPU finishes.
 *
 * @param ratio Unlabeled images per labeled one.
 * @param options `augment`: `daso-remixmatch` for methods of the ReMixMatch family. `small`: options
 *   of the method for the short run.
 */
export function dasoRecipe(
  ratio: number,
  { augment = "daso", small }: {
    readonly augment?: "daso" | "daso-remixmatch";
    readonly small?: Readonly<Record<string, unknown>>;
  } = {},
): (target: Pick<RecipeTarget, "dataset">) => Recipe {
  return ({ dataset }) => {
    if (dataset === "synthetic") {
      const short = usbRecipe({ dataset });
      return {
        ...short,
        ...SHARED,
        batch: { ...short.batch, ratio },
        ...(small ? { options: small } : {}),
      };
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
      augment: solver ? "seval" : augment,
      ...solver,
      split: solver ? { protocol: "seval", holdout: 0 } : dasoSplit(dataset, "daso"),
    };
  };
}

/** DASO's tail of a data set under a protocol; other data sets keep the toolkit's own. */
export function dasoSplit(dataset: string, protocol: string): NonNullable<Recipe["split"]> {
  const tail = TAILS[dataset];
  return tail ? { protocol, ...tail } : {};
}

/** ReMixMatch as DASO's code has it: without alignment on STL-10. */
export function dasoRemixmatchRecipe(target: Pick<RecipeTarget, "dataset">): Recipe {
  const recipe = dasoRecipe(1, { augment: "daso-remixmatch", small: { rampShare: 0.4 } })(target);
  return target.dataset === "stl10"
    ? { ...recipe, options: { ...recipe.options, align: false } }
    : recipe;
}

/**
 * The supervised baseline of DASO's code: SGD 0.1 after 6250 steps of warm-up, by 0.01 near four
 * fifths and at nine tenths of the run; the network itself is evaluated, not an average.
 */
export function dasoSupervisedRecipe(target: Pick<RecipeTarget, "dataset">): Recipe {
  const recipe = dasoRecipe(0)(target), solver = publishedSolver(target.dataset);
  return {
    ...recipe,
    average: { decay: 0, warmup: false, buffers: "copy" },
    ...(solver ? target.dataset === "semi-aves" ? { learningRate: 0.025 } : {} : {
      learningRate: 0.1,
      schedule: "multistep",
      milestones: [199_999 / 250_000, 0.9],
      milestoneFactor: 0.01,
      warmupSteps: 6250,
    }),
  };
}
