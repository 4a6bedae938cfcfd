import type { Stage, ViewRecipes } from "../augmentation/view_recipe.ts";
import {
  type Normalization,
  normalizationOf,
  type RecipeOptions,
  recipesOf,
} from "./recipe_options.ts";

const CIFAR: Normalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };

/**
 * BalPoE's view of its standard training on CIFAR: a black-padded crop by an eighth, flip, a
 * rotation by up to 15 degrees. A supervised method has no strong view; it is the same.
 */
export function balpoeRecipes(options: RecipeOptions): ViewRecipes {
  const weak: Stage[] = [
    { kind: "crop", pad: Math.floor(options.size / 8), border: "zero" },
    { kind: "flip" },
    { kind: "randAugment", count: 1, pool: [{ operation: "rotate", range: [-15, 15] }] },
  ];
  const own = { cifar10: CIFAR, cifar100: CIFAR };
  return recipesOf({ weak, strong: weak }, normalizationOf(options, own));
}
