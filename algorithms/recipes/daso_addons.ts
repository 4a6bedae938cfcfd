import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { dasoRecipe, dasoSupervisedRecipe } from "./daso.ts";

/** Bases that bring DASO's settings along. */
const BASES: readonly string[] = [
  "pseudolabel",
  "meanteacher",
  "mixmatch",
  "remixmatch",
  "usadtm",
];

/**
 * DASO's settings for the bases that do not bring them along, FixMatch and labels alone; they give way
 * to those of an add-on of another system. With cRT 100,000 steps follow the 250,000 of the base.
 */
export function dasoTraining(target: RecipeTarget): Recipe {
  const recipe = trainingOf(target), { steps } = recipe ?? {};
  if (!steps) return { yields: true };
  const all = target.addons.includes("crt") ? { steps: steps * 7 / 5 } : {};
  return { ...(BASES.includes(target.base) ? {} : recipe), ...all, yields: true };
}

function trainingOf(target: RecipeTarget): Recipe | null {
  if (target.base === "supervised") return dasoSupervisedRecipe(target);
  return target.base === "fixmatch" || BASES.includes(target.base) ? dasoRecipe(2)(target) : null;
}

/** DASO's settings, on `synthetic` the base's own. */
export function dasoAddonRecipe(target: RecipeTarget): Recipe {
  return target.dataset === "synthetic" ? { yields: true } : dasoTraining(target);
}

/**
 * CReST with five generations of 50,000 steps. With alignment, as CReST+, on CIFAR, without on
 * STL-10, as DASO's configurations have it; with SEVAL two generations of 250,000, aligned on
 * CIFAR-10 only. CReST+ aligns in ReMixMatch's place.
 */
export function crestRecipe(target: RecipeTarget): Recipe {
  const { dataset, base, addons, given } = target, withSeval = addons.includes("seval");
  const plus = dataset === "cifar10" || dataset === "cifar100" && !withSeval;
  const generations = withSeval && /^cifar/.test(dataset) ? 2 : 5;
  const aligns = (given["crest"]?.["plus"] ?? plus) === true;
  return {
    ...dasoAddonRecipe(target),
    ...(dataset === "synthetic" ? {} : { options: { generations, plus } }),
    ...(base === "remixmatch" && aligns ? { baseOptions: { align: false } } : {}),
  };
}

/**
 * DASO's training and options; of its method SEVAL's authors take the alignment loss alone. On
 * CIFAR-10 ReMixMatch does not align beneath it.
 */
export function dasoMethodRecipe(target: RecipeTarget): Recipe {
  const { dataset, base, addons } = target;
  const alone = addons.includes("seval") ? { adaptive: false, share: 0 } : {};
  return {
    ...dasoTraining(target),
    options: { ...publishedOptions(target), ...alone },
    ...(base === "remixmatch" && dataset === "cifar10" ? { baseOptions: { align: false } } : {}),
  };
}

/** T_dist as published; on CIFAR-10 it depends on whether both sets are distributed alike. */
function publishedOptions({ dataset, given }: RecipeTarget): NonNullable<Recipe["options"]> {
  if (dataset === "synthetic") return { warmup: 100, period: 20 };
  if (dataset === "semi-aves" || dataset === "imagenet127") return { spread: 0.5 };
  const { split = {} } = given, gamma = split["gammaLabeled"] ?? 100;
  const alike = (split["unlabeled"] ?? "consistent") === "consistent" &&
    (split["gammaUnlabeled"] ?? gamma) === gamma;
  return { spread: dataset === "cifar10" && alike ? 1.5 : 0.3 };
}
