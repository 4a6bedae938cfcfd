import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "../formats/byte_source.ts";
import { planarToHwc, type RawImages } from "../formats/raw_images.ts";

const SIZE = 96;
const EACH = SIZE * SIZE * 3;

/**
 * Images of a file of STL-10's binary distribution (https://cs.stanford.edu/~acoates/stl10):
 * three planes of 96 x 96 bytes an image, each running down its columns.
 *
 * @param source `train_X.bin`, `test_X.bin` or `unlabeled_X.bin`.
 * @throws {BadInput} If the file is empty or no whole number of images.
 */
export function stl10Images(source: ByteSource): RawImages {
  const images = Math.floor(source.size / EACH);
  if (images === 0 || source.size % EACH !== 0) {
    throw new BadInput(
      `Cannot read ${source.name}: its ${source.size} bytes are no whole number of STL-10 images ` +
        `of ${EACH} bytes; the file is cut off or not the binary version, get it again`,
    );
  }
  return {
    images,
    size: SIZE,
    read(from, count) {
      const planes = source.read(from * EACH, count * EACH);
      const out = new Uint8Array(count * EACH);
      for (let i = 0; i < count; i++) {
        planarToHwc(planes, out, { from: i * EACH, to: i * EACH, size: SIZE, columns: true });
      }
      return out;
    },
  };
}

/**
 * Labels of a file of STL-10, which counts classes from 1.
 *
 * @param source `train_y.bin` or `test_y.bin`.
 * @param images How many there must be.
 * @returns Class indices from 0.
 * @throws {BadInput} If there are more or fewer, or one is out of range.
 */
export function stl10Labels(source: ByteSource, images: number): Int32Array {
  if (source.size !== images) {
    throw new BadInput(
      `Cannot read ${source.name}: it has ${source.size} labels for ${images} images; ` +
        "get both files again",
    );
  }
  return Int32Array.from(source.read(0, images), (label, i) => {
    if (label >= 1 && label <= 10) return label - 1;
    throw new BadInput(`Cannot read ${source.name}: label ${label} of image ${i} is not 1..10`);
  });
}
