import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "./byte_source.ts";
import { type NpyArray, readNpy } from "./npy.ts";
import { readZip } from "./zip.ts";

/** Which arrays {@link readNpz} reads. */
export interface NpzOptions {
  /** Names without `.npy`. */
  readonly names: readonly string[];
  /** An array of more bytes is refused. */
  readonly limit: number;
}

/**
 * Reads arrays of unsigned bytes from a NumPy .npz archive.
 *
 * @returns The arrays by name.
 * @throws {BadInput} If the archive is damaged, or an array is missing, too large or of another
 *   type.
 */
export async function readNpz(
  source: ByteSource,
  { names, limit }: NpzOptions,
): Promise<ReadonlyMap<string, NpyArray>> {
  const found = new Map<string, NpyArray>();
  for await (const member of readZip(source)) {
    const name = member.name.replace(/\.npy$/, "");
    if (!names.includes(name)) continue;
    if (found.has(name)) throw new BadInput(`Cannot read ${source.name}: it has '${name}' twice`);
    const stream = member.open();
    try {
      found.set(name, await readNpy(stream, { limit }));
      if (!await stream.ended()) {
        throw new BadInput(`Cannot read ${stream.name}: it is longer than its shape says`);
      }
    } finally {
      await stream.cancel();
    }
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) {
    throw new BadInput(`Cannot read ${source.name}: it has no array ${missing.join(", ")}`);
  }
  return found;
}
