import type { Dataset } from "../images/dataset.ts";

/**
 * What a protocol may know of a data set: labels, no images.
 *
 * Training images are numbered from 0; images that come without a label (the 100 000 of STL-10)
 * follow them and have label −1. Test images are numbered from 0 on their own.
 */
export interface LabelPool {
  /** Name of the data set. */
  readonly name: string;
  /** SHA-256 of what the data set's files hold. */
  readonly fingerprint: string;
  /** Number of classes. */
  readonly classes: number;
  /** Their names, for messages; numbers if left out. */
  readonly classNames?: readonly string[];
  /** Whether the classes have a long tail by nature; not if left out. */
  readonly naturalTail?: boolean;
  /** Class of every training image, −1 where nobody knows. */
  readonly labels: ArrayLike<number>;
  /** Class of every test image. */
  readonly testLabels: ArrayLike<number>;
  /**
   * Class of every image of the data set's own validation part, whose numbers follow those of `labels`;
   * none if left out.
   */
  readonly validLabels?: ArrayLike<number>;
}

/** A class of a pool as messages call it: by its name, where it has one. */
export function classWords({ classNames }: Pick<LabelPool, "classNames">, c: number): string {
  const name = classNames?.[c];
  return name === undefined ? `class ${c}` : `class '${name}'`;
}

/**
 * The pool of a data set: its `train` part, then its `unlabeled` part, whose labels stay hidden
 * even if the data set knows them.
 *
 * @throws {TypeError} If `train` or `test` has no labels.
 *
 * @example Index 2 is the first unlabeled image
 * ```ts
 * import { memoryDataset, labelPool } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const bytes = (images: number) => new Uint8Array(images * 3);
 * const dataset = await memoryDataset({
 *   name: "points",
 *   classNames: ["dark", "bright"],
 *   size: 1,
 *   train: { bytes: bytes(2), labels: [0, 1] },
 *   test: { bytes: bytes(1), labels: [1] },
 *   unlabeled: { bytes: bytes(3) },
 * });
 * assert.deepEqual([...Array.from(labelPool(dataset).labels)], [0, 1, -1, -1, -1]);
 * ```
 */
export function labelPool(dataset: Dataset): LabelPool {
  const { name, fingerprint, classNames, naturalTail = false, train, test, unlabeled, valid } =
    dataset;
  if (!train.labels || !test.labels) {
    throw new TypeError(`Cannot split ${name}: its training and test images need labels`);
  }
  const labels = new Int32Array(train.images + (unlabeled?.images ?? 0)).fill(-1);
  labels.set(train.labels);
  return {
    name,
    fingerprint,
    classes: classNames.length,
    classNames,
    naturalTail,
    labels,
    testLabels: test.labels,
    ...valid?.labels && { validLabels: valid.labels },
  };
}

/**
 * Indices of the images of each class, ascending; images without a label are left out.
 *
 * @throws {RangeError} If a label is not below `classes`.
 */
export function indicesByClass(labels: ArrayLike<number>, classes: number): number[][] {
  const lists = Array.from({ length: classes }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!; // i is inside the labels
    if (label < 0) continue;
    const list = lists[label];
    if (!list) throw new RangeError(`Label ${label} of image ${i} is not below ${classes} classes`);
    list.push(i);
  }
  return lists;
}

/**
 * What the shape `unknown` takes: the images that come without a label, or, where all have one,
 * those that are not used otherwise.
 *
 * @param used Images that are labeled or set aside.
 * @returns Ascending.
 */
export function unlabeledImages(pool: LabelPool, used: ArrayLike<number>): number[] {
  const unknown = imagesWhere(pool, (image) => pool.labels[image]! < 0); // image is in the pool
  if (unknown.length > 0) return unknown;
  const taken = new Set(Array.from(used));
  return imagesWhere(pool, (image) => !taken.has(image));
}

/** All training images of a pool that pass a test, ascending. */
export function imagesWhere(pool: LabelPool, test: (image: number) => boolean): number[] {
  const images: number[] = [];
  for (let image = 0; image < pool.labels.length; image++) if (test(image)) images.push(image);
  return images;
}
