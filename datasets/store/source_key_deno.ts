import { BadInput } from "../../core/bad_input.ts";
import { unreadable } from "./file_source_deno.ts";
import { sha256 } from "../images/fingerprint.ts";

/** Files asked about at a time. */
const AT_ONCE = 64;

/**
 * What a packed store was made of: it changes when a file is added, removed or changed.
 *
 * @param root Folder that relative paths start from.
 * @param paths The files, in order.
 * @param settings What else decides the result, as text.
 * @param options.skipCorrupt Whether a file may be missing: it is left out later, when it is read.
 * @returns SHA-256, hexadecimal, over names, sizes and times of change.
 * @throws {BadInput} If a file is missing; the message names it.
 */
export async function sourceKey(
  root: string,
  paths: readonly string[],
  settings: string,
  { skipCorrupt = false }: { readonly skipCorrupt?: boolean } = {},
): Promise<string> {
  const rows = new Array<string>(paths.length);
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    await Promise.all(
      paths.slice(from, from + AT_ONCE).map(async (path, i) => {
        const found = await stamp(resolvePath(root, path));
        if (found instanceof BadInput && !skipCorrupt) throw found;
        rows[from + i] = `${path}\t${found instanceof BadInput ? found.message : found}`;
      }),
    );
  }
  return sha256(new TextEncoder().encode([settings, ...rows].join("\n")));
}

/** A path below a folder, unless it is absolute. */
export function resolvePath(root: string, path: string): string {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) ? path : `${root}/${path}`;
}

/** Size and time of change of a file, or why it is none. */
async function stamp(path: string): Promise<string | BadInput> {
  try {
    const { size, mtime, isFile } = await Deno.stat(path);
    if (!isFile) return new BadInput(`Cannot read ${path}: it is no file`);
    return `${size}\t${mtime?.getTime()}`;
  } catch (error) {
    const why = unreadable(path, error);
    if (why instanceof BadInput) return why;
    throw why;
  }
}
