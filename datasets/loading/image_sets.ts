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
 * - `image`: in the data set, the training images first, then those of its unlabeled part and of its
 *   validation part; what a split lists.
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

  constructor(dataset: Dataset, split: Split) {
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
    const labels = { labels: trainingLabels(dataset) };
    this.#labels = {
      labeled: labelsOf(labels, labeled, split),
      unlabeled: labelsOf(labels, unlabeled, split),
      holdout: labelsOf(labels, holdout, split),
      valid: labelsOf(labels, valid, split),
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
export function labelsOf(
  { labels }: Pick<ImagePart, "labels">,
  images: Int32Array,
  { relabel }: Split,
): Int32Array {
  return images.map((i) => {
    const label = labels?.[i] ?? -1;
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

/** The parts whose images have numbers of their own, one part after the other. */
function numberedParts({ train, unlabeled, valid }: Dataset): readonly ImagePart[] {
  return [train, unlabeled, valid].filter((part) => part !== undefined);
}

/** Classes of all these images, −1 where nobody is to know. */
function trainingLabels(dataset: Dataset): Int32Array {
  const parts = numberedParts(dataset);
  const labels = new Int32Array(parts.reduce((n, { images }) => n + images, 0)).fill(-1);
  let start = 0;
  for (const part of parts) {
    if (part.labels && part !== dataset.unlabeled) labels.set(part.labels, start);
    start += part.images;
  }
  return labels;
}

/** Bytes of images of `train`, or, with numbers past its end, of `unlabeled` and `valid`. */
export async function readTrainImages(dataset: Dataset, images: Int32Array): Promise<Uint8Array> {
  const bytes = dataset.size ** 2 * 3, all = new Uint8Array(images.length * bytes);
  let start = 0;
  for (const part of numberedParts(dataset)) {
    const first = start, end = start += part.images;
    const wanted = images.filter((i) => i >= first && i < end).map((i) => i - first);
    if (wanted.length === 0) continue;
    const read = await part.read(wanted);
    if (wanted.length === images.length) return read;
    let next = 0;
    images.forEach((image, k) => {
      if (image < first || image >= end) return;
      all.set(read.subarray(next * bytes, ++next * bytes), k * bytes);
    });
  }
  return all;
}
