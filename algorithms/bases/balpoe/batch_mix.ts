import { gather, lerp, type OptionDocs, type Step, type Tensor } from "../../../core/mod.ts";
import { type CutBox, cutBox } from "./cut_box.ts";

/** All ways to mix. */
export const MIXES = ["mixup", "cutmix", "mixup_cutmix", "none"] as const;

/** How the images of a labeled batch are mixed. */
export interface MixOptions {
  /** The way; `mixup_cutmix` takes either with equal chance. */
  mix: "mixup" | "cutmix" | "mixup_cutmix" | "none";
  /** The way that takes over in later epochs. */
  later: "mixup" | "cutmix" | "mixup_cutmix" | "none";
  /** The first of them, 0 for never. */
  laterFrom: number;
  /** Of the Beta(α, α) distribution of the mixing weight. */
  alpha: number;
}

/** What the options of mixing are. */
export const MIX_DOCS: OptionDocs<MixOptions> = {
  mix: "The way; `mixup_cutmix` takes either with equal chance.",
  later: "The way that takes over in later epochs.",
  laterFrom: "The first of them, 0 for never.",
  alpha: "Of the Beta(α, α) distribution of the mixing weight.",
};

/** The way in which a step mixes. */
export function mixKind(
  { config: { mix, later, laterFrom }, progress }: Pick<Step<MixOptions>, "config" | "progress">,
): MixOptions["mix"] {
  return laterFrom > 0 && progress.epoch >= laterFrom ? later : mix;
}

/** Weight λ of the images themselves, of their partners' 1 − λ, and the box if there is one. */
export function mixOf(
  s: Step<MixOptions>,
): { readonly lambda: number; readonly box: CutBox | null } {
  const mix = mixKind(s), { alpha } = s.config;
  if (mix === "none") return { lambda: 1, box: null };
  const lambda = s.random("lambda").beta(alpha);
  const paste = mix === "cutmix" || mix === "mixup_cutmix" && s.random("paste").integer(2) === 1;
  if (!paste) return { lambda, box: null };
  const size = s.batch.labeled.x[0].shape[1]!; // images have four axes
  const row = s.random("row").integer(size), column = s.random("column").integer(size);
  const box = cutBox(size, { lambda, row, column });
  return { lambda: box.share, box };
}

/** The labeled image that each one is mixed with [batch]. */
export function partners(s: Pick<Step, "random" | "batch">): Tensor<"i32"> {
  return s.random("partners").permutation(s.batch.labeled.y.size);
}

/**
 * Labeled images mixed with their partners: λ x + (1 − λ) x', the whole image (mixup, Zhang et al.,
 * ICLR 2018) or a box of it (CutMix, Yun et al., ICCV 2019).
 */
export function mixImages(s: Step<MixOptions>): Tensor {
  const [x] = s.batch.labeled.x, { box, lambda } = mixOf(s);
  if (mixKind(s) === "none") return x;
  return lerp(gather(x, partners(s)), x, box ? staying(x, box) : lambda);
}

/** 1 where an image keeps its pixels, 0 in the box: [height, width, 1]. */
function staying({ device, shape }: Tensor, { rows, columns }: CutBox): Tensor {
  const size = shape[1]!; // images have four axes
  const mask = new Float32Array(size * size).fill(1);
  for (let row = rows[0]; row < rows[1]; row++) {
    mask.fill(0, row * size + columns[0], row * size + columns[1]);
  }
  return device.tensor(mask, [size, size, 1]);
}
