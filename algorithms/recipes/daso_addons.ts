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

/**
 * DASO's settings for the bases that do not bring them along, FixMatch and labels alone; nothing
 * where the run also has an add-on of another system, which brings its own.
 */
export function dasoTraining(target: RecipeTarget): Recipe {
  if (!target.addons.every((name) => FAMILY.includes(name))) return {};
  if (target.base === "fixmatch") return dasoRecipe(2)(target);
  return target.base === "supervised" ? dasoSupervisedRecipe(target) : {};
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

/** cRT after all steps of the base: 250,000 and then 100,000. */
export function crtRecipe(target: RecipeTarget): Recipe {
  const recipe = dasoAddonRecipe(target), { steps } = recipe;
  return steps ? { ...recipe, steps: steps * 7 / 5 } : recipe;
}
