import type { LoaderView } from "../../core/training/loader.ts";
import type { ResizeFilter } from "../images/resample_weights.ts";
import type { AffineFilter, Operation } from "../../kernels/augment/program.ts";

/** Red, green, blue. */
export type Channels = readonly [red: number, green: number, blue: number];

/** An operation that may be drawn, and the law of its magnitude. */
export interface OperationChoice {
  /** What it does. */
  readonly operation: Operation;
  /**
   * Magnitudes of which each is as likely as the others: factors (brightness, color, contrast,
   * sharpness), deviations in pixels (blur), bits kept (posterize), thresholds (solarize), addends (solarizeAdd, addToDark), degrees
   * (rotate, positive is counter-clockwise), shears, pixels (translate, positive moves the picture
   * left or up; cutout: side of the box), shares of the circle of hues (hue).
   */
  readonly values?: readonly number[];
  /** Magnitudes uniform over [least, greatest), in the same units; not for cutout. */
  readonly range?: readonly [least: number, greatest: number];
  /**
   * Makes magnitudes normal over `range`, clipped to it: mean and standard deviation as shares of it,
   * 0 being the least and 1 the greatest.
   */
  readonly normal?: readonly [mean: number, deviation: number];
  /** Whether magnitudes of `range` are truncated to whole numbers. */
  readonly whole?: boolean;
  /** Whether a coin decides the sign. */
  readonly signed?: boolean;
  /**
   * Colour of a cutout, `[127, 127, 127]` by default; of what a rotation, shear or translation lays
   * bare, black by default.
   */
  readonly fill?: Channels;
  /** How rotations, shears and translations mix pixels; the nearest one is taken by default. */
  readonly filter?: AffineFilter | "bilinear or bicubic";
  /** Least centre of a cutout, 0 by default. */
  readonly leastCentre?: number;
}

/** An operation of a policy. */
export interface PolicyOperation extends OperationChoice {
  /** How likely it is applied once its policy is drawn. */
  readonly probability: number;
}

/** Height and width of an image, in pixels; one number for both. */
export type Extent = number | PixelSize;

/** Height and width of an image. */
export interface PixelSize {
  /** Number of rows. */
  readonly height: number;
  /** Pixels of a row. */
  readonly width: number;
}

/** One thing done to every image of a view, in the order of its stages. */
export type Stage =
  | FlipStage
  | CropStage
  | CenterCropStage
  | ResizeStage
  | ResizeShorterStage
  | ResizedCropStage
  | RandAugmentStage
  | PolicyStage
  | ColorJitterStage
  | CutoutStage
  | HideStage;

/** Mirrors left and right (`x`, the default) or top and bottom (`y`). */
export interface FlipStage {
  /** Tells it from the other stages. */
  readonly kind: "flip";
  /** `x`, the default, swaps left and right. */
  readonly axis?: "x" | "y";
  /** 1/2 by default. */
  readonly probability?: number;
}

/** Pads every side and takes a window of `size` (by default the size it had) anywhere in it. */
export interface CropStage {
  /** Tells it from the other stages. */
  readonly kind: "crop";
  /** Pixels added on each side before. */
  readonly pad: number;
  /** What lies beyond the image: its mirror image without the edge itself, or black. */
  readonly border: "reflect" | "zero";
  /** Size of the window. */
  readonly size?: Extent;
  /** Where the window is, counted in the padded image, instead of anywhere. */
  readonly at?: { readonly top: number; readonly left: number };
}

/** Takes the middle. */
export interface CenterCropStage {
  /** Tells it from the other stages. */
  readonly kind: "centerCrop";
  /** Width and height of what is taken. */
  readonly size: number;
}

/** Pillow's resize; bilinear by default. */
export interface ResizeStage {
  /** Tells it from the other stages. */
  readonly kind: "resize";
  /** Size afterwards. */
  readonly size: Extent;
  /** How pixels are mixed; bilinear by default. */
  readonly filter?: ResizeFilter;
}

/** Pillow's resize of the shorter side to `size`, as torchvision's `Resize(size)`. */
export interface ResizeShorterStage {
  /** Tells it from the other stages. */
  readonly kind: "resizeShorter";
  /** Length of the shorter side afterwards. */
  readonly size: number;
  /** How pixels are mixed; bilinear by default. */
  readonly filter?: ResizeFilter;
}

