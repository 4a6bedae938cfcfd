/**
 * What is done to one image, as words that one kernel writes and another one follows.
 *
 * A row of a program is a head of {@linkcode HEAD} words and steps of {@linkcode STEP} words each.
 * A step is `[code, parameters × 10, magnitude]`; its first word holds the {@linkcode Code} in the
 * lowest byte, then the {@linkcode OPERATIONS} index plus one (0: no operation), then
 * {@linkcode SKIPPED}. What the parameters are is said at each code; those with a fraction are the
 * bits of an f32. The last word, the bits of the magnitude as drawn, is only for reading back.
 *
 * The head is `[window × 5, steps, box × 4, scale × 3, bias × 3]`: the window through which the
 * last image is seen, the number of steps, the box `y1, y2, x1, x2` (ends exclusive) that is set to
 * 0 after normalisation, and normalisation as `scale * value + bias` per channel.
 */
export const HEAD = 16;

/** Words of a step. */
export const STEP = 12;

/** Where in the head the parts lie. */
export const Head = { window: 0, steps: 5, box: 6, scale: 10, bias: 13 } as const;

/** Kinds of steps. */
export const Code = {
  /** Nothing: identity, or an operation that was drawn and skipped. */
  none: 0,
  /** `[flags, x, y, height, width]`: pixel (i, j) comes from (x ± i, y ± j); see {@linkcode Window}. */
  window: 1,
  /** `[left, top, weights, taps, width, height]`: columns to `width`; `height` rows are kept. */
  resizeColumns: 2,
  /** `[weights, taps, height]`: rows to `height`. */
  resizeRows: 3,
  /**
   * `[a, b, x, d, e, y, colour]`, 16.16 fixed point: from (x + a·i + b·j, y + d·i + e·j), the nearest
   * pixel; the colour outside.
   */
  affine: 4,
  /** `[factor]` */
  brightness: 5,
  /** `[factor]` */
  color: 6,
  /** `[factor]` */
  contrast: 7,
  /** `[factor]` */
  sharpness: 8,
  /** `[mask]`: bits that are kept. */
  posterize: 9,
  /** `[addend, threshold]`: q = clamp(p + addend); q < threshold ? q : 255 - q. */
  solarize: 10,
  autoContrast: 11,
  equalize: 12,
  /** `[x0, y0, x1, y1, colour]`: a filled box, both ends inclusive. */
  box: 13,
  /**
   * `[… as affine, rests × 3]`: the same rounded down, with 16 bits more of a and b, x and d, e and y,
   * the first of each pair lowest; mixes 2 x 2 pixels.
   */
  affineBilinear: 14,
  /** The same, mixing 4 x 4 pixels. */
  affineBicubic: 15,
  /** `[shift]`: added to the hue, of which 256 are a circle. */
  hue: 16,
  /** `[addend, threshold]`: p < threshold ? clamp(p + addend) : p. */
  addBelow: 17,
  /** `[deviation]`: Gaussian blur, in pixels. */
  blur: 18,
} as const;

/** Bits of a window's flags. */
export const Window = { flipX: 1, flipY: 2, zero: 4 } as const;

/** Bit of a step's first word: the operation was drawn and not applied. */
export const SKIPPED = 1 << 16;

/** The image operations as all systems name them; a step holds the index. */
export const OPERATIONS = [
  "addToDark",
  "autoContrast",
  "blur",
  "brightness",
  "color",
  "contrast",
  "cutout",
  "equalize",
  "hue",
  "identity",
  "invert",
  "posterize",
  "rotate",
  "sharpness",
  "shearX",
  "shearY",
  "solarize",
  "solarizeAdd",
  "translateX",
  "translateY",
] as const;

/** One of {@linkcode OPERATIONS}. */
export type Operation = typeof OPERATIONS[number];

/** How moved pixels are mixed. */
export type AffineFilter = "nearest" | "bilinear" | "bicubic";

const AFFINE: Readonly<Record<AffineFilter, number>> = {
  nearest: Code.affine,
  bilinear: Code.affineBilinear,
  bicubic: Code.affineBicubic,
};

/** Code of an operation; of one that moves pixels, with the nearest one. */
export const CODE_OF: Readonly<Record<Operation, number>> = {
  addToDark: Code.addBelow,
  autoContrast: Code.autoContrast,
  blur: Code.blur,
  brightness: Code.brightness,
  color: Code.color,
  contrast: Code.contrast,
  cutout: Code.box,
  equalize: Code.equalize,
  hue: Code.hue,
  identity: Code.none,
  invert: Code.solarize,
  posterize: Code.posterize,
  rotate: Code.affine,
  sharpness: Code.sharpness,
  shearX: Code.affine,
  shearY: Code.affine,
  solarize: Code.solarize,
  solarizeAdd: Code.solarize,
  translateX: Code.affine,
  translateY: Code.affine,
};

/** First word of a step that does an operation; the filter is for those that move pixels. */
export function operationWord(operation: Operation, filter: AffineFilter = "nearest"): number {
  const code = CODE_OF[operation];
  return (code === Code.affine ? AFFINE[filter] : code) | (OPERATIONS.indexOf(operation) + 1) << 8;
}
