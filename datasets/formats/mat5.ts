import { BadInput } from "../../core/bad_input.ts";
import { type ByteSource, inflated, sourceStream } from "./byte_source.ts";
import { ByteStream } from "./byte_stream.ts";

/** A numeric variable of a .mat file, column-major: the first index runs fastest. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float64Array;
}

/** Which variables {@link readMat5} reads. */
export interface Mat5Options {
  readonly names: readonly string[];
  /** A variable that takes more bytes than this in memory is refused. */
  readonly limit: number;
}

const COMPRESSED = 15;
const MATRIX = 14;
/** Bytes an element by data type ("MAT-File Format", table 1-1). */
const TYPES: Readonly<Record<number, [size: number, read: (v: DataView, at: number) => number]>> = {
  1: [1, (v, at) => v.getInt8(at)],
  2: [1, (v, at) => v.getUint8(at)],
  3: [2, (v, at) => v.getInt16(at, true)],
  4: [2, (v, at) => v.getUint16(at, true)],
  5: [4, (v, at) => v.getInt32(at, true)],
  6: [4, (v, at) => v.getUint32(at, true)],
  7: [4, (v, at) => v.getFloat32(at, true)],
  9: [8, (v, at) => v.getFloat64(at, true)],
};
/** zlib packs no more than this many bytes into one. */
const MAX_RATIO = 1032;

/**
 * Reads numeric variables from a MATLAB level 5 .mat file, compressed or not, little-endian
 * (MathWorks, "MAT-File Format", chapter 1). Own code, since no reader on npm takes a file in
 * pieces, with limits.
 *
 * @returns The variables by name: bytes as they are, other numbers as float64.
 * @throws {BadInput} If the file is of another version, damaged or cut off, or a variable is
 *   missing, no dense real array of numbers, or too large.
 */
export async function readMat5(
  source: ByteSource,
  { names, limit }: Mat5Options,
): Promise<ReadonlyMap<string, MatArray>> {
  const fail = failing(source.name);
  if (source.size < 128) fail("it is shorter than its header");
  const head = source.read(0, 128);
  if (head[126] !== 0x49 || head[127] !== 0x4d || head[125] !== 1) {
    fail("its magic is wrong; expected level 5, little-endian (save it with -v7 or -v6)");
  }
  const found = new Map<string, MatArray>();
  let at = 128;
  while (at < source.size && found.size < names.length) {
    if (source.size - at < 8) fail("it is cut off");
    const tag = source.read(at, 8);
    const view = new DataView(tag.buffer, tag.byteOffset, 8);
    const type = view.getUint32(0, true), length = view.getUint32(4, true);
    const start = at + 8;
    at = start + length;
    if (type !== COMPRESSED && type !== MATRIX) {
      fail(`an element has type ${type}, expected a matrix`);
    }
    const body = new ByteStream(
      type === MATRIX
        ? sourceStream(source, start, length)
        : inflated(source, "deflate", { at: start, length }),
      source.name,
    );
    try {
      let room = length;
      if (type === COMPRESSED) {
        const [inner, size] = words(await body.take(8));
        if (inner !== MATRIX || size! > length * MAX_RATIO) fail("a compressed matrix is damaged");
        room = size!; // words() of 8 bytes are two
      }
      const matrix = await readMatrix(body, { names, limit, room, fail });
      if (matrix) {
        // Only padding is left.
        if (type === COMPRESSED) await body.drain(8);
        found.set(matrix.name, matrix);
      }
    } finally {
      await body.cancel();
    }
    if (type === MATRIX) at += (8 - at % 8) % 8;
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) fail(`it has no variable ${missing.join(", ")}`);
  return found;
}

function failing(name: string): (why: string) => never {
  return (why) => {
    throw new BadInput(`Cannot read ${name} as a MATLAB file: ${why}`);
  };
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
}

interface MatrixOptions extends Mat5Options {
  /** Bytes the matrix has. */
  readonly room: number;
  readonly fail: (why: string) => never;
}

/** Reads the matrix a stream stands in; undefined if its name was not asked for. */
async function readMatrix(
  stream: ByteStream,
  { names, limit, room, fail }: MatrixOptions,
): Promise<MatArray & { name: string } | undefined> {
  const [flags] = words(await element(stream, 8, fail));
  const dims = await element(stream, 32, fail);
  const name = String.fromCharCode(...await element(stream, 64, fail));
  if (!names.includes(name)) return undefined;
  const kind = flags! & 255; // element() gives 8 bytes where 8 are there
  if (kind < 6 || kind > 13 || flags! & 0x800) {
    fail(`'${name}' is no real array of numbers (class ${kind})`);
  }
  const shape = words(dims);
  const count = shape.reduce((a, b) => a * b, 1);
  const { type, length, small } = await tag(stream);
  // Bytes stay as they are; all else becomes float64.
  const bytesEach = type === 2 ? 1 : 8 + (TYPES[type]?.[0] ?? 0);
  if (shape.length < 2 || !(count * bytesEach <= limit)) {
    fail(`'${name}' of shape [${shape}] is larger than the ${limit} bytes accepted`);
  }
  const [size, read] = TYPES[type] ?? fail(`'${name}' has elements of type ${type}`);
  if (count * size !== length || length > room) {
    fail(`'${name}' of shape [${shape}] has ${length} bytes`);
  }
  const bytes = small?.slice(0, length) ?? await stream.take(length);
  if (type === 2) return { name, shape, data: bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  return {
    name,
    shape,
    data: Float64Array.from({ length: count }, (_, i) => read(view, i * size)),
  };
}

/** The tag of a data element; up to 4 bytes of data fit into it. */
async function tag(
  stream: ByteStream,
): Promise<{ type: number; length: number; small?: Uint8Array }> {
  const bytes = await stream.take(8);
  const [first, second] = words(bytes) as [number, number];
  const packed = first >>> 16;
  return packed === 0
    ? { type: first, length: second }
    : { type: first & 0xffff, length: Math.min(4, packed), small: bytes.subarray(4) };
}

/** A short data element with its padding. */
async function element(
  stream: ByteStream,
  limit: number,
  fail: (why: string) => never,
): Promise<Uint8Array> {
  const { length, small } = await tag(stream);
  if (length > limit) fail("a matrix is damaged");
  if (small) return small.subarray(0, length);
  const bytes = await stream.take(length);
  await stream.skip((8 - length % 8) % 8);
  return bytes;
}
