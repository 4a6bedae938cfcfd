import { type Dataset, type ImagePart, type PartName, partNames } from "./dataset.ts";
import { fingerprintOf, labelsSha256, type PartDigest, sha256 } from "./fingerprint.ts";

/** Images and labels of one part, in memory. */
export interface MemoryPart {
  /** HWC, u8, `size` x `size` x 3 an image. */
  readonly bytes: Uint8Array;
  /** One class index an image; leave out where unknown. */
  readonly labels?: ArrayLike<number> | null;
}

/** What {@link memoryDataset} makes a data set of. */
export interface MemoryDatasetOptions {
  /** Name of the set, for logs and messages. */
  readonly name: string;
  /** Names of the classes, in the order of their numbers. */
  readonly classNames: readonly string[];
  /** Height and width of every image, in pixels. */
  readonly size: number;
  /** Mean of each channel on pixels in [0, 1]. */
  readonly mean?: readonly [number, number, number] | undefined;
  /** Standard deviation of each channel on pixels in [0, 1]. */
  readonly std?: readonly [number, number, number] | undefined;
  /** Whether the classes have a long tail by nature; not if left out. */
  readonly naturalTail?: boolean | undefined;
  /** Needs labels. */
  readonly train: MemoryPart;
  /** Needs labels; left out where a split sets a share of `train` aside, or nothing is evaluated. */
  readonly test?: MemoryPart | undefined;
  /** Images beside the training images; a split takes unlabeled images from both. */
  readonly unlabeled?: MemoryPart | undefined;
  /** Images to choose settings by. */
  readonly valid?: MemoryPart | undefined;
}

/**
 * Makes a data set of images that are already in memory; checks that sizes and labels hold
 * together.
 *
 * @param options Bytes are kept, not copied.
 * @throws {TypeError} If bytes are no whole images, labels are missing or too few.
 * @throws {RangeError} If a label is no class index, or a size or a deviation is no positive
 *   number.
 *
 * @example An own data set
 * ```ts
 * import { memoryDataset } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const dataset = await memoryDataset({
 *   name: "two squares",
 *   classNames: ["dark", "bright"],
 *   size: 2,
 *   train: { bytes: new Uint8Array(24).fill(255, 12), labels: [0, 1] },
 *   test: { bytes: new Uint8Array(12), labels: [0] },
 * });
 * assert.equal(dataset.train.images, 2);
 * assert.deepEqual([...await dataset.train.read([1])].slice(0, 3), [255, 255, 255]);
 * ```
 */
export async function memoryDataset(options: MemoryDatasetOptions): Promise<Dataset> {
  const { name, classNames, size, mean, std, naturalTail } = options;
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`Cannot make data set '${name}': size ${size} is no positive integer`);
  }
  if (classNames.length === 0 || new Set(classNames).size !== classNames.length) {
    throw new TypeError(`Cannot make data set '${name}': class names are missing or repeated`);
  }
  if (std && !std.every((value) => value > 0)) {
    throw new RangeError(`Cannot make data set '${name}': std [${std}] is not above 0`);
  }
  const parts: Partial<Record<PartName, ImagePart>> = {};
  const digests: Partial<Record<PartName, PartDigest>> = {};
  for (const part of partNames) {
    const given = options[part];
    if (!given) continue;
    const where = `part '${part}' of data set '${name}'`;
    const made = memoryPart(given, { size, classes: classNames.length, where });
    if ((part === "train" || part === "test") && !made.labels) {
      throw new TypeError(`Cannot make ${where}: it needs labels`);
    }
    parts[part] = made;
    digests[part] = {
      images: made.images,
      pixels: await sha256(given.bytes),
      labels: made.labels && await labelsSha256(made.labels),
    };
  }
  return {
    name,
    classNames,
    size,
    channels: 3,
    ...(mean && { mean }),
    ...(std && { std }),
    ...(naturalTail && { naturalTail }),
    test: noImages(),
    ...parts as { train: ImagePart },
    fingerprint: await fingerprintOf({ classNames, size, parts: digests }),
  };
}

/** A labeled part of no image. */
export function noImages(): ImagePart {
  const bytes = new Uint8Array();
  return memoryPart({ bytes, labels: [] }, { size: 1, classes: 1, where: "a part of no image" });
}

/** What {@link memoryPart} must know about the set a part belongs to. */
export interface MemoryPartOptions {
  /** Height and width of every image, in pixels. */
  readonly size: number;
  /** Number of classes. */
  readonly classes: number;
  /** What error messages call the part. */
  readonly where: string;
}

/**
 * Makes one part of images in memory.
 *
 * @throws {TypeError} If bytes are no whole images, or labels are not one an image.
 * @throws {RangeError} If a label is no class index.
 */
export function memoryPart(
  { bytes, labels }: MemoryPart,
  { size, classes, where }: MemoryPartOptions,
): ImagePart & { readonly bytes: Uint8Array } {
  const each = size * size * 3;
  if (bytes.length % each !== 0) {
    throw new TypeError(
      `Cannot make ${where}: ${bytes.length} bytes are no whole number of images of ` +
        `${size} x ${size} x 3`,
    );
  }
  const images = bytes.length / each;
  if (labels && labels.length !== images) {
    throw new TypeError(`Cannot make ${where}: ${labels.length} labels for ${images} images`);
  }
  for (let i = 0; labels && i < images; i++) {
    const label = labels[i]!; // i is inside labels
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `Cannot make ${where}: label ${label} of image ${i} is not 0..${classes - 1}`,
      );
    }
  }
  return {
    images,
    bytes,
    labels: labels ? Int32Array.from(labels) : null,
    read(indices) {
      const out = new Uint8Array(indices.length * each);
      for (let i = 0; i < indices.length; i++) {
        const index = checkedIndex(indices[i]!, images); // i is inside indices
        out.set(bytes.subarray(index * each, (index + 1) * each), i * each);
      }
      return out;
    },
  };
}

/**
 * Checks the index of an image.
 *
 * @throws {RangeError} If it is not one of `images`.
 */
export function checkedIndex(index: number, images: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= images) {
    throw new RangeError(`Cannot read image ${index}: the part has ${images} images`);
  }
  return index;
}
