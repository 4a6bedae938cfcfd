import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "../formats/byte_source.ts";
import type { NpyArray } from "../formats/npy.ts";
import { readNpz } from "../formats/npz.ts";
import type { RawImages } from "../formats/raw_images.ts";

const parts = ["train", "val", "test"] as const;
/** More images than the largest of its parts has: 165,466. */
const MAX_IMAGES = 200_000;
/** Bytes of an image, as it is published. */
const EACH = 28 * 28;

/** One part of TissueMNIST: grey images as three equal channels, and their labels. */
export type TissuePart = RawImages & { readonly labels: Int32Array };

/**
 * Reads `tissuemnist.npz` (https://medmnist.com): for each of train, val and test `*_images`, bytes
 * of shape [images, 28, 28], and `*_labels`, bytes of shape [images, 1].
 *
 * @param classes Labels must be below this.
 * @throws {BadInput} If the file is damaged or holds something else.
 */
export async function readTissue(
  source: ByteSource,
  classes: number,
): Promise<Readonly<Record<typeof parts[number], TissuePart>>> {
  const read = (what: string, limit: number) =>
    readNpz(source, { names: parts.map((part) => `${part}_${what}`), limit });
  const labels = await read("labels", MAX_IMAGES), images = await read("images", MAX_IMAGES * EACH);
  const part = (name: typeof parts[number]) =>
    // readNpz() gives what it is asked for.
    tissuePart(images.get(`${name}_images`)!, labels.get(`${name}_labels`)!, {
      classes,
      where: `${source.name}: ${name}`,
    });
  return { train: part("train"), val: part("val"), test: part("test") };
}

function tissuePart(
  pixels: NpyArray,
  labels: NpyArray,
  { classes, where }: { classes: number; where: string },
): TissuePart {
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${where}: ${why}`);
  };
  const [images = 0, height = 0, width] = pixels.shape;
  if (pixels.shape.length !== 3 || images === 0 || height === 0 || height !== width) {
    return fail(`its images have shape [${pixels.shape}], expected [images, 28, 28]`);
  }
  if (labels.data.length !== images) {
    fail(`it has ${labels.data.length} labels for ${images} images`);
  }
  labels.data.forEach((label, i) => {
    if (label >= classes) fail(`label ${label} of image ${i} is not 0..${classes - 1}`);
  });
  const each = height * height;
  return {
    images,
    size: height,
    labels: Int32Array.from(labels.data),
    read(from, count) {
      const grey = pixels.data.subarray(from * each, (from + count) * each);
      const out = new Uint8Array(grey.length * 3);
      for (let i = 0; i < grey.length; i++) out.fill(grey[i]!, 3 * i, 3 * i + 3); // i is inside
      return out;
    },
  };
}
