/** Files that a method keeps beside the checkpoints: results for people and for later runs. */
export interface HostFiles {
  /**
   * Bytes of a file, or undefined where there is none.
   *
   * @param from Folder of another run; the run's own files if not given.
   * @throws {TypeError} If the name is not one, see {@linkcode checkFileName}.
   */
  read(name: string, from?: string): Promise<Uint8Array | undefined>;
  /** Writes a file whole or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Refuses what is no plain file name: letters, digits, `.`, `_` and `-`, not a dot first.
 *
 * @throws {TypeError} If the name is something else, e.g. a path.
 */
export function checkFileName(name: string): void {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(name)) return;
  throw new TypeError(`'${name}' is no file name: give letters, digits, '.', '_' and '-'`);
}

/**
 * Files in memory, for runs that write no folder. Runs that share an object see each other's: the
 * first one's are read from any `from`.
 *
 * @example What was written can be read
 * ```ts
 * import { MemoryFiles } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const files = new MemoryFiles();
 * await files.write("notes.txt", new TextEncoder().encode("even"));
 * assert.equal(new TextDecoder().decode(await files.read("notes.txt")), "even");
 * ```
 */
export class MemoryFiles implements HostFiles {
  readonly #files = new Map<string, Uint8Array>();

  /** A copy of a file's bytes, or undefined; the folder makes no difference. */
  read(name: string): Promise<Uint8Array | undefined> {
    checkFileName(name);
    return Promise.resolve(this.#files.get(name)?.slice());
  }

  /** Keeps a copy of the bytes. */
  write(name: string, bytes: Uint8Array): Promise<void> {
    checkFileName(name);
    this.#files.set(name, bytes.slice());
    return Promise.resolve();
  }
}
