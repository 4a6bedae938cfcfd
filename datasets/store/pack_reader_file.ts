import { crc32 } from "node:zlib";
import { BadInput } from "../../core/bad_input.ts";
import type { Dataset, ImagePart, PartName } from "../dataset.ts";
import { checkedIndex, memoryPart } from "../memory_dataset.ts";
import { openSource, readInto } from "./file_source_file.ts";
import { PACK_HEADER, type PackPart, readPack } from "./pack.ts";

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
    opened[part.name] = await openPart(part, { path, size, classes: classNames.length, whole });
  }
  if (!opened.train || !opened.test) {
    throw new BadInput(`Cannot read ${path} as packed images: it has no train or no test part`);
  }
  return {
    name,
    classNames,
    size,
    channels: 3,
    ...(mean && { mean }),
    ...(std && { std }),
    ...opened as { train: ImagePart; test: ImagePart },
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

async function openPart(
  part: PackPart,
  { path, size, classes, whole }: PartOptions,
): Promise<ImagePart> {
  const each = size * size * 3;
  const { images, labels, checks, at } = part;
  /** Reads `count` images in a row from `first` on into place and checks them. */
  const fill = (file: Deno.FsFile, first: number, into: Uint8Array) => {
    readInto(file, { at: at + first * each, bytes: into, path });
    for (let i = 0; i * each < into.length; i++) {
      if (crc32(into.subarray(i * each, (i + 1) * each)) !== checks[first + i]) {
        throw new BadInput(
          `Cannot read ${path}: image ${first + i} of part '${part.name}' is damaged; ` +
            "remove the file and prepare the set again",
        );
      }
    }
  };
  if (whole) {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(images * each);
    const step = Math.max(1, Math.floor((1 << 24) / each));
    for (let i = 0; i < images; i += step) {
      fill(file, i, bytes.subarray(i * each, (i + step) * each));
    }
    return memoryPart({ bytes, labels }, { size, classes, where: `${path}: ${part.name}` });
  }
  return {
    images,
    labels,
    read(indices) {
      using file = Deno.openSync(path);
      const out = new Uint8Array(indices.length * each);
      for (let i = 0; i < indices.length;) {
        // Neighbours are read at once; indices[i] is inside by the loops' conditions.
        const first = checkedIndex(indices[i]!, images);
        let run = 1;
        while (i + run < indices.length && indices[i + run] === first + run) run++;
        checkedIndex(first + run - 1, images);
        fill(file, first, out.subarray(i * each, (i + run) * each));
        i += run;
      }
      return out;
    },
  };
}

function freeMemory(): number {
  return Math.min(2 ** 32, Deno.systemMemoryInfo().available / 4);
}
