import type { Stage, ViewRecipes } from "../view_spec.ts";
import { fixmatchPool } from "./fixmatch_pool.ts";
import { GREY, type RecipeOptions, recipesOf } from "./view_options.ts";

/** Size at which SimPro and ACR train on STL-10, whatever size it comes in. */
const STL10_SIZE = 32;

/**
 * SimPro's views: flip, then a reflect-padded crop by an eighth of the size; strong adds two
 * operations of RandAugment, each applied half of the time, and a grey cutout of 16 pixels whatever
 * the size. STL-10 is resized to 32 pixels first.
 */
export function simproRecipes(options: RecipeOptions): ViewRecipes {
  const size = sizeOf(options);
  const first = resized(options);
  const weak: Stage[] = [
    ...first,
    { kind: "flip" },
    { kind: "crop", pad: Math.floor(size / 8), border: "reflect" },
  ];
  const strong: Stage[] = [
    ...weak,
    { kind: "randAugment", count: 2, probability: 0.5, pool: fixmatchPool(size) },
    { kind: "cutout", size: 16, fill: GREY },
  ];
  return recipesOf({ weak, strong, identity: first }, options);
}

/**
 * ACR's views: SimPro's, except that labeled images of small ImageNet are padded with black and
 * cropped before they are flipped.
 */
export function acrRecipes(options: RecipeOptions): ViewRecipes {
  const { weak, strong, identity } = simproRecipes(options);
  if (!options.dataset?.startsWith("imagenet")) return { weak, strong, identity };
  const labeled: Stage[] = [
    { kind: "crop", pad: Math.floor(options.size / 8), border: "zero" },
    { kind: "flip" },
  ];
  return { weak, strong, identity, labeled: { ...weak, stages: labeled } };
}

function sizeOf({ dataset, size }: RecipeOptions): number {
  return dataset === "stl10" ? STL10_SIZE : size;
}

function resized(options: RecipeOptions): Stage[] {
  const size = sizeOf(options);
  return size === options.size ? [] : [{ kind: "resize", size }];
}
