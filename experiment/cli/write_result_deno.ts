import { BadInput } from "../../core/bad_input.ts";
import { writeWhole } from "../run/write_whole_deno.ts";

/**
 * Writes the file that a user asked for with `--out`, whole or not at all.
 *
 * @throws {BadInput} If it cannot be written there.
 */
export async function writeResult(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await writeWhole(path, data);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot write ${path}: ${error.message}`);
  }
}
