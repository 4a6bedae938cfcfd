import { BadInput } from "../../core/bad_input.ts";
import { type ArchiveMember, memberPath } from "../formats/archive.ts";
import { refusal, withFile } from "../../core/refused_file.ts";
import { inflated, sourceStream } from "../formats/byte_source.ts";
import { ByteStream } from "../formats/byte_stream.ts";
import { readTar } from "../formats/tar.ts";
import { readZip } from "../formats/zip.ts";
import { type FileSource, openSource, writeAll } from "./file_source_deno.ts";
import type { OnProgress } from "./work.ts";

/** Where to and how much {@link unpack} unpacks. */
export interface UnpackOptions {
  readonly folder: string;
  /** More bytes than this in all are refused. */
  readonly limit: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks a `.tar`, `.tar.gz`, `.tgz` or `.zip`. Files that are already there are compared with the
 * archive and written only where they differ, so an interrupted unpacking goes on.
 *
 * @throws {BadInput} If the archive is damaged, an entry would leave the folder, is a link or has a
 * name that cannot be written, or it unpacks to more than the limit.
 * @throws {RefusedFile} If the system does not let it write, as when the disk is full.
 */
export async function unpack(archive: string, options: UnpackOptions): Promise<void> {
  const { folder, limit, onProgress, signal } = options;
  using source = openSource(archive);
  const what = archive.slice(archive.lastIndexOf("/") + 1);
  const folders = new Set<string>();
  let bytes = 0, done = 0;
  for await (const member of membersOf(source)) {
    signal?.throwIfAborted();
    const path = memberPath(member.name, archive);
    if (member.kind === "link" || member.kind === "other") {
      throw new BadInput(
        `Cannot unpack ${archive}: '${path}' is a link or a device; it is refused`,
      );
    }
    bytes += member.size + EACH;
    if (!(bytes <= limit)) {
      throw new BadInput(
        `Cannot unpack ${archive}: it holds more than the ${limit} bytes accepted`,
      );
    }
    await writeMember(member, { path, folder, folders, archive });
    done++;
    onProgress?.({ stage: "unpack", what, done, total: undefined, unit: "files" });
  }
}

/** What an empty file takes too: it counts against the limit. */
const EACH = 512;

/** Codes of what an entry's own name is to blame for, where others were written before. */
const NAME_CODES: ReadonlySet<unknown> = new Set(["EEXIST", "EISDIR", "ENOTDIR", "ENAMETOOLONG"]);

interface WriteOptions {
  /** The entry's path, below the folder. */
  readonly path: string;
  readonly folder: string;
  /** Folders that are known to be there. */
  readonly folders: Set<string>;
  readonly archive: string;
}

/** Writes one entry, and says what the system refuses. */
async function writeMember(member: ArchiveMember, options: WriteOptions): Promise<void> {
  const { path, folder, folders, archive } = options, file = `${folder}/${path}`;
  if (path === "" && member.kind === "file") {
    throw new BadInput(`Cannot unpack ${archive}: an entry has no name`);
  }
  try {
    await write(member, file, folders);
  } catch (error) {
    if (!NAME_CODES.has((error as { code?: unknown }).code)) {
      return await withFile("write", file, () => Promise.reject(error));
    }
    throw new BadInput(
      `Cannot unpack ${archive}: '${path.slice(0, 200)}' cannot be written: ${refusal(error)}`,
    );
  }
}

function membersOf(source: FileSource): AsyncGenerator<ArchiveMember> {
  if (source.name.endsWith(".zip")) return readZip(source);
  const plain = /\.t?gz$/.test(source.name) ? inflated(source, "gzip") : sourceStream(source);
  return readTar(new ByteStream(plain, source.name));
}

async function write(member: ArchiveMember, path: string, folders: Set<string>): Promise<void> {
  const folder = member.kind === "folder" ? path : path.slice(0, path.lastIndexOf("/"));
  if (!folders.has(folder)) {
    await Deno.mkdir(folder, { recursive: true });
    folders.add(folder);
  }
  if (member.kind === "folder") return;
  const content = member.open();
  using file = await Deno.open(path, { read: true, write: true, create: true });
  let at = 0;
  await content.pass(member.size, async (piece) => {
    if (!await holds(file, piece)) {
      await file.seek(at, Deno.SeekMode.Start);
      await writeAll(file, piece);
    }
    at += piece.length;
  });
  if ((await file.stat()).size !== at) await file.truncate(at);
  if (!await content.ended()) {
    await content.cancel();
    throw new BadInput(`Cannot unpack ${content.name}: it is longer than the archive says`);
  }
}

/** Whether a file goes on with some bytes; it stands behind them if it does. */
async function holds(file: Deno.FsFile, bytes: Uint8Array): Promise<boolean> {
  const own = new Uint8Array(bytes.length);
  for (let done = 0; done < own.length;) {
    const read = await file.read(own.subarray(done));
    if (read === null) return false;
    done += read;
  }
  return own.every((byte, i) => byte === bytes[i]);
}
