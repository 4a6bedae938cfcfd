import type { Stage, Views } from "../view_spec.ts";
import { usbRandAugment } from "./adello.ts";
import {
  type Normalization,
  normalizationOf,
  ofBytes,
  type ViewOptions,
  viewsOf,
} from "./view_options.ts";

const OWN: Readonly<Record<string, Normalization>> = {
  cifar10: ofBytes([125.3, 123, 113.9], [63, 62.1, 66.7]),
  cifar100: ofBytes([129.3, 124.1, 112.4], [68.2, 65.4, 70.4]),
};

/**
 * TorchSSL's views: flip, then a reflect-padded crop by an eighth; strong does USB's RandAugment and
 * cutout before them.
 */
export function torchsslViews(options: ViewOptions): Views {
  const { size } = options;
  const weak: Stage[] = [
    { kind: "flip" },
    { kind: "crop", pad: Math.floor(size / 8), border: "reflect" },
  ];
  const strong = [...usbRandAugment(size), ...weak];
  return viewsOf({ weak, strong }, normalizationOf(options, OWN));
}
