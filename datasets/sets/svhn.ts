import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "../formats/byte_source.ts";
import { readMat5 } from "../formats/mat5.ts";
import { planarToHwc, type RawImages } from "../formats/raw_images.ts";

const SIZE = 32;
const EACH = SIZE * SIZE * 3;
/** Twice what the larger of the two files has. */
const MAX_IMAGES = 150_000;
/** Bytes of a label in memory: MATLAB writes float64, and it is read as such. */
const LABEL = 16;

/**
 * Reads a file of cropped SVHN digits (http://ufldl.stanford.edu/housenumbers, format 2): `X`,
 * bytes of shape [32, 32, 3, images], and `y`, the digits, where 10 stands for 0.
 *
 * @param source `train_32x32.mat` or `test_32x32.mat`.
 * @returns Images and class indices 0 to 9, which are the digits.
 * @throws {BadInput} If the file is damaged or holds something else.
 */
export async function readSvhn(
  source: ByteSource,
): Promise<RawImages & { readonly labels: Int32Array }> {
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${source.name}: ${why}`);
  };
  const read = async (name: string, limit: number) =>
    (await readMat5(source, { names: [name], limit })).get(name)!; // it gives what it is asked for
  const y = await read("y", MAX_IMAGES * LABEL), x = await read("X", MAX_IMAGES * EACH);
  const pixels = x.data;
  if (!(pixels instanceof Uint8Array)) return fail("'X' is not of type uint8");
  const [height, width, channels, images = 1] = x.shape;
  if (height !== SIZE || width !== SIZE || channels !== 3 || images === 0) {
    return fail(`'X' has shape [${x.shape}], expected [32, 32, 3, images]`);
  }
  if (y.data.length !== images) fail(`'y' has ${y.data.length} labels for ${images} images`);
  const labels = Int32Array.from(y.data, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label <= 10) return label % 10;
    return fail(`label ${label} of image ${i} is not 1..10`);
  });
  return {
    images,
    size: SIZE,
    labels,
    read(from, count) {
      const out = new Uint8Array(count * EACH);
      for (let i = 0; i < count; i++) {
        // The last index of a MATLAB array runs slowest, so an image is three planes of columns.
        planarToHwc(pixels, out, {
          from: (from + i) * EACH,
          to: i * EACH,
          size: SIZE,
          columns: true,
        });
      }
      return out;
    },
  };
}
