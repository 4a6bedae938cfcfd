import { BadInput } from "../../../core/bad_input.ts";
import { labelsSha256, sha256 } from "../../images/fingerprint.ts";
import { openSource } from "../file_source_deno.ts";
import { exists } from "../locate_deno.ts";
import { type PackIndex, readPack } from "./pack.ts";
import type { PackPlan } from "./pack_plan.ts";
import { checkImages, packKey } from "./pack_reader_deno.ts";
import type { OnProgress } from "../work.ts";
import { PackWriter } from "./pack_writer_deno.ts";

/** How {@linkcode packImages} works. */
export interface PackOptions {
  /** Leave out images that cannot be read, rather than stop at the first. */
  readonly skipCorrupt?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Stops the work; what is done is kept, and the next call goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

/** What a packed store holds, and what it does not. */
export interface Packed {
  /** Images of each part. */
  readonly images: Readonly<Record<string, number>>;
  /** Why each image that was left out could not be read; the message names its path. */
  readonly skipped: readonly string[];
  /** Sentences the user should read. */
  readonly notes: readonly string[];
}

/**
 * Writes a packed store by its plan, unless it is there already.
 *
 * @throws {BadInput} At the first image that cannot be read, unless such are to be left out; if none is
 * left for training or testing then, or the store cannot be written there.
 * @throws {RefusedFile} If the system does not let it go on writing, as when the disk is full.
 */
export async function packImages(
  path: string,
  plan: PackPlan,
  { skipCorrupt = false, onProgress, signal }: PackOptions = {},
): Promise<Packed> {
  const notes = plan.notes ?? [], key = await storeKey(plan);
  await requireNoFolder(path);
  const before = await indexOf(path, key);
  if (before && (skipCorrupt || before.skipped.length === 0)) {
    return { images: counts(before), skipped: before.skipped, notes };
  }
  using writer = await PackWriter.open(path, { ...plan, key }, { keepSkipped: skipCorrupt });
  for (const { part, from } of writer.rest()) {
    let done = from;
    const what = part.name;
    for await (const { bytes, corrupt } of part.produce(from)) {
      signal?.throwIfAborted();
      if (bytes) {
        await writer.append(what, bytes);
        done += bytes.length / (plan.size ** 2 * 3);
      } else if (skipCorrupt) {
        await writer.skip(what, corrupt);
        done++;
      } else {
        throw new BadInput(
          `${corrupt}; repair or remove the image, or leave out all such by --skip-corrupt`,
        );
      }
      onProgress?.({ stage: "pack", what, done, total: part.images, unit: "images" });
    }
  }
  const empty = writer.empty;
  if (empty !== undefined) {
    await writer.discard();
    throw new BadInput(
      `Cannot pack ${path}: no image of part '${empty}' can be read; repair them, or add others`,
    );
  }
  const index = await writer.finish();
  return { images: counts(index), skipped: index.skipped, notes };
}

/** Of decoding and resizing: another version makes other bytes of the same files. */
const VERSION = 2;

/**
 * What a store is made of: another key, another store. It covers everything that its bytes depend
 * on: the files, by the plan's key, and what the plan says of them.
 */
async function storeKey(
  { key, name, size, classNames, mean, std, parts }: PackPlan,
): Promise<string> {
  const digests = await Promise.all(
    parts.map(async (
      { name, images, labels },
    ) => [name, images, labels && await labelsSha256(labels)]),
  );
  const text = JSON.stringify([VERSION, key, name, size, classNames, mean, std, digests]);
  return sha256(new TextEncoder().encode(text));
}

/** A store is renamed to its place in the end; a folder there would be noticed only then. */
async function requireNoFolder(path: string): Promise<void> {
  for (const file of [path, `${path}.partial`, `${path}.journal`]) {
    if (await exists(file) && (await Deno.stat(file)).isDirectory) {
      throw new BadInput(`Cannot write ${file}: there is a folder of that name; move it away`);
    }
  }
}

/** The index of a whole and sound store made of the same sources; undefined if there is none. */
async function indexOf(path: string, key: string): Promise<PackIndex | undefined> {
  if (packKey(path) !== key) return undefined;
  try {
    using source = openSource(path);
    const { index, parts } = await readPack(source);
    for (const part of parts) checkImages(part, { path, each: index.size ** 2 * 3 });
    return index;
  } catch (error) {
    // A damaged store is made again.
    if (error instanceof BadInput) return undefined;
    throw error;
  }
}

function counts({ parts }: PackIndex): Record<string, number> {
  return Object.fromEntries(parts.map(({ name, images }) => [name, images]));
}
