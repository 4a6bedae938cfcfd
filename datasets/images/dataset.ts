/**
 * Images of one part of a data set (train, test, ...) as bytes: HWC, u8, `size` x `size` x 3 each.
 */
export interface ImagePart {
  /** Number of images. */
  readonly images: number;
  /**
   * The bytes of the given images, one after the other; throws RangeError for an index outside the
   * part.
   */
  read(indices: ArrayLike<number>): Promise<Uint8Array> | Uint8Array;
  /** All bytes, where they are in memory. */
  readonly bytes?: Uint8Array;
  /** One class index an image; null where nobody knows them. */
  readonly labels: Int32Array | null;
}

/** A data set: its parts, its classes and what a run must know about its images. */
export interface Dataset {
  /** Name of the set. */
  readonly name: string;
  /** Names of the classes, in the order of their numbers. */
  readonly classNames: readonly string[];
  /** Height and width of every image, in pixels. */
  readonly size: number;
  /** Red, green, blue. */
  readonly channels: 3;
  /** Published mean of each channel on pixels in [0, 1], for normalisation. */
  readonly mean?: readonly [number, number, number];
  /** Published standard deviation of each channel on pixels in [0, 1]. */
  readonly std?: readonly [number, number, number];
  /** Whether the classes have a long tail by nature, which splits keep unless told otherwise. */
  readonly naturalTail?: boolean;
  /** Labeled images that a split is dealt from. */
  readonly train: ImagePart;
  /** Labeled images to evaluate on; of no image where the set has none, see `split.testShare`. */
  readonly test: ImagePart;
  /** Images that come without labels, beside those a protocol takes from `train`. */
  readonly unlabeled?: ImagePart;
  /** Labeled images to choose settings by. */
  readonly valid?: ImagePart;
  /** SHA-256 over classes, size, pixels and labels (see `fingerprintOf()`). */
  readonly fingerprint: string;
}

/** Names of the parts a data set may have, in the order in which they are stored and hashed. */
export const partNames: readonly ["train", "test", "unlabeled", "valid"] = [
  "train",
  "test",
  "unlabeled",
  "valid",
];

/** One of {@link partNames}. */
export type PartName = typeof partNames[number];
