import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import type { PredictSet } from "../../core/training/plugin/host_slots.ts";
import type { StreamSpec } from "../../core/training/plugin/needs.ts";
import type {
  DrawnBatch,
  DrawnStream,
  ImageSet,
  Loader,
  LoaderView,
  ViewDraw,
} from "../../core/training/loader.ts";
import { augment } from "../views/augment.ts";
import { specOf, type Views } from "../views/view_spec.ts";
import type { SplitDraws } from "./split_draws.ts";

/** Where a loader makes views, and of what kind. */
export interface LoaderViews {
  readonly device: Device;
  /** How each view changes an image. */
  readonly views: Views;
}

/** Keeps the images that a split uses on the GPU as bytes; a step sends only their places. */
export class GpuLoader implements Loader {
  readonly data: Loader["data"];
  readonly size: number;
  readonly test: Loader["test"];
  readonly #draws: SplitDraws;
  readonly #views: Views;
  readonly #train: Tensor<"u8">;
  readonly #tests: Tensor<"u8">;

  private constructor(draws: SplitDraws, { device, views }: LoaderViews) {
    const { size } = draws;
    // A buffer of no bytes is none.
    const room = (images: number) =>
      device.keep(() => device.empty([Math.max(1, images), size, size, 3], "u8"));
    this.data = draws.data;
    this.size = size;
    this.test = draws.test;
    this.#draws = draws;
    this.#views = views;
    this.#train = room(draws.sets.images.length);
    this.#tests = room(draws.test.rows.length);
  }

  /** Reads the images of a split and uploads them. */
  static async open(draws: SplitDraws, options: LoaderViews): Promise<GpuLoader> {
    const { device } = options;
    const loader = new GpuLoader(draws, options);
    const rows = draws.sets.images.map((_, row) => row);
    device.write(loader.#train, await draws.read("train", rows));
    if (draws.test.rows.length > 0) {
      device.write(loader.#tests, await draws.read("test", draws.test.rows));
    }
    return loader;
  }

  set(name: PredictSet): ImageSet {
    return this.#draws.set(name);
  }

  open(name: string, stream: StreamSpec): void {
    this.#draws.open(name, stream);
  }

  adopt(labels: ReadonlyMap<number, number>, phase: number): void {
    this.#draws.adopt(labels, phase);
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    return this.#draws.next(labeled, unlabeled);
  }

  nextOf(name: string, images: number): DrawnStream {
    return this.#draws.nextOf(name, images);
  }

  view(part: "train" | "test", places: Tensor<"i32">, view: LoaderView, draw: ViewDraw): Tensor {
    const all = part === "train" ? this.#train : this.#tests;
    return augment(all, places, specOf(this.#views, view), draw);
  }

  cursors(): Readonly<Record<string, number>> {
    return this.#draws.cursors();
  }

  seek(cursors: Readonly<Record<string, number>>): void {
    this.#draws.seek(cursors);
  }
}
