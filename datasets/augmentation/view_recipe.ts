import type { Operation } from "../../kernels/augment/program.ts";

/** Red, green, blue. */
export type Channels = readonly [red: number, green: number, blue: number];

/** How a resize weighs pixels. */
export type ResizeFilter = "bilinear" | "bicubic";

/** An operation that RandAugment may draw, and the law of its magnitude. */
export interface PoolOperation {
  readonly operation: Operation;
  /**
   * Magnitudes of which each is as likely as the others: factors (brightness, color, contrast,
   * sharpness), bits kept (posterize), thresholds (solarize), addends (solarizeAdd), degrees
   * (rotate, positive is counter-clockwise), shears, pixels (translate, positive moves the picture
   * left or up; cutout: side of the box).
   */
  readonly values?: readonly number[];
  /** Magnitudes uniform over [least, greatest), in the same units; not for cutout. */
  readonly range?: readonly [least: number, greatest: number];
  /** Whether a coin decides the sign of `values`. */
  readonly signed?: boolean;
  /** Colour of a cutout; `[127, 127, 127]` by default. */
  readonly fill?: Channels;
  /** Least centre of a cutout, 0 by default. */
  readonly leastCentre?: number;
}

/** One thing done to every image of a view, in the order of the recipe. */
export type Stage =
  /** Mirrors left and right (x) or top and bottom (y) with a probability, 1/2 by default. */
  | { readonly kind: "flip"; readonly axis?: "x" | "y"; readonly probability?: number }
  /** Pads every side and takes a window of `size` (by default the size it had) anywhere in it. */
  | {
    readonly kind: "crop";
    readonly pad: number;
    readonly border: "reflect" | "zero";
    readonly size?: number;
  }
  /** Takes the middle. */
  | { readonly kind: "centerCrop"; readonly size: number }
  /** Pillow's resize to `size` x `size`. */
  | { readonly kind: "resize"; readonly size: number; readonly filter?: ResizeFilter }
  /** Pillow's resize of the shorter side, as torchvision's `Resize(size)`. */
  | { readonly kind: "resizeShorter"; readonly size: number; readonly filter?: ResizeFilter }
  /** torchvision's RandomResizedCrop. */
  | {
    readonly kind: "resizedCrop";
    readonly size: number;
    /** Share of the area, by default 0.08 to 1. */
    readonly scale?: readonly [number, number];
    /** Width over height, by default 3/4 to 4/3. */
    readonly ratio?: readonly [number, number];
    readonly filter?: ResizeFilter;
  }
  /** Draws `count` operations with replacement; each is applied with `probability`, 1 by default. */
  | {
    readonly kind: "randAugment";
    readonly count: number;
    readonly probability?: number;
    readonly pool: readonly PoolOperation[];
  }
  /** Fills a box of `size` pixels (or a range of sizes) whose centre lies in [leastCentre, width). */
  | {
    readonly kind: "cutout";
    readonly size: number | readonly [least: number, greatest: number];
    readonly fill: Channels;
    readonly leastCentre?: number;
  }
  /** Last of all: sets a box of `length` pixels to 0 after normalisation; its centre is a pixel. */
  | { readonly kind: "hide"; readonly length: number };

/**
 * How a view of an image is made: stages in order, then `(value / 255 - mean) / std` per channel.
 * Sizes and pixels in it are meant for one image size; recipes of published systems are functions
 * of the size.
 */
export interface ViewRecipe {
  readonly stages: readonly Stage[];
  readonly mean: Channels;
  readonly std: Channels;
}

/** The views that a system makes of labeled and unlabeled images. */
export interface ViewRecipes {
  /** Of labeled images, where not the weak one. */
  readonly labeled?: ViewRecipe;
  readonly weak: ViewRecipe;
  readonly strong: ViewRecipe;
  /** For evaluation: nothing random. */
  readonly identity: ViewRecipe;
}
