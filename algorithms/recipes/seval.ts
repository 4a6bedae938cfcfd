import type { OptionsByName, PublishedRecipe, Recipe, RecipeTarget } from "../../core/mod.ts";
import { daso, dasoSettings, dasoSplit } from "./daso.ts";
import { publishedSolver } from "./tables/seval_solvers.ts";

/** Options of SEVAL; {@linkcode Recipe.options} are checked by the method. */
type Options = NonNullable<Recipe["options"]>;

/** Enough labeled images to hold half of them out. */
const SYNTHETIC = {
  labeledMax: 40,
  gammaLabeled: 6,
  unlabeledMax: 800,
  gammaUnlabeled: 6,
  holdout: 0.5,
};

/**
 * SEVAL (Li et al., arXiv 2407.05370), whose code goes on from DASO's: its training and tails on CIFAR
 * and STL-10; Semi-Aves and small ImageNet with a ResNet-50 and a rate that goes down in steps. Of the
 * labeled images SEVAL holds half out in mode `estimate`, none in the others; of other methods all are
 * learned. On CIFAR configurations of SEVAL with another base than FixMatch, or with another add-on,
 * are there for mode `direct` alone. With CReST twice as many steps on CIFAR. CReST+ on Semi-Aves
 * has a cosine in the place of steps. A run that names an estimating one follows its curriculum and
 * starts anew, as published. On `synthetic` a small, short run.
 */
export const seval: PublishedRecipe = {
  name: "seval",
  paper: "SEVAL (arXiv 2407.05370)",
  settings: (target) => sevalSettings(target, dasoSettings(target)),
  options: (target) => ({
    ...daso.options(target),
    ...baselines(target),
    seval: sevalOptions(target),
  }),
};

function sevalSettings(target: RecipeTarget, training: Recipe): Recipe {
  const { dataset, base, addons, given } = target, calibrates = addons.includes("seval");
  const mode = given["seval"]?.["mode"] ?? sevalOptions(target)["mode"] ?? "estimate";
  const files: Recipe = calibrates && target.from !== undefined ? { fromPart: "files" } : {};
  if (dataset === "synthetic") {
    return { ...training, ...files, ...(calibrates ? { split: SYNTHETIC } : {}) };
  }
  const estimates = calibrates && mode === "estimate", cifar = dataset.startsWith("cifar");
  const crest = addons.includes("crest");
  return {
    ...training,
    augment: base === "remixmatch" && !publishedSolver(dataset) ? "daso-remixmatch" : "seval",
    // ABC's epochs are the periods.
    ...(dataset === "cifar100" && calibrates ? { epochSteps: 2500, evaluateEvery: 2500 } : {}),
    ...(cifar && crest && calibrates ? { steps: 500_000 } : {}),
    ...files,
    ...(dataset === "semi-aves" && crest && target.recipe ? { schedule: "cosine" } : {}),
    split: {
      ...dasoSplit(dataset, "seval"),
      protocol: "seval",
      ...(estimates ? {} : { holdout: 0 }),
    },
  };
}

/** What SEVAL brings along: FixMatch as DASO trains it, and other bases as they are trained there. */
export function sevalMethod(target: RecipeTarget): Recipe {
  const training = target.base === "fixmatch" ? dasoSettings({ ...target, addons: [] }) : {};
  return { ...sevalSettings(target, training), options: sevalOptions(target) };
}

/** Other methods where SEVAL's configurations have them otherwise than DASO's. */
function baselines({ dataset, addons }: RecipeTarget): OptionsByName {
  const calibrated = addons.includes("seval") && dataset.startsWith("cifar");
  return {
    acr: { momentum: 0.9 },
    saw: { counts: "running", labeledBeta: dataset === "imagenet127" ? 0 : 0.999 },
    ...(dataset === "semi-aves" ? { crest: { generations: 5, plus: true } } : {}),
    ...(calibrated ? { crest: sevalCrest(dataset) } : {}),
  };
}

/** CReST around SEVAL on CIFAR: two generations of 250,000 steps, aligned on CIFAR-10. */
export function sevalCrest(dataset: string): NonNullable<Recipe["options"]> {
  return { generations: 2, plus: dataset === "cifar10" };
}

/** `load` where a run is named that has estimated; else `direct` where nothing else was published. */
function modeOf({ dataset, base, addons, from }: RecipeTarget): Options {
  if (from !== undefined) return { mode: "load", curriculum: from };
  const alone = base === "fixmatch" && addons.length === 1;
  return /^cifar/.test(dataset) && !alone ? { mode: "direct" } : {};
}

/** Options of the published runs; those of mode `load` have the decays of mode `estimate`. */
function sevalOptions(target: RecipeTarget): Options {
  const { dataset, base, given } = target, own = modeOf(target);
  const direct = (given["seval"]?.["mode"] ?? own["mode"]) === "direct";
  const targets = (target: number) => ({ target, targetEnd: target });
  const decays = (decay: number) => ({ piDecay: decay, thresholdDecay: decay });
  switch (dataset) {
    case "synthetic":
      return { ...own, ...targets(0.75), ...decays(0.9), period: 50 };
    case "cifar10":
      return { ...own, ...(direct ? targets(0.9) : { ...targets(0.75), thresholdGroups: 5 }) };
    case "cifar100":
      return base === "fixmatch"
        ? {
          ...own,
          ...targets(direct ? 0.7 : 0.65),
          ...decays(0.9),
          thresholdGroups: 10,
          period: 2500,
        }
        : { ...own, ...targets(0.9), period: 2500 };
    case "stl10":
      return { ...own, ...targets(direct ? 0.95 : 0.6), piDecay: 0.995 };
    case "semi-aves":
      return { ...own, ...targets(0.9), ...decays(0.95), piGroups: 20, thresholdGroups: 20 };
    case "imagenet127":
      return { ...own, ...targets(0.65), ...decays(0.99), thresholdGroups: 10, period: 1000 };
    default:
      return own;
  }
}
