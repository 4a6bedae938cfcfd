import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "./byte_source.ts";

/** What a pickle of data may hold. Lists are arrays, dictionaries maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleBytes
  | PickleTuple
  | PickleGlobal
  | PickleDtype
  | NumpyArray;

/** A byte string of a pickle: a range of the file, read when it is needed. */
export class PickleBytes {
  /** Number of bytes. */
  readonly length: number;
  readonly #source: ByteSource;
  readonly #at: number;

  /** A range of a source, not read yet. */
  constructor(source: ByteSource, at: number, length: number) {
    this.#source = source;
    this.#at = at;
    this.length = length;
  }

  /**
   * Some of its bytes.
   *
   * @throws {BadInput} If they are not inside.
   */
  read(from = 0, length: number = this.length - from): Uint8Array {
    if (!(from >= 0 && length >= 0 && from + length <= this.length)) {
      throw new BadInput(
        `Cannot read ${this.#source.name}: a byte string of ${this.length} bytes has no ` +
          `${length} at ${from}`,
      );
    }
    return this.#source.read(this.#at + from, length);
  }

  /** A short byte string as text, one character a byte, as Python 2 wrote text. */
  text(): string {
    if (this.length > 1000) {
      throw new BadInput(`Cannot read ${this.#source.name}: a name has ${this.length} bytes`);
    }
    return String.fromCharCode(...this.read());
  }
}

/** A tuple of a pickle. */
export class PickleTuple {
  /** What it holds. */
  readonly items: readonly PickleValue[];

  /** A tuple of these values. */
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A name that a pickle may call. */
export class PickleGlobal {
  /** Module and name, joined by a dot. */
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** The name, if data need it; NumPy 2 put an underscore before `core`. */
  static known(module: string, name: string): PickleGlobal | undefined {
    const full = `${module}.${name}`.replace(/^numpy\._core\./, "numpy.core.");
    return allowed.has(full) ? new PickleGlobal(full) : undefined;
  }
}

const allowed: ReadonlySet<string> = new Set([
  "numpy.ndarray",
  "numpy.dtype",
  "numpy.core.multiarray._reconstruct",
  "numpy.core.multiarray.scalar",
  "numpy.core.numeric._frombuffer",
  "_codecs.encode",
]);

/** A NumPy type of a pickle. */
export class PickleDtype {
  /** NumPy's code without byte order: `u1`, `i8`, `f4`, ... */
  readonly code: string;

  /** An element type by NumPy's code, e.g. `u1`. */
  constructor(code: string) {
    this.code = code;
  }

  /** Bytes of an element. */
  get size(): number {
    return Number(this.code.slice(1));
  }
}

/** A NumPy array of a pickle, in C order and little-endian; its elements stay in the file. */
export class NumpyArray {
  /** Undefined until the file has given shape, type and elements. */
  content?: {
    readonly shape: readonly number[];
    readonly dtype: PickleDtype;
    readonly data: PickleBytes;
  };
}

/**
 * Little-endian integers as numbers.
 *
 * @param dtype Must be of whole numbers.
 * @returns Undefined for another type; 64-bit numbers lose precision above 2^53.
 */
export function decodeIntegers(dtype: PickleDtype, bytes: Uint8Array): number[] | undefined {
  if (!/^[iu]/.test(dtype.code)) return undefined;
  const signed = dtype.code.startsWith("i");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { size } = dtype;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => {
    const at = i * size;
    if (size === 1) return signed ? view.getInt8(at) : view.getUint8(at);
    if (size === 2) return signed ? view.getInt16(at, true) : view.getUint16(at, true);
    if (size === 4) return signed ? view.getInt32(at, true) : view.getUint32(at, true);
    return Number(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
  });
}
