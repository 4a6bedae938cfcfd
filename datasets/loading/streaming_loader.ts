import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import type { PredictSet } from "../../core/training/plugin/host_slots.ts";
import type { StreamSpec } from "../../core/training/plugin/needs.ts";
import type {
  DrawnBatch,
  DrawnStream,
  DrawSizes,
  ImageSet,
  Loader,
  LoaderView,
  ViewDraw,
} from "../../core/training/loader.ts";
import { augment } from "../views/augment.ts";
import { specOf, type Views } from "../views/view_spec.ts";
import type { LoaderViews } from "./gpu_loader.ts";
import type { SplitDraws } from "./split_draws.ts";

/** How a {@linkcode StreamingLoader} reads and makes views. */
export interface StreamingLoaderOptions extends LoaderViews {
  /** Steps whose images are read ahead, the next one among them; 3 by default. */
  readonly prefetch?: number;
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
  readonly #views: Views;
  readonly #prefetch: number;
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

  /** @param draws Nobody else's: it draws ahead. */
  constructor(draws: SplitDraws, { device, views, prefetch = 3 }: StreamingLoaderOptions) {
    this.#draws = draws;
    this.data = draws.data;
    this.size = draws.size;
    this.test = draws.test;
    this.#device = device;
    this.#views = views;
    this.#prefetch = prefetch;
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
    while (this.#queue.length < this.#prefetch) this.#queue.push(this.#draw(sizes));
    this.#ready = await this.#queue[0]!.bytes; // just filled
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    const bytes = this.#ready, step = this.#queue.shift();
    if (
      !bytes || step?.batch.labeled.place.length !== labeled ||
      step.batch.unlabeled.place.length !== unlabeled
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
    if (stream?.place.length === images) return stream;
    throw new ReferenceError(`There is no stream '${name}' of ${images} images in this step`);
  }

  async fetch(part: "train" | "test", rows: Int32Array): Promise<Int32Array> {
    this.#stage(await this.#draws.read(part, rows));
    return rows.map((_, place) => place);
  }

  view(_: "train" | "test", places: Tensor<"i32">, view: LoaderView, draw: ViewDraw): Tensor {
    if (!this.#staged) throw new Error("There are no images yet: await prepare() or fetch()");
    return augment(this.#staged, places, specOf(this.#views, view), draw);
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

  /** Draws a step and begins to read its images, which it gives their places in the upload. */
  #draw({ labeled, unlabeled, streams }: DrawSizes): Ahead {
    const drawn = this.#draws.next(labeled, unlabeled);
    const rows: number[] = [];
    const placed = <T extends { readonly place: Int32Array }>(drawn: T): T => {
      const first = rows.length;
      for (const row of drawn.place) rows.push(row); // as drawn, these are rows
      return { ...drawn, place: drawn.place.map((_, i) => first + i) };
    };
    const batch = { labeled: placed(drawn.labeled), unlabeled: placed(drawn.unlabeled) };
    const extra = Object.entries(streams).map(([name, images]) =>
      [name, placed(this.#draws.nextOf(name, images))] as const
    );
    const bytes = this.#draws.read("train", Int32Array.from(rows));
    // Reported when the step is due, if it ever is.
    bytes.catch(() => {});
    return { batch, streams: new Map(extra), bytes, cursors: this.#draws.cursors() };
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
