import { BadInput } from "../../core/bad_input.ts";
import { withFile } from "../../core/refused_file.ts";
import { infoOf, innerFolders } from "./set_info.ts";
import { download, type DownloadOptions } from "../store/download_deno.ts";
import type { Download, OnProgress } from "../store/work.ts";
import { exists, readText } from "../store/locate_deno.ts";
import { unpack } from "../store/unpack_deno.ts";

/** Where and how {@linkcode fetchFiles} fetches. */
export interface FetchOptions {
  /** The folder of the set's files, or its parent; downloads go there. */
  readonly dataDir: string;
  /** Other files to download, such as those of a mirror. */
  readonly downloads?: readonly Download[] | undefined;
  /** How patiently to download. */
  readonly network?: Pick<DownloadOptions, "attempts" | "wait" | "stall"> | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Stops the work; what is done is kept, and the next call goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that the files of a data set are there: downloads and unpacks what is missing.
 *
 * @returns The folder of the files: the given one, or one of the usual names below it.
 * @throws {BadInput} If they are not there and cannot be had.
 */
export async function fetchFiles(
  name: string,
  options: FetchOptions & { readonly size: number },
): Promise<string> {
  const { size, dataDir, onProgress, signal, network } = options;
  const info = infoOf(name), { marker } = info;
  if (marker === null) throw new RangeError(`The data set '${name}' has no files`);
  const folders = [dataDir, ...innerFolders(info, size).map((inner) => `${dataDir}/${inner}`)];
  /** The first of the folders that holds a file. */
  const holding = async (file: string) => {
    for (const folder of folders) if (await exists(`${folder}/${file}`)) return folder;
  };
  for (const file of options.downloads ?? info.downloads) {
    const archive = `${dataDir}/${file.file}`;
    if (!/\.(zip|tar|tgz|tar\.gz)$/.test(file.file)) {
      if (await holding(file.file)) continue;
      await download(file, { ...network, folder: dataDir, onProgress, signal });
      continue;
    }
    // Without the archive, the files were unpacked by hand; with it, our unpacking may be half
    // done.
    if (!await exists(archive) && await holding(marker)) continue;
    const done = `${archive}.unpacked`;
    if (await holding(marker) && await isDone(done, await stampOf(archive))) continue;
    await download(file, { ...network, folder: dataDir, onProgress, signal });
    const limit = info.unpackedLimit ?? 0;
    await unpack(archive, { folder: dataDir, limit, onProgress, signal });
    const stamp = await stampOf(archive);
    await withFile("write", done, () => Deno.writeTextFile(done, stamp));
  }
  const found = await holding(marker);
  if (found !== undefined) return found;
  const missing = marker === "." ? dataDir : `${marker} in ${folders.join(", ")}`;
  throw new BadInput(
    `Cannot prepare data set '${name}': there is no ${missing}; ` +
      (info.byHand ?? "remove the archive there and run the same command again"),
  );
}

/** What tells an archive from another of its name: length and time of change; empty for none. */
async function stampOf(archive: string): Promise<string> {
  if (!await exists(archive)) return "";
  const { size, mtime } = await Deno.stat(archive);
  return `${size} bytes of ${mtime?.toISOString()}\n`;
}

/** Whether the archive of a stamp was unpacked to its end. */
async function isDone(marker: string, stamp: string): Promise<boolean> {
  return stamp !== "" && await exists(marker) && await readText(marker, 1000) === stamp;
}
