import type { PartName } from "../images/dataset.ts";
import type { RawImages } from "../formats/raw_images.ts";
import { resize } from "../images/resize.ts";

/** What a set brings to a packed store. */
export interface Planned {
  readonly classNames: readonly string[];
  /** SHA-256 of the sources: another key, another store. */
  readonly key: string;
  readonly parts: readonly PlannedPart[];
  /** Sentences the user should read. */
  readonly notes?: readonly string[];
}

/** What a packed store is to be made of. */
export interface PackPlan extends Planned {
  readonly name: string;
  readonly size: number;
  readonly mean?: readonly [number, number, number] | undefined;
  readonly std?: readonly [number, number, number] | undefined;
}

/** One part to be packed. */
export interface PlannedPart {
  readonly name: PartName;
  readonly images: number;
  readonly labels: Int32Array | null;
  /** Images in order, from an index on. */
  produce(from: number): AsyncIterable<Produced> | Iterable<Produced>;
}

/** Some images, or one that cannot be read. */
export type Produced =
  | { readonly bytes: Uint8Array; readonly corrupt?: undefined }
  | { readonly bytes?: undefined; readonly corrupt: string };

/** Images handed over at a time. */
const BATCH = 256;

/** A part of images that lie in a file as they are; resized where needed. */
export function rawPart(
  name: PartName,
  images: RawImages,
  { labels, size }: { labels: Int32Array | null; size: number },
): PlannedPart {
  return {
    name,
    images: images.images,
    labels,
    *produce(from) {
      for (; from < images.images; from += BATCH) {
        const count = Math.min(BATCH, images.images - from);
        const bytes = images.read(from, count);
        yield { bytes: images.size === size ? bytes : resizeAll(bytes, images.size, size) };
      }
    },
  };
}

/** Images of several files, one after the other. */
export function concatenate(files: readonly RawImages[]): RawImages {
  const size = files[0]?.size ?? 0;
  return {
    size,
    images: files.reduce((sum, { images }) => sum + images, 0),
    read(from, count) {
      const out = new Uint8Array(count * size * size * 3);
      let first = 0, at = 0;
      for (const file of files) {
        const start = Math.max(from, first), end = Math.min(from + count, first + file.images);
        if (start < end) {
          const bytes = file.read(start - first, end - start);
          out.set(bytes, at);
          at += bytes.length;
        }
        first += file.images;
      }
      return out;
    },
  };
}

function resizeAll(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const before = from * from * 3, after = to * to * 3;
  const images = bytes.length / before;
  const out = new Uint8Array(images * after);
  for (let i = 0; i < images; i++) {
    const data = bytes.subarray(i * before, (i + 1) * before);
    out.set(resize({ width: from, height: from, data }, to, to).data, i * after);
  }
  return out;
}
