import { BadInput } from "../../core/bad_input.ts";
import { refusal } from "../../core/refused_file.ts";
import { type ByteSource, checkRange } from "../formats/byte_source.ts";

/** A file read in pieces, open until it is disposed of. */
export type FileSource = ByteSource & Disposable;

/**
 * Opens a file for reading by ranges.
 *
 * @throws {BadInput} If it is missing, no file or unreadable.
 */
export function openSource(path: string): FileSource {
  const file = openFile(path);
  const { size, isFile } = file.statSync();
  if (!isFile) {
    file.close();
    throw new BadInput(`Cannot read ${path}: it is no file`);
  }
  const source: FileSource = {
    name: path,
    size,
    read(at, length) {
      checkRange(source, at, length);
      const bytes = new Uint8Array(length);
      readInto(file, { at, bytes, path });
      return bytes;
    },
    [Symbol.dispose]: () => file.close(),
  };
  return source;
}

/**
 * Opens a file for reading.
 *
 * @throws {BadInput} If it is missing or unreadable.
 */
export function openFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Why a file or a folder cannot be read, as the user's to mend; other errors are returned as they are. */
export function unreadable(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new BadInput(`Cannot read ${path}: there is no such file`);
  }
  const why = refusal(error);
  return why === undefined ? error : new BadInput(`Cannot read ${path}: ${why}`);
}

/**
 * Fills bytes from a place in a file.
 *
 * @throws {BadInput} If the file ends before or cannot be read.
 */
export function readInto(
  file: Deno.FsFile,
  { at, bytes, path }: { at: number; bytes: Uint8Array; path: string },
): void {
  try {
    file.seekSync(at, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) {
      const read = file.readSync(bytes.subarray(done));
      if (read === null) {
        throw new BadInput(`Cannot read ${path}: it became shorter while it was read`);
      }
      done += read;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Writes all bytes at the place where a file stands.
 */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
