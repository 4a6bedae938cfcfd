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
