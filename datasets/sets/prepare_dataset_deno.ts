import { openerOf, plannerOf } from "./set_code_deno.ts";
import { checkSize, infoOf, usualSize } from "./set_info.ts";
import { DecodePool } from "../store/decode_pool_deno.ts";
import { fetchFiles, type FetchOptions } from "./fetch_files_deno.ts";
import { hold } from "../store/hold_deno.ts";
import { openSource } from "../store/file_source_deno.ts";
import { packName } from "./find_pack_deno.ts";
import { type Packed, packImages, type PackOptions } from "../store/pack/pack_images_deno.ts";

/** Where and how {@link prepareDataset} prepares a set. */
export interface PrepareOptions extends FetchOptions, PackOptions {
  /** Height and width of the images; default: the set's usual one. */
  readonly size?: number | undefined;
  /** Semi-Aves: `all` takes unlabeled images of other classes too. Default `in`. */
  readonly unlabeled?: "in" | "all" | undefined;
  /** Decoders side by side; default one a processor, at most 8. */
  readonly workers?: number | undefined;
}

/** What {@link prepareDataset} did. */
export interface Prepared extends Packed {
  /** The packed store, or the folder of files that are read as they are; undefined for none. */
  readonly path: string | undefined;
}

/**
 * Gets a data set ready: downloads what has a public address and is not there, unpacks it, and
 * decodes and resizes its images once into a packed store. Interrupted, it goes on where it
 * stopped; done, it only checks that the sources are the same.
 *
 * @param name One of `datasetNames`.
 * @throws {BadInput} If the name or size is unknown, files are missing and cannot be downloaded, or
 * one is damaged; the message names it. Also if another process prepares the set there.
 * @throws {RefusedFile} If the system does not let it write, or no longer, as when the disk is full.
 */
export async function prepareDataset(name: string, options: PrepareOptions): Promise<Prepared> {
  const info = infoOf(name);
  const { size = usualSize(info), dataDir } = options;
  checkSize(name, size);
  if (info.marker === null) return { path: undefined, images: {}, skipped: [], notes: [] };
  const lock = `${dataDir}/.${name}.lock`;
  using _ = await hold(lock, `prepare data set '${name}' in ${dataDir}`);
  const folder = await fetchFiles(name, { ...options, size });
  const open = openerOf(name);
  if (open) {
    const { train, test } = await open({ dataDir: folder, size });
    const images = { train: train.images, test: test.images };
    return { path: folder, images, skipped: [], notes: [] };
  }
  using stack = new DisposableStack();
  const plan = await plannerOf(name)({
    name,
    folder,
    size,
    fit: info.fit ?? "cover",
    pool: stack.use(new DecodePool(options.workers)),
    skipCorrupt: options.skipCorrupt ?? false,
    unlabeled: options.unlabeled ?? "in",
    open: (path) => stack.use(openSource(path)),
  });
  const { mean, std } = info;
  const path = `${dataDir}/${packName(name, size)}`;
  return { path, ...await packImages(path, { ...plan, name, size, mean, std }, options) };
}
