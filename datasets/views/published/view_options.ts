import type { Channels, Stage, Views } from "../view_spec.ts";

/** What published views must know about the images. */
export interface ViewOptions {
  /** Name of the data set, where a system treats some in a way of their own. */
  readonly dataset?: string;
  /** Height and width of the images, in pixels. */
  readonly size: number;
  /** Mean of each channel on pixels in [0, 1], for data sets without the system's own. */
  readonly mean: Channels;
  /** Standard deviation of each channel on pixels in [0, 1]. */
  readonly std: Channels;
}

/** Normalisation of images. */
export interface Normalization {
  readonly mean: Channels;
  readonly std: Channels;
}

/** The constants that a system has for a data set, or the data set's own. */
export function normalizationOf(
  { dataset = "", mean, std }: ViewOptions,
  own: Readonly<Record<string, Normalization>>,
): Normalization {
  return Object.hasOwn(own, dataset) ? own[dataset]! : { mean, std }; // just asked
}

/** Constants that authors gave as bytes. */
export function ofBytes(mean: Channels, std: Channels): Normalization {
  const shares = (values: Channels) => values.map((v) => v / 255) as unknown as Channels; // three
  return { mean: shares(mean), std: shares(std) };
}

/** Views of stages that share their normalisation. */
export function viewsOf(
  stages: Readonly<Record<"weak" | "strong", readonly Stage[]>> & {
    readonly labeled?: readonly Stage[];
    readonly identity?: readonly Stage[];
  },
  { mean, std }: Normalization,
): Views {
  const { weak, strong, labeled, identity = [] } = stages;
  return {
    weak: { stages: weak, mean, std },
    strong: { stages: strong, mean, std },
    identity: { stages: identity, mean, std },
    ...(labeled && { labeled: { stages: labeled, mean, std } }),
  };
}

/** Grey, as PIL fills with 127. */
export const GREY: Channels = [127, 127, 127];

/** Grey, as AutoAugment's PyTorch port fills. */
export const POLICY_GREY: Channels = [128, 128, 128];

/** The mean colour of ImageNet by its usual constants, as timm fills. */
export const IMAGENET_FILL: Channels = [124, 116, 104];

/** The mean colour of ImageNet, as UDA's code fills. */
export const UDA_FILL: Channels = [125, 123, 114];

/** Size at which SimPro, ACR and CDMAD train on STL-10, whatever size it comes in. */
export const STL10_SIZE = 32;

/** Share of a resized image that is cropped: 224 of 256 pixels. */
export const CROP_RATIO = 0.875;
