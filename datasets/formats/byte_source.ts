import { BadInput } from "../../core/bad_input.ts";

/** Bytes that are read in pieces: a file, or memory. Nothing is loaded that nobody asked for. */
export interface ByteSource {
  /** What error messages call it: the path of a file. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `at` on; the caller may keep but not change them.
   *
   * @throws {BadInput} If the source ends before that.
   */
  read(at: number, length: number): Uint8Array;
}

/**
 * Makes a source of bytes in memory.
 *
 * @param bytes Kept, not copied.
 * @param name What error messages call it.
 *
 * @example Read past the end
 * ```ts
 * import { memorySource } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const source = memorySource(Uint8Array.of(1, 2, 3), "three bytes");
 * assert.deepEqual([...source.read(1, 2)], [2, 3]);
 * assert.throws(() => source.read(2, 2), /three bytes/);
 * ```
 */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    read(at, length) {
      checkRange(source, at, length);
      return bytes.subarray(at, at + length);
    },
  };
  return source;
}

/**
 * Checks that a range lies inside a source.
 *
 * @throws {BadInput} If it does not, as when a file is cut off or claims more than it has.
 */
export function checkRange(
  source: Pick<ByteSource, "name" | "size">,
  at: number,
  length: number,
): void {
  if (!(at >= 0 && length >= 0 && at + length <= source.size)) {
    throw new BadInput(
      `Cannot read ${source.name}: it claims ${length} bytes at ${at} but has ${source.size}; ` +
        "it is cut off or damaged",
    );
  }
}

/** Bytes a stream asks for at a time. */
const CHUNK = 1 << 20;
/** Of compressed bytes: a piece is inflated at once, and grows a thousandfold at worst. */
const COMPRESSED_CHUNK = 1 << 14;

/**
 * A range of a source as a stream.
 *
 * @throws {BadInput} If the range is not inside.
 */
export function sourceStream(
  source: ByteSource,
  at = 0,
  length: number = source.size - at,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return inPieces(source, { at, length, piece: CHUNK });
}

/**
 * A compressed range of a source, inflated as it is asked for, in pieces that never take much memory.
 *
 * @throws {BadInput} If the range is not inside.
 */
export function inflated(
  source: ByteSource,
  format: CompressionFormat,
  { at = 0, length = source.size - at }: { readonly at?: number; readonly length?: number } = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return inPieces(source, { at, length, piece: COMPRESSED_CHUNK })
    .pipeThrough(new DecompressionStream(format));
}

function inPieces(
  source: ByteSource,
  { at, length, piece: most }: {
    readonly at: number;
    readonly length: number;
    readonly piece: number;
  },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkRange(source, at, length);
  const end = at + length;
  let from = at;
  return new ReadableStream({
    pull(controller) {
      if (from >= end) return controller.close();
      const piece = source.read(from, Math.min(most, end - from));
      from += piece.length;
      controller.enqueue(new Uint8Array(piece));
    },
  }, { highWaterMark: 0 });
}
