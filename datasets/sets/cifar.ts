import { BadInput } from "../../core/bad_input.ts";
import { type LabeledImages, planarToHwc } from "../formats/raw_images.ts";

/** How {@link parseCifar} reads a file. */
export interface CifarOptions {
  /** 10: records of label and pixels; 100: coarse label, fine label and pixels. */
  readonly classes: 10 | 100;
  /** What error messages call the file. */
  readonly path: string;
}

const SIZE = 32;
const PIXELS = SIZE * SIZE * 3;

/**
 * Reads a file of the binary distribution of CIFAR-10 or CIFAR-100
 * (https://www.cs.toronto.edu/~kriz/cifar.html).
 *
 * A record is one label byte (CIFAR-100: two, the second is the fine label that is used) and three
 * planes of 32 x 32 bytes. A file may have any number of records.
 *
 * @param bytes The whole file.
 * @returns Images as HWC and their labels, in file order.
 * @throws {BadInput} If the file is no whole number of records, is empty, or a label is out of
 *   range.
 *
 * @example One record
 * ```ts
 * import { parseCifar } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const file = new Uint8Array(3073);
 * file[0] = 7;
 * file[1 + 1024] = 200; // the first green pixel
 * const { bytes, labels } = parseCifar(file, { classes: 10, path: "data_batch_1.bin" });
 * assert.deepEqual([...labels], [7]);
 * assert.deepEqual([...bytes.subarray(0, 3)], [0, 200, 0]);
 * ```
 */
export function parseCifar(bytes: Uint8Array, { classes, path }: CifarOptions): LabeledImages {
  const head = classes === 10 ? 1 : 2;
  const record = head + PIXELS;
  const images = Math.floor(bytes.length / record);
  if (images === 0 || bytes.length % record !== 0) {
    throw new BadInput(
      `Cannot read ${path}: its ${bytes.length} bytes are no whole number of CIFAR-${classes} ` +
        `records of ${record} bytes; the file is cut off or not the binary version, get it again`,
    );
  }
  const pixels = new Uint8Array(images * PIXELS);
  const labels = new Int32Array(images);
  for (let i = 0; i < images; i++) {
    const label = bytes[i * record + head - 1]!; // whole records were checked above
    if (label >= classes) {
      throw new BadInput(
        `Cannot read ${path}: record ${i} has label ${label}, expected 0..${classes - 1}; ` +
          "the file is damaged or of another data set, get it again",
      );
    }
    labels[i] = label;
    planarToHwc(bytes, pixels, { from: i * record + head, to: i * PIXELS, size: SIZE });
  }
  return { bytes: pixels, labels };
}
