import type { Stage, Views } from "../view_spec.ts";
import { fixmatchChoices } from "./fixmatch_choices.ts";
import { GREY, STL10_SIZE, type ViewOptions, viewsOf } from "./view_options.ts";

/**
 * SimPro's views: flip, then a reflect-padded crop by an eighth of the size; strong adds two
 * operations of RandAugment, each applied half of the time, and a grey cutout of 16 pixels whatever
 * the size. STL-10 is resized to 32 pixels first.
 */
export function simproViews(options: ViewOptions): Views {
  const size = sizeOf(options);
  const first = resized(options);
  const weak: Stage[] = [
    ...first,
    { kind: "flip" },
    { kind: "crop", pad: Math.floor(size / 8), border: "reflect" },
  ];
  const strong: Stage[] = [
    ...weak,
    { kind: "randAugment", count: 2, probability: 0.5, choices: fixmatchChoices(size) },
    { kind: "cutout", size: 16, fill: GREY },
  ];
  return viewsOf({ weak, strong, identity: first }, options);
}

/**
 * ACR's views: SimPro's, except that labeled images of small ImageNet are padded with black and
 * cropped before they are flipped.
 */
export function acrViews(options: ViewOptions): Views {
  const { weak, strong, identity } = simproViews(options);
  if (!options.dataset?.startsWith("imagenet")) return { weak, strong, identity };
  const labeled: Stage[] = [
    { kind: "crop", pad: Math.floor(options.size / 8), border: "zero" },
    { kind: "flip" },
  ];
  return { weak, strong, identity, labeled: { ...weak, stages: labeled } };
}

function sizeOf({ dataset, size }: ViewOptions): number {
  return dataset === "stl10" ? STL10_SIZE : size;
}

function resized(options: ViewOptions): Stage[] {
  const size = sizeOf(options);
  return size === options.size ? [] : [{ kind: "resize", size }];
}
