import { configure, type Entry, Reader, ZipReader } from "@zip.js/zip.js";
import { BadInput } from "../../core/bad_input.ts";
import { type ArchiveMember, MAX_MEMBERS } from "./archive.ts";
import type { ByteSource } from "./byte_source.ts";
import { ByteStream } from "./byte_stream.ts";

// Workers of the library would outlive the archive; a piece of compressed bytes is inflated at once.
configure({ useWebWorkers: false, chunkSize: 1 << 14 });

/**
 * Lists a zip archive, one entry at a time; nothing is unpacked before an entry is opened.
 *
 * @throws {BadInput} If the archive is damaged, encrypted or has too many entries.
 */
export async function* readZip(source: ByteSource): AsyncGenerator<ArchiveMember> {
  const reader = new ZipReader(new SourceReader(source), { checkSignature: true });
  let members = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (++members > MAX_MEMBERS) throw new Error(`it has more than ${MAX_MEMBERS} entries`);
      if (entry.encrypted) throw new Error(`'${entry.filename}' is encrypted`);
      // Unix archivers keep the kind of file in the upper bits; 0xa is a symbolic link.
      const link = entry.externalFileAttributes >>> 28 === 0xa;
      yield {
        name: entry.filename,
        size: entry.uncompressedSize,
        kind: entry.directory ? "folder" : link ? "link" : "file",
        open: () => new ByteStream(contentOf(entry), `${source.name}: ${entry.filename}`),
      };
    }
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`Cannot read ${source.name} as a zip archive: ${(error as Error).message}`);
  } finally {
    await reader.close();
  }
}

function contentOf(entry: Entry): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  if (entry.directory) writable.close();
  // Who reads is told what went wrong: the library breaks the stream itself once it holds it, and
  // leaves it open if it fails before.
  else entry.getData(writable).catch((error) => writable.abort(error).catch(() => {}));
  return readable;
}

/** Lets the library read a source by ranges. */
class SourceReader extends Reader<ByteSource> {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
  }

  override readUint8Array(at: number, length: number): Promise<Uint8Array> {
    const inside = Math.max(0, Math.min(length, this.size - at));
    return Promise.resolve(this.#source.read(at, inside).slice());
  }
}
