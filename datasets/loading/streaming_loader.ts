import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import type { PredictSet, StreamSpec } from "../../core/training/plugin/algorithm.ts";
import type { DrawSizes, DrawnBatch, DrawnStream, ImageSet, Loader, LoaderView, ViewDraw } from "../../core/training/loader.ts";
import { augment } from "../views/augment.ts";
import { specOf, type Views } from "../views/view_spec.ts";
import type { Dataset } from "../images/dataset.ts";
import { readTrainImages } from "./image_sets.ts";
import type { LoaderOptions } from "./gpu_loader.ts";
import type { Split } from "../split/split.ts";
import { SplitDraws } from "./split_draws.ts";

/** What a {@linkcode StreamingLoader} is made of. */
export interface StreamingLoaderOptions extends LoaderOptions {
  /** Steps whose images are read ahead; 3 by default. */
  readonly ahead?: number;
}

/** A step that was drawn, and whose images are being read. */
interface Ahead {
  readonly batch: DrawnBatch;
  readonly streams: ReadonlyMap<string, DrawnStream>;
  /** Images of the labeled, the unlabeled, then those of each stream. */
  readonly bytes: Promise<Uint8Array>;
  /** Where drawing goes on after this step. */
  readonly cursors: Readonly<Record<string, number>>;
}

/**
 * Reads the images of each step some steps ahead and uploads only them, for data that do not fit
 * on the GPU. It draws the same images as a `GpuLoader` and makes the same views of them, so a run
 * ends in the same state, bit for bit.
 *
 * `prepare` must be awaited before each step, and `fetch` before views outside of steps.
 */
export class StreamingLoader implements Loader {
  readonly data: Loader["data"];
  readonly size: number;
  readonly test: Loader["test"];
  readonly #device: Device;
  readonly #dataset: Dataset;
  readonly #split: Split;
  readonly #views: Views;
  readonly #steps: number;
  /** Draws for steps to come; where the run is, is in `#cursors`. */
  readonly #draws: SplitDraws;
  readonly #queue: Ahead[] = [];
  /** Images of the first step in the queue, once they are there. */
  #ready: Uint8Array | null = null;
  #sizes = "";
  #cursors: Readonly<Record<string, number>>;
  #streams: ReadonlyMap<string, DrawnStream> = new Map();
  /** The images that `view` takes. */
  #staged: Tensor<"u8"> | null = null;

  constructor(options: StreamingLoaderOptions) {
    const { device, dataset, split, views, ahead = 3 } = options;
    const draws = this.#draws = new SplitDraws(options);
    this.data = draws.data;
    this.size = draws.size;
    this.test = draws.test;
    this.#device = device;
    this.#dataset = dataset;
    this.#split = split;
    this.#views = views;
    this.#steps = ahead;
    this.#cursors = draws.cursors();
  }

  set(name: PredictSet): ImageSet {
    return this.#draws.set(name);
  }

  open(name: string, stream: StreamSpec): void {
    this.seek(this.#cursors);
    this.#draws.open(name, stream);
    this.#cursors = this.#draws.cursors();
  }

  adopt(labels: ReadonlyMap<number, number>, phase: number): void {
    this.seek(this.#cursors);
    this.#draws.adopt(labels, phase);
    this.#cursors = this.#draws.cursors();
  }

  async prepare(sizes: DrawSizes): Promise<void> {
    const key = JSON.stringify(sizes);
    if (key !== this.#sizes) this.seek(this.#cursors);
    this.#sizes = key;
    while (this.#queue.length < this.#steps) this.#queue.push(this.#draw(sizes));
    this.#ready = await this.#queue[0]!.bytes; // just filled
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    const bytes = this.#ready, step = this.#queue.shift();
    if (
      !bytes || step?.batch.labeled.image.length !== labeled ||
      step.batch.unlabeled.image.length !== unlabeled
    ) {
      throw new Error(
        `The images of a step of ${labeled} labeled and ${unlabeled} unlabeled ones are not there: await prepare() before each step`,
      );
    }
    this.#ready = null;
    this.#cursors = step.cursors;
    this.#streams = step.streams;
    this.#stage(bytes);
    return step.batch;
  }

  nextOf(name: string, images: number): DrawnStream {
    const stream = this.#streams.get(name);
    if (stream?.image.length === images) return stream;
    throw new ReferenceError(`There is no stream '${name}' of ${images} images in this step`);
  }

  async fetch(part: "train" | "test", images: Int32Array): Promise<Int32Array> {
    this.#stage(await this.#read(part, images));
    return images.map((_, i) => i);
  }

  view(_: "train" | "test", images: Tensor<"i32">, view: LoaderView, draw: ViewDraw): Tensor {
    if (!this.#staged) throw new Error("There are no images yet: await prepare() or fetch()");
    return augment(this.#staged, images, specOf(this.#views, view), draw);
  }

  cursors(): Readonly<Record<string, number>> {
    return this.#cursors;
  }

  seek(cursors: Readonly<Record<string, number>>): void {
    this.#draws.seek(cursors);
    this.#cursors = this.#draws.cursors();
    this.#queue.length = 0;
    this.#ready = null;
  }

  /** Draws a step and begins to read its images; they are numbered as they will be uploaded. */
  #draw({ labeled, unlabeled, streams }: DrawSizes): Ahead {
    const drawn = this.#draws.next(labeled, unlabeled);
    const rows: number[] = [];
    const numbered = <T extends { readonly image: Int32Array }>(of: T): T => {
      const first = rows.length;
      rows.push(...of.image);
      return { ...of, image: of.image.map((_, i) => first + i) };
    };
    const batch = { labeled: numbered(drawn.labeled), unlabeled: numbered(drawn.unlabeled) };
    const extra = Object.entries(streams).map(([name, images]) =>
      [name, numbered(this.#draws.nextOf(name, images))] as const
    );
    const bytes = this.#read("train", Int32Array.from(rows));
    // Reported when the step is due, if it ever is.
    bytes.catch(() => {});
    return { batch, streams: new Map(extra), bytes, cursors: this.#draws.cursors() };
  }

  async #read(part: "train" | "test", rows: Int32Array): Promise<Uint8Array> {
    // Rows are those that sets and test have handed out.
    if (part === "test") {
      return await this.#dataset.test.read(rows.map((i) => this.#split.test[i]!));
    }
    const { images } = this.#draws.sets;
    return await readTrainImages(this.#dataset, rows.map((i) => images[i]!));
  }

  /** Uploads what the next views are made of. */
  #stage(bytes: Uint8Array): void {
    const { size } = this, device = this.#device;
    this.#staged?.dispose();
    this.#staged = device.keep(() =>
      device.tensor(bytes, [bytes.length / (size * size * 3), size, size, 3], "u8")
    );
  }
}
