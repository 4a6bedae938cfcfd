import { named, type PublishedRecipe } from "../../core/mod.ts";
import { acr } from "./acr.ts";
import { adello } from "./adello.ts";
import { balpoe } from "./balpoe.ts";
import { ccl } from "./ccl.ts";
import { cdmad } from "./cdmad.ts";
import { cossl } from "./cossl.ts";
import { cpe } from "./cpe.ts";
import { daso } from "./daso.ts";
import { seval } from "./seval.ts";
import { simpro } from "./simpro.ts";
import { usb } from "./usb.ts";

/** Every published recipe, in the order in which lists have them. */
export const recipes: readonly PublishedRecipe[] = [
  daso,
  seval,
  cossl,
  adello,
  simpro,
  acr,
  balpoe,
  usb,
  cdmad,
  cpe,
  ccl,
];

/**
 * The recipe of a name.
 *
 * @throws {BadInput} If there is none; names the nearest.
 */
export const findRecipe: (name: string) => PublishedRecipe = named(
  recipes.map((recipe) => [recipe.name, recipe]),
  "recipe",
);
