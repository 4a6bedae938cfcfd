import type { OperationChoice, Stage, Views } from "../view_spec.ts";
import {
  CROP_RATIO,
  type Normalization,
  normalizationOf,
  ofBytes,
  UDA_FILL,
  type ViewOptions,
  viewsOf,
} from "./view_options.ts";

const OWN: Readonly<Record<string, Normalization>> = {
  // ImageNet's constants, as released.
  cifar10: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  cifar100: ofBytes([129.3, 124.1, 112.4], [68.2, 65.4, 70.4]),
  stl10: ofBytes([112.4, 109.1, 98.6], [68.4, 66.6, 68.5]),
};

/** Operations of grey images. */
const COLOURLESS: ReadonlySet<string> = new Set([
  "brightness",
  "equalize",
  "identity",
  "rotate",
  "sharpness",
  "shearX",
  "shearY",
  "translateX",
  "translateY",
]);

/** The 14 operations of TorchSSL's and USB's RandAugment, magnitudes uniform over their ranges. */
export function usbChoices(size: number): OperationChoice[] {
  const factor = [0.05, 0.95] as const, shear = [-0.3, 0.3] as const;
  const pixels = [-0.3 * size, 0.3 * size] as const;
  return [
    { operation: "autoContrast" },
    { operation: "brightness", range: factor },
    { operation: "color", range: factor },
    { operation: "contrast", range: factor },
    { operation: "equalize" },
    { operation: "identity" },
    { operation: "posterize", values: [4, 5, 6, 7] }, // 4 to 8, truncated
    { operation: "rotate", range: [-30, 30] },
    { operation: "sharpness", range: factor },
    { operation: "shearX", range: shear },
    { operation: "shearY", range: shear },
    { operation: "solarize", range: [0, 256] },
    { operation: "translateX", range: pixels },
    { operation: "translateY", range: pixels },
  ];
}

/**
 * USB's RandAugment: three operations, always applied, then a cutout of up to half the width.
 *
 * @param choices Operations; all 14 by default.
 */
export function usbRandAugment(
  size: number,
  choices: OperationChoice[] = usbChoices(size),
): Stage[] {
  return [
    { kind: "randAugment", count: 3, choices },
    { kind: "cutout", size: [0, 0.5 * size], fill: UDA_FILL, leastCentre: 1 },
  ];
}

/**
 * ADELLO's and USB's views: a reflect-padded crop by an eighth, then flip; strong adds USB's
 * RandAugment. STL-10 and TissueMNIST are resized to 32 pixels first. EuroSAT and TissueMNIST are
 * flipped both ways, TissueMNIST before a crop by one pixel and without operations on colour; small
 * ImageNet is padded with black. Food-101 and Semi-Aves come at 256 pixels: weak crops 224, strong
 * is a random resized crop, evaluation takes the middle.
 */
export function adelloViews(options: ViewOptions): Views {
  const { dataset = "" } = options;
  const normalization = normalizationOf(options, OWN);
  if (dataset === "food101" || dataset === "semi-aves") return large(options, normalization);
  const small = dataset === "stl10" || dataset === "tissuemnist";
  const size = small ? 32 : options.size;
  const first: Stage[] = size === options.size ? [] : [{ kind: "resize", size }];
  const flips: Stage[] = [{ kind: "flip" }];
  if (dataset === "eurosat" || dataset === "tissuemnist") flips.push({ kind: "flip", axis: "y" });
  const border = dataset.startsWith("imagenet") ? "zero" : "reflect";
  const grey = dataset === "tissuemnist";
  const crop: Stage = { kind: "crop", pad: grey ? 1 : Math.floor(size / 8), border };
  const weak = grey ? [...first, ...flips, crop] : [...first, crop, ...flips];
  const choices = grey
    ? usbChoices(size).filter((p) => COLOURLESS.has(p.operation))
    : usbChoices(size);
  const strong = [...weak, ...usbRandAugment(size, choices)];
  return viewsOf({ weak, strong, identity: first }, normalization);
}

function large({ size }: ViewOptions, normalization: Normalization): Views {
  const out = Math.floor(size * CROP_RATIO);
  return viewsOf({
    weak: [{ kind: "crop", pad: 0, border: "reflect", size: out }, { kind: "flip" }],
    strong: [{ kind: "resizedCrop", size: out }, { kind: "flip" }, ...usbRandAugment(out)],
    identity: [{ kind: "centerCrop", size: out }],
  }, normalization);
}
