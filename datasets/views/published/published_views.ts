import { named } from "../../../core/names.ts";
import type { Channels, Views } from "../view_spec.ts";
import type { Dataset } from "../../images/dataset.ts";
import { adelloViews } from "./adello.ts";
import { balpoeViews } from "./balpoe.ts";
import { contrastStages } from "./contrast.ts";
import { cosslViews } from "./cossl.ts";
import { dasoRemixmatchViews, dasoViews, sevalViews } from "./daso.ts";
import { viewSize } from "../augment.ts";
import { defaultViews } from "./default.ts";
import type { ViewOptions } from "./view_options.ts";
import { acrViews, simproViews } from "./simpro.ts";
import { torchsslViews } from "./torchssl.ts";

/** An augmentation: how the views of images are made, by a name. */
export interface NamedViews {
  /** Name as in the option `augment`. */
  readonly name: string;
  /** The views for images of a size and normalisation. */
  make(options: ViewOptions): Views;
}

const PUBLISHED: Readonly<Record<string, (options: ViewOptions) => Views>> = {
  default: defaultViews,
  simpro: simproViews,
  acr: acrViews,
  ccl: acrViews,
  daso: dasoViews,
  "daso-remixmatch": dasoRemixmatchViews,
  seval: sevalViews,
  adello: adelloViews,
  usb: adelloViews,
  torchssl: torchsslViews,
  cossl: cosslViews,
  balpoe: (options) => balpoeViews(options),
  "balpoe-long": (options) => balpoeViews(options, { long: true }),
  "balpoe-long-cutout": (options) => balpoeViews(options, { long: true, cutout: 16 }),
  "balpoe-trivial": (options) => balpoeViews(options, { long: true, policy: "trivialAugment" }),
};

/** Names of all augmentations, as `list` prints them. */
export const augmentationNames: readonly string[] = Object.keys(PUBLISHED);

/** Normalisation of images nobody has published statistics of. */
const HALF: Channels = [0.5, 0.5, 0.5];
const QUARTER: Channels = [0.25, 0.25, 0.25];

/**
 * The views of an augmentation for a data set.
 *
 * @param name One of {@linkcode augmentationNames}, or of `others`.
 * @param more `others`: augmentations from outside, e.g. of `--plugin`.
 * @throws {BadInput} If there is no augmentation of that name.
 */
export function datasetViews(
  name: string,
  dataset: Dataset,
  more: { readonly others?: readonly NamedViews[] } = {},
): Views {
  const { name: set, size, mean = HALF, std = QUARTER } = dataset;
  return publishedViews(name, { dataset: set, size, mean, std }, more);
}

/**
 * The views of an augmentation for images that need not be of a data set. What has no views for
 * contrastive losses of its own gets SimAugment's.
 *
 * @throws {BadInput} If there is no augmentation of that name.
 *
 * @example CoSSL operates before it crops
 * ```ts
 * import { publishedViews } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const half = [0.5, 0.5, 0.5] as const;
 * const { strong } = publishedViews("cossl", { size: 32, mean: half, std: half });
 * const kinds = strong.stages.map(({ kind }) => kind);
 * assert.deepEqual(kinds, ["randAugment", "crop", "flip", "hide"]);
 * ```
 */
export function publishedViews(
  name: string,
  options: ViewOptions,
  { others = [] }: { readonly others?: readonly NamedViews[] } = {},
): Views {
  const own = others.map((views) => [views.name, views.make.bind(views)] as const);
  const views = named([...Object.entries(PUBLISHED), ...own], "augmentation")(name)(options);
  const { height } = viewSize(views.identity, { height: options.size, width: options.size });
  return { contrast: { ...views.identity, stages: contrastStages(height) }, ...views };
}
