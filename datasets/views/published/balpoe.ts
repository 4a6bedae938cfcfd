import type { Stage, Views } from "../view_spec.ts";
import { cifarPolicies } from "./cifar_policies.ts";
import {
  CROP_RATIO,
  type Normalization,
  normalizationOf,
  type ViewOptions,
  viewsOf,
} from "./view_options.ts";
import { timmChoices } from "./timm_choices.ts";
import { trivialChoices } from "./trivial_choices.ts";

/** Settings of {@linkcode balpoeViews}. */
export interface BalpoeViewOptions {
  /** `long`: of trainings of 400 epochs, not of the standard ones of 180 and 200. */
  readonly long?: boolean;
  /** Long trainings on CIFAR: what is done to colours and shapes; AutoAugment by default. */
  readonly policy?: "autoAugment" | "trivialAugment";
  /** Long trainings on CIFAR: side of a box that is hidden after normalisation; none by default. */
  readonly cutout?: number;
}

const CIFAR: Normalization = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };

/** Data sets of photographs, which crops are cut out of. */
const PHOTOGRAPHS: ReadonlySet<string> = new Set([
  "imagenet-lt",
  "inaturalist2018",
  "food101",
  "semi-aves",
]);

/**
 * BalPoE's views. On CIFAR a black-padded crop by an eighth and flip, then a rotation by up to 15
 * degrees; in long trainings AutoAugment's policies in its place. On ImageNet,
 * Food-101 and Semi-Aves a random resized crop, flip and colour jitter (on iNaturalist in long trainings
 * only), and in long trainings two operations of timm's RandAugment; photographs of 256 pixels become 224, of which evaluation takes the middle. A
 * supervised method has no strong view; it is the same.
 */
export function balpoeViews(
  options: ViewOptions,
  settings: BalpoeViewOptions = {},
): Views {
  const { dataset = "" } = options;
  const photographs = PHOTOGRAPHS.has(dataset);
  if (photographs || dataset.startsWith("imagenet")) return large(options, settings, photographs);
  const { long = false, policy = "autoAugment", cutout } = settings;
  const weak: Stage[] = [
    { kind: "crop", pad: Math.floor(options.size / 8), border: "zero" },
    { kind: "flip" },
  ];
  if (!long) {
    weak.push({
      kind: "randAugment",
      count: 1,
      choices: [{ operation: "rotate", range: [-15, 15] }],
    });
  } else {
    weak.push(
      policy === "autoAugment"
        ? { kind: "policy", policies: cifarPolicies(options.size) }
        : { kind: "randAugment", count: 1, choices: trivialChoices() },
    );
    if (cutout !== undefined) weak.push({ kind: "hide", length: cutout });
  }
  const own = { cifar10: CIFAR, cifar100: CIFAR };
  return viewsOf({ weak, strong: weak }, normalizationOf(options, own));
}

function large(
  options: ViewOptions,
  { long = false }: BalpoeViewOptions,
  photographs: boolean,
): Views {
  const size = photographs ? Math.floor(options.size * CROP_RATIO) : options.size;
  const weak: Stage[] = [
    { kind: "resizedCrop", size },
    { kind: "flip" },
  ];
  if (long || options.dataset !== "inaturalist2018") {
    weak.push({ kind: "colorJitter", brightness: 0.4, contrast: 0.4, saturation: 0.4 });
  }
  if (long) {
    weak.push({ kind: "randAugment", count: 2, probability: 0.5, choices: timmChoices(size) });
  }
  const identity: Stage[] = photographs ? [{ kind: "centerCrop", size }] : [];
  return viewsOf({ weak, strong: weak, identity }, options);
}
