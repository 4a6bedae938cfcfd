import { crc32 } from "node:zlib";
import { BadInput } from "../../../core/bad_input.ts";
import { openFile, readInto } from "../file_source_deno.ts";

/** Images of a part of a packed store that shall be read. */
export interface ImageRead {
  readonly path: string;
  /** The part's name, for error messages. */
  readonly part: string;
  /** Where its first image begins in the file. */
  readonly at: number;
  /** Bytes of an image. */
  readonly each: number;
  readonly indices: Int32Array;
  /** CRC-32 of each of these images. */
  readonly checks: Uint32Array;
}

/** What a worker answers: the images, or why there are none. */
export type ReadReply =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer>; readonly error?: undefined }
  | { readonly id: number; readonly error: string; readonly bad: boolean };

/**
 * Reads images of a packed store and checks each; neighbours are read at once.
 *
 * @param into Where they go, in the order of the indices.
 * @throws {BadInput} If the file is gone or shorter than it was, or an image is damaged.
 */
export function readImages(
  { path, part, at, each, indices, checks }: ImageRead,
  into: Uint8Array<ArrayBuffer> = new Uint8Array(indices.length * each),
): Uint8Array<ArrayBuffer> {
  using file = openFile(path);
  for (let i = 0; i < indices.length;) {
    const first = indices[i]!; // i is inside indices, here and below
    let run = 1;
    while (i + run < indices.length && indices[i + run] === first + run) run++;
    const bytes = into.subarray(i * each, (i + run) * each);
    readInto(file, { at: at + first * each, bytes, path });
    for (let k = 0; k < run; k++) {
      if (crc32(bytes.subarray(k * each, (k + 1) * each)) === checks[i + k]) continue;
      throw new BadInput(
        `Cannot read ${path}: image ${first + k} of part '${part}' is damaged; ` +
          "remove the file and prepare the set again",
      );
    }
    i += run;
  }
  return into;
}
