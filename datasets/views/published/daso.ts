import type { Stage, Views } from "../view_spec.ts";
import { fixmatchChoices } from "./fixmatch_choices.ts";
import {
  CROP_RATIO,
  GREY,
  type Normalization,
  normalizationOf,
  type ViewOptions,
  viewsOf,
} from "./view_options.ts";

const OWN: Readonly<Record<string, Normalization>> = {
  cifar100: { mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762] },
};
const SEVAL_OWN: Readonly<Record<string, Normalization>> = {
  ...OWN,
  imagenet127: { mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616] },
};

/** Pixels that DASO and SEVAL pad, whatever the size. */
const PAD = 4;

/** Size of STL-10 as networks see it. */
const STL10_SIZE = 32;

/**
 * DASO's views: flip, then a reflect-padded crop by 4 pixels; strong adds two operations of
 * RandAugment, each applied half of the time, and a grey cutout of 16 pixels. STL-10 at 96 pixels is
 * resized to 32 last, in the views of its ReMixMatch family (`resizeFirst`) before RandAugment.
 */
export function dasoViews(
  options: ViewOptions,
  { resizeFirst = false }: { readonly resizeFirst?: boolean } = {},
): Views {
  const { dataset, size } = options;
  const resize: Stage[] = dataset === "stl10" && size !== STL10_SIZE
    ? [{ kind: "resize", size: STL10_SIZE }]
    : [];
  const moves: Stage[] = [{ kind: "flip" }, { kind: "crop", pad: PAD, border: "reflect" }];
  const changes = strongest(resizeFirst && resize.length > 0 ? STL10_SIZE : size);
  return viewsOf({
    weak: [...moves, ...resize],
    strong: resizeFirst ? [...moves, ...resize, ...changes] : [...moves, ...changes, ...resize],
    identity: resize,
  }, normalizationOf(options, OWN));
}

/** DASO's views for methods of the ReMixMatch family. */
export function dasoRemixmatchViews(options: ViewOptions): Views {
  return dasoViews(options, { resizeFirst: true });
}

/**
 * SEVAL's views: DASO's, with CIFAR-10's normalisation on small ImageNet-127. Semi-Aves comes at
 * 256 pixels, of which 224 are cropped with a reflected margin of 4; evaluation takes the middle.
 */
export function sevalViews(options: ViewOptions): Views {
  const { dataset, size } = options;
  const normalization = normalizationOf(options, SEVAL_OWN);
  if (dataset !== "semi-aves") {
    const { weak, strong, identity } = dasoViews(options);
    return viewsOf(
      { weak: weak.stages, strong: strong.stages, identity: identity.stages },
      normalization,
    );
  }
  const out = Math.floor(size * CROP_RATIO);
  const weak: Stage[] = [
    { kind: "flip" },
    { kind: "crop", pad: PAD, border: "reflect", size: out },
  ];
  const identity: Stage[] = [{ kind: "centerCrop", size: out }];
  return viewsOf({ weak, strong: [...weak, ...strongest(out)], identity }, normalization);
}

function strongest(size: number): Stage[] {
  return [
    { kind: "randAugment", count: 2, probability: 0.5, choices: fixmatchChoices(size) },
    { kind: "cutout", size: 16, fill: GREY },
  ];
}
