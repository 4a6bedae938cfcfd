import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import type { Loader, LoaderView, ViewDraw } from "../../core/training/loader.ts";
import { augment } from "../views/augment.ts";
import { specOf, type Views } from "../views/view_spec.ts";
import { readTrainImages } from "./image_sets.ts";
import { SplitDraws, type SplitDrawsOptions } from "./split_draws.ts";

/** What a loader is made of. */
export interface LoaderOptions extends SplitDrawsOptions {
  readonly device: Device;
  /** How each view changes an image. */
  readonly views: Views;
}

/** Keeps the images that a split uses on the GPU as bytes; a step sends only their numbers. */
export class GpuLoader extends SplitDraws implements Loader {
  readonly #train: Tensor<"u8">;
  readonly #tests: Tensor<"u8">;
  readonly #views: Views;

  private constructor(options: LoaderOptions) {
    super(options);
    const { device, views } = options, { size } = this;
    const room = (images: number) => device.keep(() => device.empty([images, size, size, 3], "u8"));
    this.#train = room(this.sets.images.length);
    this.#tests = room(this.test.images.length);
    this.#views = views;
  }

  /** Reads the images of a split and uploads them. */
  static async open(options: LoaderOptions): Promise<GpuLoader> {
    const { device, dataset, split } = options;
    const loader = new GpuLoader(options);
    device.write(loader.#train, await readTrainImages(dataset, loader.sets.images));
    device.write(loader.#tests, await dataset.test.read(split.test));
    return loader;
  }

  view(part: "train" | "test", images: Tensor<"i32">, view: LoaderView, draw: ViewDraw): Tensor {
    const all = part === "train" ? this.#train : this.#tests;
    return augment(all, images, specOf(this.#views, view), draw);
  }
}
