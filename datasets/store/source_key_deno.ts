import { BadInput } from "../../core/bad_input.ts";
import { sha256 } from "../images/fingerprint.ts";

/** Files asked about at a time. */
const AT_ONCE = 64;

/**
 * What a packed store was made of: it changes when a file is added, removed or changed.
 *
 * @param root Folder that relative paths start from.
 * @param paths The files, in order.
 * @param settings What else decides the result, as text.
 * @returns SHA-256, hexadecimal, over names, sizes and times of change.
 * @throws {BadInput} If a file is missing; the message names it.
 */
export async function sourceKey(
  root: string,
  paths: readonly string[],
  settings: string,
): Promise<string> {
  const rows = new Array<string>(paths.length);
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    await Promise.all(
      paths.slice(from, from + AT_ONCE).map(async (path, i) => {
        rows[from + i] = `${path}\t${await stamp(resolvePath(root, path))}`;
      }),
    );
  }
  return sha256(new TextEncoder().encode([settings, ...rows].join("\n")));
}

/** A path below a folder, unless it is absolute. */
export function resolvePath(root: string, path: string): string {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) ? path : `${root}/${path}`;
}

async function stamp(path: string): Promise<string> {
  try {
    const { size, mtime, isFile } = await Deno.stat(path);
    if (!isFile) throw new BadInput(`Cannot read ${path}: it is no file`);
    return `${size}\t${mtime?.getTime()}`;
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(
      error instanceof Deno.errors.NotFound
        ? `Cannot read ${path}: there is no such file`
        : `Cannot read ${path}: ${(error as Error).message}`,
    );
  }
}
