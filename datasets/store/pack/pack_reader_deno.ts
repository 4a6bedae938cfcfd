import { BadInput } from "../../../core/bad_input.ts";
import type { Dataset, ImagePart, PartName } from "../../images/dataset.ts";
import { checkedIndex, memoryPart, noImages } from "../../images/memory_dataset.ts";
import { openSource } from "../file_source_deno.ts";
import { PACK_HEADER, type PackPart, readPack } from "./pack.ts";
import { readAside } from "./read_aside_deno.ts";
import { readImages } from "./read_images_deno.ts";

/** How {@link openPack} keeps images. */
export interface OpenPackOptions {
  /**
   * Parts are loaded whole while they need at most so many bytes in all; others are read from the
   * file as they are asked for. Default: a quarter of the memory that is free, 4 GiB at most.
   */
  readonly memory?: number | undefined;
}

/**
 * Opens a packed store as a data set.
 *
 * @param path What `prepareDataset()` wrote.
 * @throws {BadInput} If the file is missing, cut off or damaged. Each image is checked when it is
 * read, so reading may throw too.
 */
export async function openPack(
  path: string,
  { memory = freeMemory() }: OpenPackOptions = {},
): Promise<Dataset> {
  using source = openSource(path);
  const { index, parts } = await readPack(source);
  const { name, size, classNames, mean, std, fingerprint } = index;
  const each = size * size * 3;
  const opened: Partial<Record<PartName, ImagePart>> = {};
  let left = memory;
  for (const part of parts) {
    const bytes = part.images * each;
    const whole = bytes <= left;
    if (whole) left -= bytes;
    opened[part.name] = openPart(part, { path, size, classes: classNames.length, whole });
  }
  return {
    name,
    classNames,
    size,
    channels: 3,
    ...(mean && { mean }),
    ...(std && { std }),
    test: noImages(),
    ...opened as { train: ImagePart }, // no store is without one
    fingerprint,
  };
}

/**
 * The key of what a store was made of.
 *
 * @returns Hexadecimal; undefined if there is no such file.
 */
export function packKey(path: string): string | undefined {
  try {
    using source = openSource(path);
    const header = source.read(0, PACK_HEADER);
    return Array.from(header.subarray(16, 48), (b) => b.toString(16).padStart(2, "0")).join("");
  } catch (error) {
    if (error instanceof BadInput) return undefined;
    throw error;
  }
}

interface PartOptions {
  readonly path: string;
  readonly size: number;
  readonly classes: number;
  readonly whole: boolean;
}

/** Bytes of images that are read and checked at a time. */
const AT_ONCE = 1 << 24;
/** Fewer bytes than this are read at once: asking a worker would take longer. */
const ASIDE = 1 << 17;

function openPart(
  part: PackPart,
  { path, size, classes, whole }: PartOptions,
): ImagePart {
  const each = size * size * 3;
  const { images, labels, checks, at, name } = part;
  if (whole) {
    const bytes = new Uint8Array(images * each);
    checkImages(part, { path, each, into: bytes });
    return memoryPart({ bytes, labels }, { size, classes, where: `${path}: ${name}` });
  }
  return {
    images,
    labels,
    read(wanted) {
      const indices = Int32Array.from(wanted, (index) => checkedIndex(index, images));
      const own = Uint32Array.from(indices, (i) => checks[i]!); // checked
      const read = { path, part: name, at, each, indices, checks: own };
      return indices.length * each < ASIDE ? readImages(read) : readAside(read);
    },
  };
}

/**
 * Reads all images of a part and checks each, some at a time.
 *
 * @param place.into Where they go; nowhere if left out.
 * @throws {BadInput} If one is damaged.
 */
export function checkImages(
  { name, images, checks, at }: PackPart,
  { path, each, into }: {
    readonly path: string;
    readonly each: number;
    readonly into?: Uint8Array<ArrayBuffer>;
  },
): void {
  const step = Math.max(1, Math.floor(AT_ONCE / each));
  for (let from = 0; from < images; from += step) {
    const some = checks.subarray(from, from + step);
    const indices = Int32Array.from(some, (_, i) => from + i);
    const read = { path, part: name, at, each, indices, checks: some };
    readImages(read, into?.subarray(from * each, (from + step) * each));
  }
}

function freeMemory(): number {
  return Math.min(2 ** 32, Deno.systemMemoryInfo().available / 4);
}
