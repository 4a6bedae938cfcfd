import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { BadInput } from "../../../core/bad_input.ts";
import { refusal, withFile } from "../../../core/refused_file.ts";
import { type PartName, partNames } from "../../images/dataset.ts";
import {
  fingerprintOf,
  labelsSha256,
  littleEndian,
  type PartDigest,
  sha256,
} from "../../images/fingerprint.ts";
import { readInto, writeAll } from "../file_source_deno.ts";
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

/** What was left out and why. */
interface Skipped {
  readonly part: PartName;
  readonly index: number;
  readonly why: string;
}

/** How {@linkcode PackWriter} takes up an unfinished store. */
export interface TakeUpOptions {
  /** Whether what an earlier call left out stays left out; else it is tried again. */
  readonly keepSkipped: boolean;
}

/**
 * Writes a packed store image by image. An unfinished one lies in `PATH.partial` and is continued
 * if it was made of the same sources. `PATH.journal` has a line for each image: its CRC-32 as it
 * was written, or why it was left out. Only what agrees with it is kept: after a power loss a file
 * may have its length but not its content.
 */
export class PackWriter implements Disposable {
  readonly #path: string;
  readonly #plan: PackPlan;
  readonly #file: Deno.FsFile;
  readonly #journal: Deno.FsFile;
  readonly #parts: Open[];

  private constructor(
    path: string,
    plan: PackPlan,
    { file, journal }: { readonly file: Deno.FsFile; readonly journal: Deno.FsFile },
  ) {
    this.#path = path;
    this.#plan = plan;
    this.#file = file;
    this.#journal = journal;
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

  /**
   * Starts a store, or takes up an unfinished one.
   *
   * @throws {BadInput} If nothing can be written there.
   */
  static async open(path: string, plan: PackPlan, options: TakeUpOptions): Promise<PackWriter> {
    using stack = new DisposableStack();
    const file = stack.use(await openNew(`${path}.partial`));
    const journal = stack.use(await openNew(`${path}.journal`));
    const writer = new PackWriter(path, plan, { file, journal });
    await writer.#resume(options);
    stack.move();
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
    const open = this.#open(name), before = open.checks.length;
    await this.#write(bytes);
    this.#count(open, bytes);
    await this.#note(open.checks.slice(before).map((check) => JSON.stringify(check)));
  }

  /** Leaves out the next image of a part, now and when this is resumed. */
  async skip(part: PartName, why: string): Promise<void> {
    const { checks, skipped } = this.#open(part);
    const line: Skipped = { part, index: checks.length + skipped.length, why };
    skipped.push(line);
    await this.#note([JSON.stringify(line)]);
  }

  /** A part without which nothing can be trained or evaluated, and which has no image left. */
  get empty(): PartName | undefined {
    return this.#parts.find(({ part: { name }, checks }) =>
      checks.length === 0 && (name === "train" || name === "test")
    )?.part.name;
  }

  /** Drops what was written. */
  async discard(): Promise<void> {
    for (const end of ["partial", "journal"]) {
      const path = `${this.#path}.${end}`;
      await withFile("remove", path, () => Deno.remove(path));
    }
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
    await this.#write(table);
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
    await this.#write(await packFooter(index));
    await withFile("write", this.#path, async () => {
      await this.#file.sync();
      await Deno.rename(`${this.#path}.partial`, this.#path);
      await Deno.remove(`${this.#path}.journal`);
    });
    return index;
  }

  [Symbol.dispose](): void {
    this.#file.close();
    this.#journal.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await withFile("write", `${this.#path}.partial`, () => writeAll(this.#file, bytes));
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

  /** Writes lines of the journal. */
  async #note(lines: readonly string[]): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join("");
    const path = `${this.#path}.journal`, bytes = new TextEncoder().encode(text);
    await withFile("write", path, () => writeAll(this.#journal, bytes));
  }

  /** Keeps what an interrupted run has left as far as its journal vouches for it. */
  async #resume({ keepSkipped }: TakeUpOptions): Promise<void> {
    const file = this.#file, journal = this.#journal, { key } = this.#plan;
    const header = packHeader(key), { size } = await file.stat();
    const found = new Uint8Array(Math.min(size, PACK_HEADER));
    readInto(file, { at: 0, bytes: found, path: `${this.#path}.partial` });
    const [own, ...lines] = await this.#lines();
    let at = PACK_HEADER;
    const kept = [JSON.stringify(key)];
    if (own === key && found.length === PACK_HEADER && found.every((b, i) => b === header[i])) {
      const image = new Uint8Array(this.#each);
      let next = 0; // of the lines
      parts: for (const open of this.#parts) {
        const { part: { name, images }, checks, skipped } = open;
        while (checks.length + skipped.length < images) {
          const line = lines[next++], index = checks.length + skipped.length;
          if (typeof line === "number" && at + image.length <= size) {
            readInto(file, { at, bytes: image, path: `${this.#path}.partial` });
            if (crc32(image) !== line) break parts;
            this.#count(open, image);
            at += image.length;
          } else if (keepSkipped && isSkipped(line) && line.part === name && line.index === index) {
            skipped.push(line);
          } else break parts;
          kept.push(JSON.stringify(line));
        }
      }
    } else {
      await file.seek(0, Deno.SeekMode.Start);
      await this.#write(header);
    }
    await withFile("write", `${this.#path}.partial`, async () => {
      await file.truncate(at);
      await file.seek(at, Deno.SeekMode.Start);
      await journal.truncate(0);
      await journal.seek(0, Deno.SeekMode.Start);
    });
    await this.#note(kept);
  }

  /** The journal's lines up to one that is not whole. */
  async #lines(): Promise<unknown[]> {
    const path = `${this.#path}.journal`;
    const text = await withFile("read", path, () => Deno.readTextFile(path));
    const lines: unknown[] = [];
    for (const line of text.split("\n").slice(0, -1)) {
      try {
        lines.push(JSON.parse(line));
      } catch {
        break;
      }
    }
    return lines;
  }
}

async function openNew(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    const why = refusal(error);
    if (why === undefined) throw error;
    throw new BadInput(`Cannot write ${path}: ${why}`);
  }
}

function isSkipped(line: unknown): line is Skipped {
  return typeof line === "object" && line !== null && "why" in line && "part" in line &&
    "index" in line && typeof line.why === "string";
}
