import type { Tensor } from "../autograd/tensor.ts";
import type { DataInfo, View } from "./algorithm.ts";

/** Which images the next step uses. Positions count within a set, images within the data set. */
export interface DrawnBatch {
  readonly labeled: {
    readonly position: Int32Array;
    readonly image: Int32Array;
    readonly y: Int32Array;
  };
  readonly unlabeled: {
    readonly position: Int32Array;
    readonly image: Int32Array;
    /** True classes for the trainer's statistics, −1 where unknown; no method sees them. */
    readonly hidden: Int32Array;
  };
}

/** Names the random numbers of a view. */
export interface ViewDraw {
  readonly seed: number;
  readonly step: number;
  readonly name: string;
}

/** Gives the trainer its images. */
export interface Loader {
  readonly data: DataInfo;
  /** Width and height of the images as networks see them. */
  readonly size: number;
  readonly test: { readonly images: Int32Array; readonly labels: Int32Array };
  /** Draws the next batch. */
  next(labeled: number, unlabeled: number): DrawnBatch;
  /** Records making a view of some images: f32 [n, size, size, 3]. */
  view(part: "train" | "test", images: Tensor<"i32">, view: View, draw: ViewDraw): Tensor;
  /** What to save to go on drawing as if nothing had happened. */
  cursors(): Readonly<Record<string, number>>;
  /** Goes on from saved cursors. */
  seek(cursors: Readonly<Record<string, number>>): void;
}
