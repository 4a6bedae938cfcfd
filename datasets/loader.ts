import type { Device } from "../core/autograd/device.ts";
import type { Tensor } from "../core/autograd/tensor.ts";
import type { DataInfo, View } from "../core/training/algorithm.ts";
import type { DrawnBatch, Loader, ViewDraw } from "../core/training/loader.ts";
import { augment, type ViewRecipe, type ViewRecipes } from "./augment.ts";
import type { Dataset, ImagePart } from "./dataset.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { Split } from "./split.ts";

/** What a {@linkcode GpuLoader} is made of. */
export interface LoaderOptions {
  readonly device: Device;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly seed: number;
  /** How each view changes an image. */
  readonly views: ViewRecipes;
}

/**
 * Keeps the images that a split uses on the GPU as bytes; a step sends only their numbers. Images
 * are numbered as the GPU has them: labeled ones first, then the unlabeled.
 */
export class GpuLoader implements Loader {
  readonly data: DataInfo;
  readonly size: number;
  readonly test: { readonly images: Int32Array; readonly labels: Int32Array };
  readonly #train: Tensor<"u8">;
  readonly #tests: Tensor<"u8">;
  readonly #labels: Int32Array;
  readonly #hidden: Int32Array;
  readonly #views: Readonly<Record<View, ViewRecipe>>;
  readonly #labeled: Sampler;
  readonly #unlabeled: Sampler | null;

  private constructor(
    { device, dataset, split, seed, views }: LoaderOptions,
    train: Uint8Array,
    tests: Uint8Array,
  ) {
    const { size } = dataset;
    this.size = size;
    this.data = {
      dataset: dataset.name,
      classes: dataset.classNames.length,
      labeled: split.labeled.length,
      unlabeled: split.unlabeled.length,
      counts: split.counts.labeled,
    };
    const bytes = size * size * 3;
    this.#train = device.keep(() =>
      device.tensor(train, [train.length / bytes, size, size, 3], "u8")
    );
    this.#tests = device.keep(() =>
      device.tensor(tests, [tests.length / bytes, size, size, 3], "u8")
    );
    this.#labels = labelsOf(dataset.train, split.labeled, split);
    this.#hidden = labelsOf(dataset.train, split.unlabeled, split);
    this.test = {
      images: Int32Array.from(split.test, (_, i) => i),
      labels: labelsOf(dataset.test, split.test, split),
    };
    this.#views = views;
    this.#labeled = new EpochSampler({ size: split.labeled.length, seed, name: "labeled" });
    this.#unlabeled = split.unlabeled.length > 0
      ? new EpochSampler({ size: split.unlabeled.length, seed, name: "unlabeled" })
      : null;
  }

  /** Reads the images of a split and uploads them. */
  static async open(options: LoaderOptions): Promise<GpuLoader> {
    const { dataset, split } = options;
    const parts = [
      await readPool(dataset, split.labeled),
      await readPool(dataset, split.unlabeled),
    ];
    const train = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
    train.set(parts[0]!); // two parts, as just made
    train.set(parts[1]!, parts[0]!.length);
    return new GpuLoader(options, train, await dataset.test.read(split.test));
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    const position = this.#labeled.next(labeled);
    if (unlabeled > 0 && !this.#unlabeled) {
      throw new RangeError("The method needs unlabeled images, but the split has none");
    }
    const hiddenPosition = unlabeled > 0 ? this.#unlabeled!.next(unlabeled) : new Int32Array(); // checked
    const first = this.data.labeled;
    return {
      labeled: { position, image: position, y: position.map((i) => this.#labels[i]!) }, // in the set
      unlabeled: {
        position: hiddenPosition,
        image: hiddenPosition.map((i) => first + i),
        hidden: hiddenPosition.map((i) => this.#hidden[i]!), // in the set
      },
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
    };
  }

  seek({ labeled = 0, unlabeled = 0 }: Readonly<Record<string, number>>): void {
    this.#labeled.seek(labeled);
    this.#unlabeled?.seek(unlabeled);
  }
}

/** Bytes of images of `train`, or, with numbers past its end, of `unlabeled`. */
async function readPool(dataset: Dataset, images: Int32Array): Promise<Uint8Array> {
  const { train, unlabeled, size } = dataset;
  const bytes = size * size * 3;
  const own = images.filter((i) => i < train.images);
  const extra = images.filter((i) => i >= train.images).map((i) => i - train.images);
  if (extra.length === 0) return await train.read(images);
  const fromTrain = await train.read(own);
  const fromExtra = await unlabeled!.read(extra); // the split was made of this data set
  const all = new Uint8Array(images.length * bytes);
  let a = 0, b = 0;
  images.forEach((i, k) => {
    const source = i < train.images
      ? fromTrain.subarray(a++ * bytes, a * bytes)
      : fromExtra.subarray(b++ * bytes, b * bytes);
    all.set(source, k * bytes);
  });
  return all;
}

function labelsOf(part: ImagePart, images: Int32Array, { relabel }: Split): Int32Array {
  return images.map((i) => {
    const label = part.labels?.[i] ?? -1;
    return label < 0 ? -1 : relabel?.[label] ?? label;
  });
}
