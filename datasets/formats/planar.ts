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