/** torchvision's `RandomResizedCrop`: a box of random area and ratio, resized to `size`. */
export interface ResizedCropStage {
  /** Tells it from the other stages. */
  readonly kind: "resizedCrop";
  /** Width and height afterwards. */
  readonly size: number;
  /** Share of the area, by default 0.08 to 1. */
  readonly scale?: readonly [least: number, greatest: number];
  /** Width over height, by default 3/4 to 4/3. */
  readonly ratio?: readonly [least: number, greatest: number];
  /** How pixels are mixed; bilinear by default. */
  readonly filter?: ResizeFilter;
  /** The box, instead of a random one. */
  readonly box?: PixelSize & { readonly top: number; readonly left: number };
}

/** Draws `count` operations with replacement. */
export interface RandAugmentStage {
  /** Tells it from the other stages. */
  readonly kind: "randAugment";
  /** Operations in a row. */
  readonly count: number;
  /** How likely each one drawn is applied; 1 by default. */
  readonly probability?: number;
  /** Operations to draw from. */
  readonly choices: readonly OperationChoice[];
}

/** AutoAugment's: draws one of several policies and does all of its operations in their order. */
export interface PolicyStage {
  /** Tells it from the other stages. */
  readonly kind: "policy";
  /** Policies of the same number of operations, each as likely as the others. */
  readonly policies: readonly (readonly PolicyOperation[])[];
}

/**
 * torchvision's `ColorJitter`: up to four operations, each with a factor of its own, in random order.
 * Factors are uniform over [max(0, 1 - x), 1 + x), a hue moves by a share uniform over [-x, x) of the
 * circle; what is 0 or left out is not done.
 */
export interface ColorJitterStage {
  /** Tells it from the other stages. */
  readonly kind: "colorJitter";
  /** Spread of the factor of brightness. */
  readonly brightness?: number;
  /** Spread of the factor of contrast. */
  readonly contrast?: number;
  /** Spread of the factor of colour. */
  readonly saturation?: number;
  /** Largest move of the hue, 1/2 at most. */
  readonly hue?: number;
  /** How likely any of it is done; 1 by default. */
  readonly probability?: number;
}

/** Fills a box of `size` pixels, or a size uniform over a range, as Pillow's rectangle does. */
export interface CutoutStage {
  /** Tells it from the other stages. */
  readonly kind: "cutout";
  /** Side of the box in pixels, or the range it is drawn from. */
  readonly size: number | readonly [least: number, greatest: number];
  /** Colour of the box. */
  readonly fill: Channels;
  /** Each coordinate of the centre is uniform from this, 0 by default, to the image's size. */
  readonly leastCentre?: number;
  /** The centre, instead of a random one; only with one size. */
  readonly centre?: { readonly x: number; readonly y: number };
}

/** Last of all: sets a box of `length` pixels around a pixel to 0 after normalisation. */
export interface HideStage {
  /** Tells it from the other stages. */
  readonly kind: "hide";
  /** Side of the box in pixels. */
  readonly length: number;
  /** The pixel, instead of any. */
  readonly centre?: { readonly x: number; readonly y: number };
}

/**
 * How a view of an image is made: stages in order, then `(value / 255 - mean) / std` per channel.
 * Sizes and pixels in it are meant for one image size; those of published systems are functions
 * of the size.
 */
export interface ViewSpec {
  /** What is done to the image, in this order. */
  readonly stages: readonly Stage[];
  /** Mean of each channel, taken off in the end. */
  readonly mean: Channels;
  /** Standard deviation of each channel, divided by in the end. */
  readonly std: Channels;
}

/** The views that a system makes of labeled and unlabeled images. */
export interface Views {
  /** Of labeled images, where not the weak one. */
  readonly labeled?: ViewSpec;
  /** How weak views are made. */
  readonly weak: ViewSpec;
  /** How strong views are made. */
  readonly strong: ViewSpec;
  /** How views for contrastive losses are made, where a method asks for them. */
  readonly contrast?: ViewSpec;
  /** For evaluation: nothing random. */
  readonly identity: ViewSpec;
}

/**
 * How a view is made; of labeled images as the weak one, unless they have one of their own.
 *
 * @throws {TypeError} If there are no such views.
 */
export function specOf(views: Views, view: LoaderView): ViewSpec {
  const spec = view === "labeled" ? views.labeled ?? views.weak : views[view];
  if (spec) return spec;
  throw new TypeError(`A method asks for '${view}' views, which these views do not have: give it`);
}
