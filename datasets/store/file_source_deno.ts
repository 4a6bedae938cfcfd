import { BadInput } from "../../core/bad_input.ts";
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
    throw new BadInput(
      error instanceof Deno.errors.NotFound
        ? `Cannot read ${path}: there is no such file`
        : `Cannot read ${path}: ${(error as Error).message}`,
    );
  }
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
      if (read === null) throw new Error("it became shorter while it was read");
      done += read;
    }
  } catch (error) {
    throw new BadInput(`Cannot read ${path}: ${(error as Error).message}`);
  }
}

/**
 * Writes all bytes at the place where a file stands.
 */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
