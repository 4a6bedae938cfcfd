import type { Stage, Views } from "../view_spec.ts";
import { fixmatchChoices } from "./fixmatch_choices.ts";
import { GREY, type ViewOptions, viewsOf } from "./view_options.ts";

/**
 * The toolkit's own views, SimPro's with a cutout that keeps its share of the image at any size:
 * flip, reflect-padded crop by an eighth; strong adds two operations of RandAugment, each applied
 * half of the time, and a grey cutout of half the width.
 */
export function defaultViews(options: ViewOptions): Views {
  const { size } = options;
  const weak: Stage[] = [
    { kind: "flip" },
    { kind: "crop", pad: Math.floor(size / 8), border: "reflect" },
  ];
  const strong: Stage[] = [
    ...weak,
    { kind: "randAugment", count: 2, probability: 0.5, choices: fixmatchChoices(size) },
    { kind: "cutout", size: Math.floor(size / 2), fill: GREY },
  ];
  return viewsOf({ weak, strong }, options);
}
