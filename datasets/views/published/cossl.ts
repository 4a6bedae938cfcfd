import type { OperationChoice, Stage, Views } from "../view_spec.ts";
import { floatLevels, pixelLevels, wholeLevels } from "./fixmatch_choices.ts";
import {
  CROP_RATIO,
  GREY,
  STL10_SIZE,
  UDA_FILL,
  type ViewOptions,
  viewsOf,
} from "./view_options.ts";

/** Settings of {@linkcode cosslViews}. */
export interface CosslViewOptions {
  /**
   * Bits that posterize keeps: 1 as in the last commit of the RandAugment package that CoSSL
   * imports; 0, a black image, as in the one before.
   */
  readonly posterizeBits?: 0 | 1;
}

/** The 16 operations of the RandAugment package at magnitude 4 of 30. */
export function cosslChoices({ posterizeBits = 1 }: CosslViewOptions = {}): OperationChoice[] {
  const at4 = (least: number, greatest: number) => [(4 / 30) * (greatest - least) + least];
  const factor = at4(0.1, 1.9);
  return [
    { operation: "autoContrast" },
    { operation: "equalize" },
    { operation: "invert" },
    { operation: "rotate", values: at4(0, 30), signed: true },
    { operation: "posterize", values: [posterizeBits] },
    { operation: "solarize", values: at4(0, 256) },
    { operation: "solarizeAdd", values: at4(0, 110) },
    { operation: "color", values: factor },
    { operation: "contrast", values: factor },
    { operation: "brightness", values: factor },
    { operation: "sharpness", values: factor },
    { operation: "shearX", values: at4(0, 0.3), signed: true },
    { operation: "shearY", values: at4(0, 0.3), signed: true },
    { operation: "cutout", values: at4(0, 40), fill: UDA_FILL, leastCentre: 1 },
    { operation: "translateX", values: at4(0, 100), signed: true },
    { operation: "translateY", values: at4(0, 100), signed: true },
  ];
}

/** The 16 operations of CoSSL's RandAugment for Food-101; factors strengthen and weaken. */
export function cosslFoodChoices(size: number): OperationChoice[] {
  const factors = floatLevels(1.8, 0.1);
  return [
    { operation: "autoContrast" },
    { operation: "brightness", values: factors },
    { operation: "color", values: factors },
    { operation: "contrast", values: factors },
    { operation: "cutout", values: pixelLevels(0.2, size), fill: GREY },
    { operation: "equalize" },
    { operation: "invert" },
    { operation: "posterize", values: wholeLevels(4, 4) },
    { operation: "rotate", values: wholeLevels(30, 0), signed: true },
    { operation: "sharpness", values: factors },
    { operation: "shearX", values: floatLevels(0.3, 0), signed: true },
    { operation: "shearY", values: floatLevels(0.3, 0), signed: true },
    { operation: "solarize", values: wholeLevels(256, 0).map((v) => 256 - v) },
    { operation: "solarizeAdd", values: wholeLevels(110, 0), signed: true },
    { operation: "translateX", values: pixelLevels(0.45, size), signed: true },
    { operation: "translateY", values: pixelLevels(0.45, size), signed: true },
  ];
}

/**
 * CoSSL's views: a black-padded crop by an eighth, then flip; strong does three operations of
 * RandAugment on the raw image before them and hides half the width after normalisation. Food-101
 * comes at 256 pixels: both views are random resized crops of 224, evaluation takes the middle. STL-10,
 * which CDMAD's code trains with these views, is resized to 32 pixels after the operations.
 */
export function cosslViews(
  options: ViewOptions,
  settings: CosslViewOptions = {},
): Views {
  const { dataset } = options;
  if (dataset === "food101") return food(options);
  const size = dataset === "stl10" ? STL10_SIZE : options.size;
  const resized: Stage[] = size === options.size ? [] : [{ kind: "resize", size }];
  const weak: Stage[] = [
    ...resized,
    { kind: "crop", pad: Math.floor(size / 8), border: "zero" },
    { kind: "flip" },
  ];
  const strong: Stage[] = [
    { kind: "randAugment", count: 3, choices: cosslChoices(settings) },
    ...weak,
    { kind: "hide", length: Math.floor(size / 2) },
  ];
  return viewsOf({ weak, strong, identity: resized }, options);
}

function food(options: ViewOptions): Views {
  const size = Math.floor(options.size * CROP_RATIO);
  const weak: Stage[] = [{ kind: "resizedCrop", size }, { kind: "flip" }];
  const strong: Stage[] = [
    ...weak,
    { kind: "randAugment", count: 2, probability: 0.5, choices: cosslFoodChoices(size) },
    { kind: "cutout", size: Math.trunc(0.5 * size), fill: GREY },
  ];
  return viewsOf({ weak, strong, identity: [{ kind: "centerCrop", size }] }, options);
}
