import type { Channels, Stage, ViewRecipes } from "../augmentation/view_recipe.ts";
import { fixmatchPool } from "./fixmatch_pool.ts";

/** What a recipe must know about the images. */
export interface RecipeOptions {
  /** Height and width of the images, in pixels. */
  readonly size: number;
  readonly mean: Channels;
  readonly std: Channels;
}

/**
 * SimPro's and ACR's views: flip, reflect-padded crop by an eighth of the size; strong adds two
 * operations of RandAugment, each applied half of the time, and a grey cutout of 16 pixels whatever
 * the size.
 */
export function simproRecipes({ size, mean, std }: RecipeOptions): ViewRecipes {
  const weak: Stage[] = [
    { kind: "flip" },
    { kind: "crop", pad: Math.floor(size / 8), border: "reflect" },
  ];
  const strong: Stage[] = [
    ...weak,
    { kind: "randAugment", count: 2, probability: 0.5, pool: fixmatchPool(size) },
    { kind: "cutout", size: 16, fill: [127, 127, 127] },
  ];
  return {
    weak: { stages: weak, mean, std },
    strong: { stages: strong, mean, std },
    identity: { stages: [], mean, std },
  };
}
