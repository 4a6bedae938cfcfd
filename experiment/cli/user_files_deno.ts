import { isAbsolute, join } from "node:path";
import process from "node:process";
import { BadInput } from "../../core/bad_input.ts";
import { writeWhole } from "../run/run_folder_deno.ts";

/** A path as the user meant it: relative to where they called, which `deno task` has left. */
export function userPath(path: string): string {
  if (isAbsolute(path)) return path;
  return join(Deno.env.get("INIT_CWD") ?? process.cwd(), path);
}

/**
 * Reads a text file that a user has named.
 *
 * @throws {BadInput} If it cannot be read.
 */
export async function readUserText(file: string): Promise<string> {
  const path = userPath(file);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new BadInput(`There is no file ${path}`);
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot read ${path}: ${error.message}`);
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
    throw new BadInput(`Cannot write ${path}: ${error.message}`);
  }
}
