import type { Recipe, RecipeTarget } from "../../core/mod.ts";
import { crestAligns, dasoRecipe, dasoSupervisedRecipe } from "./daso.ts";

/** Add-ons that are followed as DASO's repository has them. */
const FAMILY: readonly string[] = [
  "daso",
  "abc",
  "crest",
  "darp",
  "crt",
  "ldam",
  "reweight",
  "logitadjust",
  "distalign",
];

/** Bases that bring DASO's settings along. */
const BASES: readonly string[] = [
  "pseudolabel",
  "meanteacher",
  "mixmatch",
  "remixmatch",
  "usadtm",
];

/**
 * DASO's settings for the bases that do not bring them along, FixMatch and labels alone; nothing
 * where the run also has an add-on of another system, which brings its own. With cRT 100,000 steps
 * follow the 250,000 of the base.
 */
export function dasoTraining(target: RecipeTarget): Recipe {
  if (!target.addons.every((name) => FAMILY.includes(name))) return {};
  const recipe = trainingOf(target), { steps } = recipe ?? {};
  if (!steps) return {};
  const all = target.addons.includes("crt") ? { steps: steps * 7 / 5 } : {};
  return BASES.includes(target.base) ? all : { ...recipe, ...all };
}

function trainingOf(target: RecipeTarget): Recipe | null {
  if (target.base === "supervised") return dasoSupervisedRecipe(target);
  return target.base === "fixmatch" || BASES.includes(target.base) ? dasoRecipe(2)(target) : null;
}

/** DASO's settings, on `synthetic` the base's own. */
export function dasoAddonRecipe(target: RecipeTarget): Recipe {
  return target.dataset === "synthetic" ? {} : dasoTraining(target);
}

/**
 * CReST with five generations of 50,000 steps. With alignment, as CReST+, on CIFAR, without on
 * STL-10, as DASO's configurations have it; with SEVAL two generations of 250,000, aligned on
 * CIFAR-10 only.
 */
export function crestRecipe(target: RecipeTarget): Recipe {
  const generations = target.addons.includes("seval") && /^cifar/.test(target.dataset) ? 2 : 5;
  const options = { generations, plus: crestAligns(target) };
  return target.dataset === "synthetic" ? {} : { ...dasoAddonRecipe(target), options };
}

/** DASO's training and options; of its method SEVAL's authors take the alignment loss alone. */
export function dasoMethodRecipe(target: RecipeTarget): Recipe {
  const alone = target.addons.includes("seval") ? { adaptive: false, share: 0 } : {};
  return { ...dasoTraining(target), options: { ...publishedOptions(target), ...alone } };
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
