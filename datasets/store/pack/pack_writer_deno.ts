import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type PartName, partNames } from "../../images/dataset.ts";
import {
  fingerprintOf,
  labelsSha256,
  littleEndian,
  type PartDigest,
  sha256,
} from "../../images/fingerprint.ts";
import { readInto, writeAll } from "../file_source_deno.ts";
import { exists } from "../locate_deno.ts";
import { PACK_HEADER, packFooter, packHeader, type PackIndex, type PackPartIndex } from "./pack.ts";
import type { PackPlan, PlannedPart } from "./pack_plan.ts";

/** One part that is being written. */
interface Open {
  readonly part: PlannedPart;
  readonly checks: number[];
  /** Images that were left out, in order. */
  readonly skipped: Skipped[];
  readonly hash: Hash;
}

/** What was left out and why, a line of the journal beside an unfinished store. */
interface Skipped {
  readonly part: PartName;
  readonly index: number;
  readonly why: string;
}

/**
 * Writes a packed store image by image. An unfinished one lies in `PATH.partial` and is continued
 * if it was made of the same sources.
 */
export class PackWriter implements Disposable {
  readonly #path: string;
  readonly #plan: PackPlan;
  readonly #file: Deno.FsFile;
  readonly #parts: Open[];

  private constructor(path: string, plan: PackPlan, file: Deno.FsFile) {
    this.#path = path;
    this.#plan = plan;
    this.#file = file;
    const ordered = [...plan.parts].sort((a, b) =>
      partNames.indexOf(a.name) - partNames.indexOf(b.name)
    );
    this.#parts = ordered.map((part) => ({
      part,
      checks: [],
      skipped: [],
      hash: createHash("sha256"),
    }));
  }

  /** Starts a store, or takes up an unfinished one. */
  static async open(path: string, plan: PackPlan): Promise<PackWriter> {
    const file = await Deno.open(`${path}.partial`, { read: true, write: true, create: true });
    const writer = new PackWriter(path, plan, file);
    try {
      await writer.#resume();
    } catch (error) {
      file.close();
      throw error;
    }
    return writer;
  }

  /** What is still to do: parts and the index of the image that comes next. */
  *rest(): Generator<{ part: PlannedPart; from: number }> {
    for (const { part, checks, skipped } of this.#parts) {
      const from = checks.length + skipped.length;
      if (from < part.images) yield { part, from };
    }
  }

  /** Appends images of a part. Parts come in the order of {@link rest}. */
  async append(name: PartName, bytes: Uint8Array): Promise<void> {
    await writeAll(this.#file, bytes);
    this.#count(this.#open(name), bytes);
  }

  /** Leaves out the next image of a part, now and when this is resumed. */
  async skip(part: PartName, why: string): Promise<void> {
    const { checks, skipped } = this.#open(part);
    const line: Skipped = { part, index: checks.length + skipped.length, why };
    skipped.push(line);
    await Deno.writeTextFile(`${this.#path}.skipped`, JSON.stringify(line) + "\n", {
      append: true,
    });
  }

  /** Completes the store and gives it its name. */
  async finish(): Promise<PackIndex> {
    const { name, size, classNames, mean, std } = this.#plan;
    const tables: Uint8Array[] = [];
    const parts: PackPartIndex[] = [];
    const digests: Partial<Record<PartName, PartDigest>> = {};
    for (const { part, checks, skipped, hash } of this.#parts) {
      const images = checks.length;
      const gone = new Set(skipped.map(({ index }) => index));
      const labels = part.labels?.filter((_, i) => !gone.has(i)) ?? null;
      if (labels) tables.push(littleEndian(labels));
      tables.push(littleEndian(Int32Array.from(checks)));
      const pixels = hash.digest("hex");
      parts.push({ name: part.name, images, labeled: labels !== null, pixels });
      digests[part.name] = { images, pixels, labels: labels && await labelsSha256(labels) };
    }
    const table = Buffer.concat(tables);
    await writeAll(this.#file, table);
    const index: PackIndex = {
      name,
      size,
      classNames,
      mean,
      std,
      parts,
      skipped: this.#parts.flatMap(({ skipped }) => skipped.map(({ why }) => why)),
      tables: await sha256(table),
      fingerprint: await fingerprintOf({ classNames, size, parts: digests }),
    };
    await writeAll(this.#file, await packFooter(index));
    await this.#file.sync();
    await Deno.rename(`${this.#path}.partial`, this.#path);
    if (await exists(`${this.#path}.skipped`)) await Deno.remove(`${this.#path}.skipped`);
    return index;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  get #each(): number {
    return this.#plan.size ** 2 * 3;
  }

  #open(name: PartName): Open {
    const open = this.#parts.find(({ part }) => part.name === name);
    if (!open) throw new RangeError(`The plan has no part '${name}'`);
    return open;
  }

  /** Takes whole images into the checks of a part. */
  #count({ checks, hash }: Open, bytes: Uint8Array): void {
    hash.update(bytes);
    const each = this.#each;
    for (let at = 0; at < bytes.length; at += each) {
      checks.push(crc32(bytes.subarray(at, at + each)));
    }
  }

  /** Reads what an interrupted run has left, and stands behind it. */
  async #resume(): Promise<void> {
    const file = this.#file;
    const header = packHeader(this.#plan.key);
    const { size } = await file.stat();
    const found = new Uint8Array(Math.min(size, PACK_HEADER));
    readInto(file, { at: 0, bytes: found, path: this.#path });
    if (found.length < PACK_HEADER || found.some((byte, i) => byte !== header[i])) {
      await file.truncate(0);
      await file.seek(0, Deno.SeekMode.Start);
      await writeAll(file, header);
      if (await exists(`${this.#path}.skipped`)) await Deno.remove(`${this.#path}.skipped`);
      return;
    }
    let left = Math.floor((size - PACK_HEADER) / this.#each);
    let at = PACK_HEADER;
    const journal = await this.#journal();
    for (const open of this.#parts) {
      const { part, skipped } = open;
      let next = 0; // of the plan; `written` of them are in the file
      let written = 0;
      const gone = new Map(
        journal.filter((line) => line.part === part.name).map((line) => [line.index, line]),
      );
      for (; next < part.images; next++) {
        const line = gone.get(next);
        if (line) skipped.push(line);
        else if (written === left) break;
        else written++;
      }
      this.#recount(open, { at, images: written });
      at += written * this.#each;
      left -= written;
      if (next < part.images) break;
    }
    await file.truncate(at);
    await file.seek(at, Deno.SeekMode.Start);
    const kept = this.#parts.flatMap(({ skipped }) =>
      skipped.map((line) => JSON.stringify(line) + "\n")
    );
    if (journal.length > 0) await Deno.writeTextFile(`${this.#path}.skipped`, kept.join(""));
  }

  #recount(open: Open, { at, images }: { at: number; images: number }): void {
    const batch = Math.max(1, Math.floor((1 << 22) / this.#each));
    for (let done = 0; done < images; done += batch) {
      const bytes = new Uint8Array(Math.min(batch, images - done) * this.#each);
      readInto(this.#file, { at: at + done * this.#each, bytes, path: this.#path });
      this.#count(open, bytes);
    }
  }

  async #journal(): Promise<Skipped[]> {
    if (!await exists(`${this.#path}.skipped`)) return [];
    const text = await Deno.readTextFile(`${this.#path}.skipped`);
    return text.split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as Skipped];
      } catch {
        // The last line may be half written; what it said will be found again.
        return [];
      }
    });
  }
}
