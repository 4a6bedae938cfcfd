import { BadInput } from "../../core/bad_input.ts";
import { infoOf, innerFolders, usualSize } from "./set_info.ts";
import { unreadable } from "../store/file_source_deno.ts";
import { exists } from "../store/locate_deno.ts";

/** The file name of a packed store. */
export function packName(name: string, size: number): string {
  return `${name}-${size}.pack`;
}

/**
 * Finds the packed store of a data set.
 *
 * @param dataDir The folder given to `prepareDataset()`, or that of the set's files.
 * @param size Which; without it the usual size, or the only one there is.
 * @throws {BadInput} If there is none, or several and none of the usual size.
 */
export async function findPack(
  name: string,
  dataDir: string,
  size: number | undefined,
): Promise<string> {
  const info = infoOf(name);
  const wanted = size ?? usualSize(info);
  // A user's folder is one data set; what lies beside it is another.
  const around = name === "folder" ? [] : [`${dataDir}/..`];
  const inner = innerFolders(info, wanted).map((inner) => `${dataDir}/${inner}`);
  const others = new Map<number, string>();
  for (const folder of [dataDir, ...around, ...inner]) {
    const path = `${folder}/${packName(name, wanted)}`;
    if (await exists(path)) return path;
    if (size !== undefined || !await exists(folder)) continue;
    try {
      for await (const { name: file } of Deno.readDir(folder)) {
        const found = /^(.*)-(\d+)\.pack$/.exec(file);
        if (found?.[1] === name) others.set(Number(found[2]), `${folder}/${file}`);
      }
    } catch (error) {
      throw unreadable(folder, error);
    }
  }
  const [only, ...more] = others.values();
  if (only !== undefined && more.length === 0) return only;
  const sizes = [...others.keys()].sort((a, b) => a - b).join(", ");
  throw new BadInput(
    others.size > 0
      ? `Cannot open data set '${name}' in ${dataDir}: it is prepared at ${sizes} px; say which`
      : `Cannot open data set '${name}' in ${dataDir}: it is not prepared; run ` +
        `\`deno task data prepare ${name} --data-dir ${dataDir}` +
        `${size === undefined ? "" : ` --size ${size}`}\` first`,
  );
}
