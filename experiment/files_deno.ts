/**
 * What of the toolkit needs files, for Deno and Node: runs, data sets by name, pictures.
 *
 * @module
 */
import { decodeImage } from "../datasets/store/decode_image_deno.ts";
import { readWhole } from "../datasets/store/locate_deno.ts";
import type { Picture } from "./network/preparation.ts";

export { openDataset, type OpenOptions } from "../datasets/sets/open_dataset_deno.ts";
export { loadRun, type LoadRunOptions } from "./run/load_run_deno.ts";

/** A file larger than this is refused. */
const MAX_FILE = 1 << 28;

/**
 * Reads JPEG and PNG files as `data prepare` does, for `predict()` of a trained network.
 *
 * @throws {BadInput} If one does not exist or cannot be read; names it.
 *
 * @example Two pictures of a folder
 * ```ts ignore
 * const [heron, duck] = await readPictures(["photos/heron.jpg", "photos/duck.png"]);
 * ```
 */
export async function readPictures(paths: readonly string[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const path of paths) {
    pictures.push(await decodeImage(await readWhole(path, MAX_FILE), path));
  }
  return pictures;
}
