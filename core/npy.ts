/** An array of floats as NumPy stores it, row-major. */
export interface FloatArray {
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** The elements: 4 bytes each, or 8. */
  readonly data: Float32Array | Float64Array;
}

const MAGIC = "\x93NUMPY\x01\x00";
const HEADER = new RegExp(
  String.raw`^\{'descr': '<f([48])', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$`,
);

/**
 * Writes floats in NumPy's .npy format, version 1.0 (numpy.lib.format).
 *
 * @example Write and read back
 * ```ts
 * import { decodeNpy, encodeNpy } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const bytes = encodeNpy({ shape: [2, 1], data: Float64Array.of(0.5, 2) });
 * assert.deepEqual(decodeNpy(bytes, "memory"), { shape: [2, 1], data: Float64Array.of(0.5, 2) });
 * ```
 */
export function encodeNpy({ shape, data }: FloatArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const type = `<f${data.BYTES_PER_ELEMENT}`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The elements begin at a multiple of 64 bytes.
  const length = Math.ceil((MAGIC.length + 2 + header.length + 1) / 64) * 64 - MAGIC.length - 2;
  const bytes = new Uint8Array(MAGIC.length + 2 + length + data.byteLength);
  const text = (value: string, at: number) =>
    bytes.set(Uint8Array.from(value, (c) => c.charCodeAt(0)), at);
  text(MAGIC, 0);
  const view = new DataView(bytes.buffer);
  view.setUint16(MAGIC.length, length, true);
  text(`${header.padEnd(length - 1)}\n`, MAGIC.length + 2);
  const from = MAGIC.length + 2 + length, step = data.BYTES_PER_ELEMENT;
  data.forEach((value, i) => {
    if (step === 4) view.setFloat32(from + 4 * i, value, true);
    else view.setFloat64(from + 8 * i, value, true);
  });
  return bytes;
}

/**
 * Reads floats in NumPy's .npy format, version 1.0; nothing in its header is trusted.
 *
 * @param name What error messages call it.
 * @throws {SyntaxError} If it is not such a file, or not as long as it says.
 */
export function decodeNpy(bytes: Uint8Array, name: string): FloatArray {
  const fail = (why: string): never => {
    throw new SyntaxError(`Cannot read ${name} as an .npy array: ${why}`);
  };
  const start = MAGIC.length + 2;
  const ascii = (part: Uint8Array) => String.fromCharCode(...part);
  if (ascii(bytes.subarray(0, MAGIC.length)) !== MAGIC) fail("it does not begin as version 1.0");
  if (bytes.length < start) fail("it is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = start + view.getUint16(MAGIC.length, true);
  const match = from <= bytes.length && from - start <= 4096
    ? HEADER.exec(ascii(bytes.subarray(start, from)))
    : null;
  if (!match) return fail("its header is not that of floats in C order");
  const [, width, sizes] = match as unknown as [string, string, string];
  const shape = sizes.split(",").map((s) => s.trim()).filter((s) => s !== "").map(Number);
  const size = shape.reduce((a, b) => a * b, 1);
  if (size * Number(width) !== bytes.length - from) {
    fail(`its shape [${shape}] does not fit its ${bytes.length - from} bytes`);
  }
  const data = width === "4" ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) {
    data[i] = width === "4"
      ? view.getFloat32(from + 4 * i, true)
      : view.getFloat64(from + 8 * i, true);
  }
  return { shape, data };
}
