import type { ImageSet } from "../../core/training/loader.ts";
import type { PredictSet } from "../../core/training/plugin/host_slots.ts";
import type { Dataset, ImagePart } from "../images/dataset.ts";
import { labeledInUnlabeled, type Split } from "../split/split.ts";

/**
 * The images that a split trains on, each once, with its sets as rows of them: an image that is
 * both labeled and unlabeled is kept once.
 *
 * An image has four numbers, each with a word of its own:
 *
 * - `image`: in the data set, the training images first, then those of its unlabeled part; what a
 *   split lists.
 * - `row`: among the images kept here.
 * - `position`: in its set, such as the 3rd labeled image; what samplers draw and methods see.
 * - `place`: where a view finds it at the moment: its row if all images are on the GPU, else where
 *   it lies among those uploaded last.
 */
export class ImageSets {
  /** The image of each row. */
  readonly images: Int32Array;
  readonly #rows: Readonly<Record<PredictSet, Int32Array>>;
  readonly #labels: Readonly<Record<PredictSet, Int32Array>>;
  /** 1 for unlabeled images that are labeled ones too. */
  readonly isLabeled: Uint8Array;

  constructor({ train }: Dataset, split: Split) {
    const row = new Map<number, number>();
    const rowsOf = (images: Int32Array) =>
      images.map((image) => {
        let at = row.get(image);
        if (at === undefined) row.set(image, at = row.size);
        return at;
      });
    const { labeled, unlabeled, holdout, valid } = split;
    this.#rows = {
      labeled: rowsOf(labeled),
      unlabeled: rowsOf(unlabeled),
      holdout: rowsOf(holdout),
      valid: rowsOf(valid),
    };
    this.images = Int32Array.from(row.keys());
    this.#labels = {
      labeled: labelsOf(train, labeled, split),
      unlabeled: labelsOf(train, unlabeled, split),
      holdout: labelsOf(train, holdout, split),
      valid: labelsOf(train, valid, split),
    };
    this.isLabeled = labeledInUnlabeled(split);
  }

  /** Rows of a set, and its classes where methods may see them. */
  of(set: PredictSet | "all"): ImageSet {
    if (set === "all") {
      const { labeled, unlabeled } = this.#rows;
      const rows = new Int32Array(labeled.length + unlabeled.length);
      rows.set(labeled);
      rows.set(unlabeled, labeled.length);
      return { rows, labels: null };
    }
    return { rows: this.#rows[set], labels: set === "unlabeled" ? null : this.#labels[set] };
  }

  /** Hidden classes of the unlabeled images, for the trainer's statistics alone. */
  get hidden(): Int32Array {
    return this.#labels.unlabeled;
  }
}

/** Classes of some images of a part, as the split ranks them; −1 where unknown. */
export function labelsOf(part: ImagePart, images: Int32Array, { relabel }: Split): Int32Array {
  return images.map((i) => {
    const label = part.labels?.[i] ?? -1;
    return label < 0 ? -1 : relabel?.[label] ?? label;
  });
}

/** The part whose images a split has for testing. */
export function testPart(
  { train, test }: Pick<Dataset, "train" | "test">,
  { testFrom }: Pick<Split, "testFrom">,
): ImagePart {
  return testFrom === "train" ? train : test;
}

/** Bytes of images of `train`, or, with numbers past its end, of `unlabeled`. */
export async function readTrainImages(dataset: Dataset, images: Int32Array): Promise<Uint8Array> {
  const { train, unlabeled, size } = dataset;
  const bytes = size * size * 3;
  const own = images.filter((i) => i < train.images);
  if (own.length === images.length) return await train.read(images);
  const extra = images.filter((i) => i >= train.images).map((i) => i - train.images);
  const fromTrain = await train.read(own);
  const fromExtra = await unlabeled!.read(extra); // the split was made of this data set
  const all = new Uint8Array(images.length * bytes);
  let a = 0, b = 0;
  images.forEach((image, k) => {
    const source = image < train.images
      ? fromTrain.subarray(a++ * bytes, a * bytes)
      : fromExtra.subarray(b++ * bytes, b * bytes);
    all.set(source, k * bytes);
  });
  return all;
}
