import type { Device } from "../core/autograd/device.ts";
import type { Tensor } from "../core/autograd/tensor.ts";
import type { PredictSet, StreamSpec, View } from "../core/training/algorithm.ts";
import type {
  DrawnBatch,
  DrawnStream,
  ImageSet,
  Loader,
  ViewDraw,
} from "../core/training/loader.ts";
import { augment, type ViewRecipes } from "./augment.ts";
import { viewSize } from "./augmentation/view_size.ts";
import type { Dataset } from "./dataset.ts";
import { ImageSets, labelsOf, readTrainImages } from "./image_sets.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { Split } from "./split.ts";
import { streamSampler } from "./stream_samplers.ts";

/** What a {@linkcode GpuLoader} is made of. */
export interface LoaderOptions {
  readonly device: Device;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly seed: number;
  /** How each view changes an image. */
  readonly views: ViewRecipes;
}

interface Stream {
  readonly set: ImageSet;
  readonly sampler: Sampler;
}

/** Keeps the images that a split uses on the GPU as bytes; a step sends only their numbers. */
export class GpuLoader implements Loader {
  readonly data: Loader["data"];
  readonly size: number;
  readonly test: { readonly images: Int32Array; readonly labels: Int32Array };
  readonly #train: Tensor<"u8">;
  readonly #tests: Tensor<"u8">;
  readonly #sets: ImageSets;
  readonly #views: ViewRecipes;
  readonly #seed: number;
  readonly #labeled: Sampler;
  readonly #unlabeled: Sampler | null;
  readonly #streams = new Map<string, Stream>();

  private constructor(
    { device, dataset, split, seed, views }: LoaderOptions,
    sets: ImageSets,
    bytes: { readonly train: Uint8Array; readonly test: Uint8Array },
  ) {
    const { size } = dataset;
    const { labeled, unlabeled, holdout, counts } = split;
    this.size = viewSize(views.identity, { height: size, width: size }).height;
    this.data = {
      dataset: dataset.name,
      classes: dataset.classNames.length,
      labeled: labeled.length,
      unlabeled: unlabeled.length,
      holdout: holdout.length,
      counts: counts.labeled,
      trueUnlabeledCounts: counts.unlabeled,
    };
    const upload = (data: Uint8Array) =>
      device.keep(() =>
        device.tensor(data, [data.length / (size * size * 3), size, size, 3], "u8")
      );
    this.#train = upload(bytes.train);
    this.#tests = upload(bytes.test);
    this.#sets = sets;
    this.#seed = seed;
    this.test = {
      images: Int32Array.from(split.test, (_, i) => i),
      labels: labelsOf(dataset.test, split.test, split),
    };
    this.#views = views;
    this.#labeled = new EpochSampler({ size: labeled.length, seed, name: "labeled" });
    this.#unlabeled = unlabeled.length > 0
      ? new EpochSampler({ size: unlabeled.length, seed, name: "unlabeled" })
      : null;
  }

  /** Reads the images of a split and uploads them. */
  static async open(options: LoaderOptions): Promise<GpuLoader> {
    const { dataset, split } = options;
    const sets = new ImageSets(dataset, split);
    const train = await readTrainImages(dataset, sets.images);
    return new GpuLoader(options, sets, { train, test: await dataset.test.read(split.test) });
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    const known = this.#sets.of("labeled"), rest = this.#sets.of("unlabeled");
    const position = this.#labeled.next(labeled);
    if (unlabeled > 0 && !this.#unlabeled) {
      throw new RangeError("The method needs unlabeled images, but the split has none");
    }
    const other = unlabeled > 0 ? this.#unlabeled!.next(unlabeled) : new Int32Array(); // checked
    // Samplers give positions inside their sets, here and below.
    return {
      labeled: {
        position,
        image: position.map((i) => known.images[i]!),
        y: position.map((i) => known.labels![i]!), // labeled images have labels
      },
      unlabeled: {
        position: other,
        image: other.map((i) => rest.images[i]!),
        hidden: other.map((i) => this.#sets.hidden[i]!),
        isLabeled: Float32Array.from(other, (i) => this.#sets.isLabeled[i]!),
      },
    };
  }

  set(name: PredictSet): ImageSet {
    return this.#sets.of(name);
  }

  open(name: string, stream: StreamSpec): void {
    const set = this.#sets.of(stream.from);
    const source = { size: set.images.length, labels: set.labels, classes: this.data.classes };
    const sampler = streamSampler(name, stream, { source, seed: this.#seed });
    this.#streams.set(name, { set, sampler });
  }

  nextOf(name: string, images: number): DrawnStream {
    const stream = this.#streams.get(name);
    if (!stream) throw new ReferenceError(`There is no stream '${name}'`);
    const position = stream.sampler.next(images);
    return {
      position,
      image: position.map((i) => stream.set.images[i]!), // positions are inside the set
      y: position.map((i) => stream.set.labels?.[i] ?? -1),
    };
  }

  view(part: "train" | "test", images: Tensor<"i32">, view: View, draw: ViewDraw): Tensor {
    const all = part === "train" ? this.#train : this.#tests;
    return augment(all, images, this.#views[view], draw);
  }

  cursors(): Record<string, number> {
    return {
      labeled: this.#labeled.cursor,
      ...(this.#unlabeled ? { unlabeled: this.#unlabeled.cursor } : {}),
      ...Object.fromEntries(
        [...this.#streams].map(([name, { sampler }]) => [`stream/${name}`, sampler.cursor]),
      ),
    };
  }

  seek(cursors: Readonly<Record<string, number>>): void {
    this.#labeled.seek(cursors.labeled ?? 0);
    this.#unlabeled?.seek(cursors.unlabeled ?? 0);
    for (const [name, { sampler }] of this.#streams) sampler.seek(cursors[`stream/${name}`] ?? 0);
  }
}
