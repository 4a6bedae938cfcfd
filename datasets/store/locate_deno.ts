import { BadInput } from "../../core/bad_input.ts";
import { unreadable } from "./file_source_deno.ts";

/** What {@link findFolder} looks for. */
export interface FolderOptions {
  /** The data set, for the error message. */
  readonly name: string;
  /** Folders below the given one to try after itself. */
  readonly inner: readonly string[];
  /** A file or folder that tells the right one. */
  readonly marker: string;
}

/**
 * Finds the folder of a data set: the given one, or one of the usual names below it.
 *
 * @param dataDir What the user gave as `--data-dir`.
 * @throws {BadInput} If none holds the marker.
 */
export async function findFolder(
  dataDir: string | undefined,
  { name, inner, marker }: FolderOptions,
): Promise<string> {
  if (dataDir === undefined) {
    throw new BadInput(
      `Cannot open data set '${name}' without its folder: give --data-dir DIR, or get it by ` +
        `\`deno task data prepare ${name} --data-dir DIR\``,
    );
  }
  for (const folder of [dataDir, ...inner.map((below) => `${dataDir}/${below}`)]) {
    if (await exists(`${folder}/${marker}`)) return folder;
  }
  const why = await exists(dataDir)
    ? `it holds neither ${marker} nor ${inner.map((i) => `${i}/${marker}`).join(", ")}`
    : "it does not exist";
  throw new BadInput(
    `Cannot open data set '${name}' in ${dataDir}: ${why}; get it by ` +
      `\`deno task data prepare ${name} --data-dir ${dataDir}\` or correct --data-dir`,
  );
}

/**
 * Whether a path exists.
 *
 * @throws {BadInput} If the system does not tell.
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw unreadable(path, error);
  }
}

/**
 * Reads a whole file of bounded size.
 *
 * @param path Named in errors.
 * @param limit More bytes than this are refused before reading.
 * @throws {BadInput} If it is missing, no file, too large or unreadable.
 */
export async function readWhole(path: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw new BadInput(`Cannot read ${path}: it is no file`);
    if (size > limit) {
      throw new BadInput(`Cannot read ${path}: it has ${size} bytes, expected at most ${limit}`);
    }
    return await Deno.readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Reads a text file of bounded size.
 *
 * @param limit More bytes than this are refused before reading.
 * @throws {BadInput} As {@linkcode readWhole}, and if it is not UTF-8; the message names the line.
 */
export async function readText(path: string, limit: number): Promise<string> {
  const bytes = await readWhole(path, limit);
  const decode = (piece: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(piece);
  try {
    return decode(bytes);
  } catch {
    let line = 1;
    for (let from = 0;; line++) {
      const end = bytes.indexOf(10, from), to = end < 0 ? bytes.length : end;
      try {
        decode(bytes.subarray(from, to));
      } catch {
        break;
      }
      if (end < 0) break;
      from = end + 1;
    }
    throw new BadInput(`Cannot read ${path}: line ${line} is not UTF-8; save the file as UTF-8`);
  }
}
