import type { LoaderView } from "../../core/training/loader.ts";
import type { ViewRecipe, ViewRecipes } from "./view_recipe.ts";

/** How a view is made; of labeled images as the weak one, unless they have a recipe of their own. */
export function recipeOf(recipes: ViewRecipes, view: LoaderView): ViewRecipe {
  return view === "labeled" ? recipes.labeled ?? recipes.weak : recipes[view];
}
