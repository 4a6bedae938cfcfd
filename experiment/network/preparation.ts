import type { Dataset } from "../../datasets/images/dataset.ts";
import { type Fit, type Pixels, toSquare } from "../../datasets/images/resize.ts";
import { setInfos } from "../../datasets/sets/set_info.ts";
import { viewSize } from "../../datasets/views/augment.ts";
import type { Channels, Stage, ViewSpec } from "../../datasets/views/view_spec.ts";

/** What is done to an image before a network sees it: all that makes test images of a run. */
export interface Preparation {
  /** Width and height that images are brought to first. */
  readonly size: number;
  /** How those that are no squares become squares. */
  readonly fit: Fit;
  /** What is done then, e.g. the middle cut out. */
  readonly stages: readonly Stage[];
  /** Width and height of what the network sees. */
  readonly inputSize: number;
  /** Mean of each channel on pixels in [0, 1], taken off in the end. */
  readonly mean: Channels;
  /** Standard deviation of each channel, divided by in the end. */
  readonly std: Channels;
}

/** How test images of a data set are prepared, whose view is `identity`. */
export function preparationOf(
  { name, size }: Pick<Dataset, "name" | "size">,
  identity: ViewSpec,
): Preparation {
  const { stages, mean, std } = identity;
  const { height: inputSize } = viewSize(identity, { height: size, width: size });
  const { fit = "cover" } = Object.hasOwn(setInfos, name) ? setInfos[name]! : {}; // just asked
  return { size, fit, stages, inputSize, mean, std };
}

/** The view that stands for a preparation once images are squares. */
export function viewOf({ stages, mean, std }: Preparation): ViewSpec {
  return { stages, mean, std };
}

/** A preparation's way with sizes in a sentence, for people who rebuild it elsewhere. */
export function describePreparation({ size, fit, stages }: Preparation): string {
  const first = fit === "cover"
    ? `the shorter side to ${size} pixels, the middle ${size} x ${size} cut out`
    : `both sides to ${size} pixels`;
  const rest = stages.map((stage) =>
    "size" in stage ? `${stage.kind} to ${JSON.stringify(stage.size)} pixels` : stage.kind
  );
  const way = "bilinear over as many pixels as are merged, as Pillow's BILINEAR";
  return [`${first} (${way})`, ...rest].join(", then ");
}

/** An image of red, green, blue, or with alpha as fourth as a canvas gives it, row by row. */
export interface Picture {
  /** Pixels of a row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** Bytes, three or four a pixel; alpha is left out. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Brings pictures of any size to the squares that a network's view is made of.
 *
 * @returns HWC bytes, one picture after the other.
 * @throws {TypeError} If one has not three or four bytes a pixel.
 */
export function squaresOf(
  pictures: readonly Picture[],
  { size, fit }: Pick<Preparation, "size" | "fit">,
): Uint8Array {
  const bytes = size * size * 3;
  const all = new Uint8Array(pictures.length * bytes);
  pictures.forEach((picture, i) => all.set(toSquare(rgb(picture), size, fit).data, i * bytes));
  return all;
}

function rgb({ width, height, data }: Picture): Pixels {
  const pixels = width * height;
  if (pixels > 0 && data.length === 3 * pixels) {
    return { width, height, data: Uint8Array.from(data) };
  }
  if (pixels === 0 || data.length !== 4 * pixels) {
    throw new TypeError(
      `A picture of ${width} x ${height} pixels has three or four bytes a pixel, not ${data.length} in all`,
    );
  }
  const out = new Uint8Array(3 * pixels);
  for (let i = 0, from = 0; i < out.length; from++) {
    for (let c = 0; c < 3; c++) out[i++] = data[from++]!; // four bytes a pixel
  }
  return { width, height, data: out };
}
