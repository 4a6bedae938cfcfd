import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "../formats/byte_source.ts";
import { readPickle } from "../formats/pickle.ts";
import { decodeIntegers, NumpyArray, type PickleValue } from "../formats/pickle_values.ts";
import { planarToHwc, type RawImages } from "../formats/raw_images.ts";

/** What {@link readImagenetBatch} expects. */
export interface ImagenetBatchOptions {
  /** Height and width: 32, 64 or another of the published sizes. */
  readonly size: number;
  /** Labels are 1 to this. */
  readonly classes: number;
}

/**
 * Reads a batch of Downsampled ImageNet (Chrabaszcz et al., https://arxiv.org/abs/1707.08819): a
 * pickled dictionary of `data`, bytes of shape [images, 3 * size * size] in planes, and `labels`
 * from 1. The images stay in the file until they are read.
 *
 * @returns Images and their labels, as stored: from 1.
 * @throws {BadInput} If the pickle does more than hold data, or holds something else.
 */
export function readImagenetBatch(
  source: ByteSource,
  { size, classes }: ImagenetBatchOptions,
): RawImages & { readonly labels: Int32Array } {
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${source.name}: ${why}`);
  };
  const batch = readPickle(source);
  if (!(batch instanceof Map)) return fail("it is no dictionary of 'data' and 'labels'");
  const array = batch.get("data");
  const content = array instanceof NumpyArray ? array.content : undefined;
  if (!content || content.dtype.code !== "u1" || content.shape.length !== 2) {
    return fail("its 'data' are no array of bytes of shape [images, 3 * size * size]");
  }
  const [images, each] = content.shape as [number, number];
  if (each !== 3 * size * size) {
    const actual = Math.sqrt(each / 3);
    return fail(
      Number.isInteger(actual)
        ? `its images have ${actual} px, expected ${size} px`
        : `its images have ${each} values, expected ${3 * size * size}`,
    );
  }
  const labels = labelsOf(batch.get("labels"), (count) => {
    if (count !== images || images === 0) fail(`it has ${count} labels for ${images} images`);
  });
  if (!labels) return fail("its 'labels' are no list of whole numbers");
  labels.forEach((label, i) => {
    if (label < 1 || label > classes) fail(`label ${label} of image ${i} is not 1..${classes}`);
  });
  return {
    images,
    size,
    labels: Int32Array.from(labels),
    read(from, count) {
      const planes = content.data.read(from * each, count * each);
      const out = new Uint8Array(count * each);
      for (let i = 0; i < count; i++) {
        planarToHwc(planes, out, { from: i * each, to: i * each, size });
      }
      return out;
    },
  };
}

/** A list of labels, whose length is looked at before an array of them is read. */
function labelsOf(
  value: PickleValue | undefined,
  check: (count: number) => void,
): number[] | undefined {
  if (value instanceof NumpyArray) {
    const { dtype, data } = value.content ?? {};
    if (!dtype || !data) return undefined;
    check(data.length / dtype.size);
    return decodeIntegers(dtype, data.read());
  }
  if (!Array.isArray(value) || !value.every((v) => Number.isInteger(v))) return undefined;
  check(value.length);
  return value as number[]; // as checked
}
