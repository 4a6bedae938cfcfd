import { closest } from "fastest-levenshtein";
import { BadInput } from "../../../core/bad_input.ts";
import type { Channels, ViewRecipes } from "../view_spec.ts";
import type { Dataset } from "../../images/dataset.ts";
import { adelloRecipes } from "./adello.ts";
import { balpoeRecipes } from "./balpoe.ts";
import { cosslRecipes } from "./cossl.ts";
import { dasoRecipes, dasoRemixmatchRecipes, sevalRecipes } from "./daso.ts";
import { defaultRecipes } from "./default.ts";
import type { RecipeOptions } from "./view_options.ts";
import { acrRecipes, simproRecipes } from "./simpro.ts";
import { torchsslRecipes } from "./torchssl.ts";

const RECIPES: Readonly<Record<string, (options: RecipeOptions) => ViewRecipes>> = {
  default: defaultRecipes,
  simpro: simproRecipes,
  acr: acrRecipes,
  daso: dasoRecipes,
  "daso-remixmatch": dasoRemixmatchRecipes,
  seval: sevalRecipes,
  adello: adelloRecipes,
  usb: adelloRecipes,
  torchssl: torchsslRecipes,
  cossl: cosslRecipes,
  balpoe: (options) => balpoeRecipes(options),
  "balpoe-long": (options) => balpoeRecipes(options, { long: true }),
  "balpoe-long-cutout": (options) => balpoeRecipes(options, { long: true, cutout: 16 }),
  "balpoe-trivial": (options) => balpoeRecipes(options, { long: true, policy: "trivialAugment" }),
};

/** Names of all augmentations, as `list` prints them. */
export const augmentationNames: readonly string[] = Object.keys(RECIPES);

/** Normalisation of images nobody has published statistics of. */
const HALF: Channels = [0.5, 0.5, 0.5];
const QUARTER: Channels = [0.25, 0.25, 0.25];

/**
 * The views of an augmentation for a data set.
 *
 * @param name One of {@linkcode augmentationNames}.
 * @throws {BadInput} If there is no augmentation of that name.
 */
export function viewRecipes(name: string, dataset: Dataset): ViewRecipes {
  const { name: set, size, mean = HALF, std = QUARTER } = dataset;
  return namedRecipes(name, { dataset: set, size, mean, std });
}

/**
 * The views of an augmentation for images that need not be of a data set.
 *
 * @throws {BadInput} If there is no augmentation of that name.
 *
 * @example CoSSL operates before it crops
 * ```ts
 * import { namedRecipes } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const half = [0.5, 0.5, 0.5] as const;
 * const { strong } = namedRecipes("cossl", { size: 32, mean: half, std: half });
 * const kinds = strong.stages.map(({ kind }) => kind);
 * assert.deepEqual(kinds, ["randAugment", "crop", "flip", "hide"]);
 * ```
 */
export function namedRecipes(name: string, options: RecipeOptions): ViewRecipes {
  const make = Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
  if (!make) {
    throw new BadInput(
      `There is no augmentation '${name}'; did you mean '${
        closest(name, augmentationNames as string[])
      }'? Known: ${augmentationNames.join(", ")}`,
    );
  }
  return make(options);
}
