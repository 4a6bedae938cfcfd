import type { Tensor } from "../autograd/tensor.ts";
import type { DataInfo, StreamSpec, View } from "./plugin/needs.ts";
import type { PredictSet } from "./plugin/host_slots.ts";

/**
 * Which images the next step uses. An image has up to four numbers: its *image* in the data set, its
 * *row* among the images that a run keeps, its *position* in a set (labeled, unlabeled, …), and its
 * *place* among those that `view()` finds at the moment.
 */
export interface DrawnBatch {
  /** Labeled images. */
  readonly labeled: {
    readonly position: Int32Array;
    readonly place: Int32Array;
    readonly y: Int32Array;
  };
  /** Unlabeled images. */
  readonly unlabeled: {
    readonly position: Int32Array;
    readonly place: Int32Array;
    /** True classes for the trainer's statistics, −1 where unknown; no method sees them. */
    readonly hidden: Int32Array;
    /** 1 where the image is in the labeled set too, else 0. */
    readonly isLabeled: Float32Array;
  };
}

/** Images of a stream. */
export interface DrawnStream {
  /** Positions in the set it is from. */
  readonly position: Int32Array;
  /** Places where `view("train", …)` finds them. */
  readonly place: Int32Array;
  /** −1 for unlabeled images. */
  readonly y: Int32Array;
}

/** A whole set: its images by position, and their classes where methods may see them. */
export interface ImageSet {
  /** Row of the image at each position. */
  readonly rows: Int32Array;
  /** Their classes; null where methods must not see them. */
  readonly labels: Int32Array | null;
}

/** Names the random numbers of a view. */
export interface ViewDraw {
  /** Seed of the run. */
  readonly seed: number;
  /** Step of the run. */
  readonly step: number;
  /** Which view it is; other names have other numbers. */
  readonly name: string;
}

/** How many images a step draws. */
export interface DrawSizes {
  /** Labeled images. */
  readonly labeled: number;
  /** Unlabeled images. */
  readonly unlabeled: number;
  /** Images of each stream. */
  readonly streams: Readonly<Record<string, number>>;
}

/** Gives the trainer its images. */
export interface Loader {
  /** What is known of the data. */
  readonly data: Omit<DataInfo, "features">;
  /** Width and height of the images as networks see them. */
  readonly size: number;
  /** Rows and classes of the test images. */
  readonly test: { readonly rows: Int32Array; readonly labels: Int32Array };
  /** Images of a set, by the rows that `fetch("train", …)` takes. */
  set(name: PredictSet): ImageSet;
  /**
   * Waits until the images of the next step are at hand and begins to read those of later ones; to
   * be awaited before each step. Loaders that have all images on the GPU need none of it.
   */
  prepare?(sizes: DrawSizes): Promise<void>;
  /**
   * Fetches images for views outside of steps.
   *
   * @param rows Rows out of `set()`, or for `test` out of `test`.
   * @returns Their places until the next call or step. Without this method a row is a place.
   */
  fetch?(part: "train" | "test", rows: Int32Array): Promise<Int32Array>;
  /** Draws the next batch. */
  next(labeled: number, unlabeled: number): DrawnBatch;
  /**
   * Takes unlabeled images in as labeled, in place of those taken in before, and draws the enlarged
   * labeled set from the start. Streams go on as they are.
   *
   * @param labels Classes by position in the unlabeled set; their positions follow the labeled ones.
   * @param phase Number of the phase, which the order of the images goes by.
   */
  adopt?(labels: ReadonlyMap<number, number>, phase: number): void;
  /** Makes a stream of a name; before the first step. */
  open(name: string, stream: StreamSpec): void;
  /** Draws the next images of a stream. */
  nextOf(name: string, images: number): DrawnStream;
  /** Records making a view of some images: f32 [n, size, size, 3]. */
  view(part: "train" | "test", places: Tensor<"i32">, view: LoaderView, draw: ViewDraw): Tensor;
  /** What to save to go on drawing as if nothing had happened. */
  cursors(): Readonly<Record<string, number>>;
  /** Goes on from saved cursors. */
  seek(cursors: Readonly<Record<string, number>>): void;
}

/** A view as loaders make it; `labeled` is the weak view of labeled images, which may be its own. */
export type LoaderView = View | "labeled";

/** What a loader makes where a method asks for a view of images from a set. */
export function loaderView(from: PredictSet | StreamSpec["from"], view: View): LoaderView {
  return from === "labeled" && view === "weak" ? "labeled" : view;
}
