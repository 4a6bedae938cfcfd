import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { dasoRecipe, dasoSplit } from "./daso.ts";
import { publishedSolver } from "./seval_solvers.ts";

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
 * SEVAL as its configurations train it: DASO's settings and tails, half of the labeled images held out
 * in mode `estimate`, none in the others; a rate that goes down in steps on Semi-Aves and small
 * ImageNet. On CIFAR configurations with another base than FixMatch, or with another add-on, are there
 * for mode `direct` alone. With CReST twice as many steps.
 */
export function sevalRecipe(target: RecipeTarget): Recipe {
  const { dataset, base, addons, given } = target;
  const own = { ...modeOf(target), ...publishedOptions(target) };
  const mode = given["seval"]?.["mode"] ?? own["mode"] ?? "estimate";
  const training = base === "fixmatch" ? dasoRecipe(2)({ dataset }) : {};
  if (dataset === "synthetic") return { ...training, split: SYNTHETIC, options: own };
  const steps = /^cifar/.test(dataset) && addons.includes("crest") ? 500_000 : undefined;
  return {
    ...training,
    augment: base === "remixmatch" && !publishedSolver(dataset) ? "daso-remixmatch" : "seval",
    // ABC's epochs are the periods.
    ...(dataset === "cifar100" ? { epochSteps: 2500, evaluateEvery: 2500 } : {}),
    ...(steps ? { steps } : {}),
    split: {
      ...dasoSplit(dataset, "seval"),
      protocol: "seval",
      ...(mode === "estimate" ? {} : { holdout: 0 }),
    },
    options: own,
  };
}

/** `direct` where nothing else was published. */
function modeOf({ dataset, base, addons }: RecipeTarget): Options {
  const alone = base === "fixmatch" && addons.length === 1;
  return /^cifar/.test(dataset) && !alone ? { mode: "direct" } : {};
}

/** Options of the published runs; those of mode `load` have the decays of mode `estimate`. */
function publishedOptions(target: RecipeTarget): Options {
  const { dataset, base, given } = target;
  const mode = given["seval"]?.["mode"] ?? modeOf(target)["mode"];
  const direct = mode === "direct";
  const targets = (target: number) => ({ target, targetEnd: target });
  const decays = (decay: number) => ({ piDecay: decay, thresholdDecay: decay });
  switch (dataset) {
    case "synthetic":
      return { ...targets(0.75), ...decays(0.9), period: 50 };
    case "cifar10":
      return direct ? targets(0.9) : { ...targets(0.75), thresholdGroups: 5 };
    case "cifar100":
      return base === "fixmatch"
        ? { ...targets(direct ? 0.7 : 0.65), ...decays(0.9), thresholdGroups: 10, period: 2500 }
        : { ...targets(0.9), period: 2500 };
    case "stl10":
      return { ...targets(direct ? 0.95 : 0.6), piDecay: 0.995 };
    case "semi-aves":
      return { ...targets(0.9), ...decays(0.95), piGroups: 20, thresholdGroups: 20 };
    case "imagenet127":
      return { ...targets(0.65), ...decays(0.99), thresholdGroups: 10, period: 1000 };
    default:
      return {};
  }
}
