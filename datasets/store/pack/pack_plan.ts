import type { PartName } from "../../images/dataset.ts";
import type { RawImages } from "../../formats/raw_images.ts";
import type { ByteSource } from "../../formats/byte_source.ts";
import { type Fit, resize } from "../../images/resize.ts";
import type { DecodePool } from "../decode_pool_deno.ts";

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

/** What the plan of a set is made from. */
export interface PlanOptions {
  readonly name: string;
  /** Where the set's files are. */
  readonly folder: string;
  /** Height and width the images shall have. */
  readonly size: number;
  /** How images that are no squares become squares. */
  readonly fit: Fit;
  readonly pool: DecodePool;
  /** Whether image files may be missing or damaged: they are left out. */
  readonly skipCorrupt: boolean;
  /** Semi-Aves: unlabeled images of the 200 classes only, or also of others. */
  readonly unlabeled: "in" | "all";
  /** Opens a file for reading until the store is written; throws BadInput if it cannot. */
  open(path: string): ByteSource;
}

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

/** An image file: its path as the sources name it, and where it really is. */
export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** A part of image files, decoded by workers. */
export function filePart(
  name: PartName,
  files: readonly ImageFile[],
  options: Pick<PlanOptions, "pool" | "size" | "fit"> & {
    readonly labeled: boolean;
    resolve(path: string): string;
  },
): PlannedPart {
  const { pool, size, fit, labeled, resolve } = options;
  return {
    name,
    images: files.length,
    labels: labeled ? Int32Array.from(files, ({ label }) => label) : null,
    async *produce(from) {
      const tasks = function* () {
        for (const { path } of files.slice(from)) yield { path: resolve(path), size, fit };
      };
      for await (const { bytes, error } of pool.decode(tasks())) {
        yield bytes ? { bytes } : { corrupt: error };
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
