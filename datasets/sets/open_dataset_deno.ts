import { BadInput } from "../../core/bad_input.ts";
import type { Dataset } from "../images/dataset.ts";
import { checkSize, infoOf } from "./set_info.ts";
import { findPack } from "./find_pack_deno.ts";
import { openPack } from "../store/pack/pack_reader_deno.ts";
import { openerOf } from "./set_code_deno.ts";

/** Where and how {@link openDataset} opens a set. */
export interface OpenOptions {
  /** The folder of the set's files, or its parent. */
  readonly dataDir?: string | undefined;
  /** Height and width of the images, where the set has several; default: its usual ones. */
  readonly size?: number | undefined;
  /** Bytes of images that may be loaded whole; see `openPack()`. */
  readonly memory?: number | undefined;
}

/**
 * Opens a data set by its name. CIFAR is read from its own files, the others from the packed store
 * that `prepareDataset()` makes.
 *
 * @param name One of `datasetNames`.
 * @throws {BadInput} If the name is unknown, the folder does not hold the set or it is not
 *   prepared, a file is damaged, or the size is none of the set's.
 */
export async function openDataset(name: string, options: OpenOptions = {}): Promise<Dataset> {
  const { naturalTail } = infoOf(name), { dataDir, size, memory } = options;
  if (size !== undefined) checkSize(name, size);
  const open = openerOf(name) ?? (() => openPacked(name, { dataDir, size, memory }));
  const dataset = await open({ dataDir, size });
  return naturalTail ? { ...dataset, naturalTail } : dataset;
}

async function openPacked(
  name: string,
  { dataDir, size, memory }: OpenOptions,
): Promise<Dataset> {
  if (dataDir === undefined) {
    throw new BadInput(
      `Cannot open data set '${name}' without its folder: give --data-dir DIR, or get it by ` +
        `\`deno task data prepare ${name} --data-dir DIR\``,
    );
  }
  const path = await findPack(name, dataDir, size);
  const dataset = await openPack(path, { memory });
  if (dataset.name === name) return dataset;
  throw new BadInput(`Cannot open ${path}: it holds the data set '${dataset.name}', not '${name}'`);
}
