/** Images of one size that can be read in any range. */
export interface RawImages {
  readonly images: number;
  /** Height and width. */
  readonly size: number;
  /** HWC, u8, `count` images from `from` on. */
  read(from: number, count: number): Uint8Array;
}

/** Images and their labels, as the parsers hand them out. */
export interface LabeledImages {
  /** HWC, u8, one image after the other. */
  readonly bytes: Uint8Array;
  /** One class index an image. */
  readonly labels: Int32Array;
}

/**
 * Joins what several files hold, in order.
 *
 * @returns New arrays.
 */
export function joinImages(files: readonly LabeledImages[]): LabeledImages {
  const bytes = new Uint8Array(files.reduce((sum, f) => sum + f.bytes.length, 0));
  const labels = new Int32Array(files.reduce((sum, f) => sum + f.labels.length, 0));
  let pixel = 0;
  let image = 0;
  for (const file of files) {
    bytes.set(file.bytes, pixel);
    labels.set(file.labels, image);
    pixel += file.bytes.length;
    image += file.labels.length;
  }
  return { bytes, labels };
}

/** How {@link planarToHwc} finds an image. */
export interface PlanarOptions {
  /** Where the image starts in the source. */
  readonly from: number;
  /** Where it goes in the target. */
  readonly to: number;
  /** Height and width. */
  readonly size: number;
  /**
   * True where each plane runs down its columns (STL-10, MATLAB) rather than along its rows
   * (CIFAR).
   */
  readonly columns?: boolean;
}

/**
 * Turns one image of three planes (all red, all green, all blue) into interleaved pixels.
 *
 * @param source Planes, `3 * size * size` bytes from `from` on.
 * @param target Written: HWC from `to` on.
 */
export function planarToHwc(
  source: Uint8Array,
  target: Uint8Array,
  { from, to, size, columns = false }: PlanarOptions,
): void {
  const plane = size * size;
  for (let c = 0; c < 3; c++) {
    let at = from + c * plane;
    for (let outer = 0; outer < size; outer++) {
      let out = to + c + outer * (columns ? 3 : 3 * size);
      const step = columns ? 3 * size : 3;
      for (let inner = 0; inner < size; inner++, out += step) {
        target[out] = source[at++]!; // callers pass whole images
      }
    }
  }
}
