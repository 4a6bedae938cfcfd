import { isAbsolute, join } from "node:path";
import process from "node:process";
import { BadInput } from "../../core/bad_input.ts";
import { refusal } from "../../core/refused_file.ts";
import { writeWhole } from "../run/run_folder_deno.ts";

/** A path as the user meant it: relative to where they called, which `deno task` has left. */
export function userPath(path: string): string {
  if (isAbsolute(path)) return path;
  return join(Deno.env.get("INIT_CWD") ?? process.cwd(), path);
}

/** A text file of more bytes is refused: options are some kilobytes. */
const MAX_TEXT = 1 << 24;

/**
 * Reads a text file that a user has named.
 *
 * @throws {BadInput} If it cannot be read, is too large or not UTF-8.
 */
export async function readUserText(file: string): Promise<string> {
  const path = userPath(file);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    using source = await Deno.open(path); // a pipe too, which does not tell its length
    for await (const piece of source.readable) {
      bytes += piece.length;
      if (bytes > MAX_TEXT) {
        throw new BadInput(`Cannot read ${path}: it has more than ${MAX_TEXT} bytes`);
      }
      pieces.push(piece);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(
      new Uint8Array(await new Blob(pieces).arrayBuffer()),
    );
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (error instanceof Deno.errors.NotFound) throw new BadInput(`There is no file ${path}`);
    if (error instanceof TypeError) throw new BadInput(`Cannot read ${path}: it is not UTF-8`);
    throw new BadInput(`Cannot read ${path}: ${refusal(error) ?? error}`);
  }
}

/**
 * Writes the file that a user asked for with `--out`, whole or not at all.
 *
 * @throws {BadInput} If it cannot be written there.
 */
export async function writeUserFile(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await writeWhole(path, data);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = refusal(error.cause ?? error);
    throw new BadInput(`Cannot write ${path}: ${why ?? error.message}`);
  }
}
