/** Types that a safetensors file of ours may hold. */
export type StoredType = "F32" | "I32" | "U32" | "U8";

/** A tensor read from, or to be written to, a safetensors file; row-major. */
export interface StoredTensor {
  /** Type of the elements. */
  readonly dtype: StoredType;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** The elements, row by row. */
  readonly data: Float32Array | Int32Array | Uint32Array | Uint8Array;
}

/** The content of a safetensors file: tensors by name and the string metadata. */
export interface Stored {
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Texts that the file carries beside its tensors. */
  readonly metadata: Readonly<Record<string, string>>;
}

const BYTES: Readonly<Record<StoredType, number>> = { F32: 4, I32: 4, U32: 4, U8: 1 };
/** A header larger than this is refused: no file of ours comes near it. */
const MAX_HEADER = 100_000_000;

/**
 * Reads the bytes of a safetensors file; nothing in its header is trusted.
 *
 * @param bytes The whole file.
 * @param name What error messages call it.
 * @param options.skip Tensors to pass over, whatever their type.
 * @returns Tensors (copies, so `bytes` may be reused) and metadata.
 * @throws {SyntaxError} If the header, an offset, a shape or a type does not hold together.
 *
 * @example Write and read back
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const bytes = encodeSafetensors(
 *   new Map([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]),
 *   { format: "1" },
 * );
 * const { tensors, metadata } = decodeSafetensors(bytes, "memory");
 * assert.deepEqual([...tensors.get("w")!.data], [1, 2]);
 * assert.equal(metadata.format, "1");
 * ```
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
  { skip = () => false }: { readonly skip?: (tensor: string) => boolean } = {},
): Stored {
  const fail = (why: string): never => {
    throw new SyntaxError(`Cannot read ${name} as safetensors: ${why}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are less than its header's length`);
  const length = Number(
    new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true),
  );
  if (length > MAX_HEADER || 8 + length > bytes.length) {
    fail(`the header claims ${length} bytes, the file has ${bytes.length}`);
  }
  const start = 8 + length;
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)),
    );
  } catch {
    fail("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return fail("its header is not an object");
  }
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [key, entry] of Object.entries(header as Record<string, unknown>)) {
    if (key === "__metadata__") {
      metadata = stringMap(entry) ?? fail("its metadata is not a map of strings");
    } else if (!skip(key)) {
      tensors.set(key, decodeEntry(key, entry, bytes.subarray(start), fail));
    }
  }
  return { tensors, metadata };
}

function stringMap(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.values(value).every((v) => typeof v === "string")
    ? { ...value as Record<string, string> }
    : undefined;
}

function decodeEntry(
  key: string,
  entry: unknown,
  body: Uint8Array,
  fail: (why: string) => never,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const natural = (v: unknown) => Number.isSafeInteger(v) && (v as number) >= 0;
  if (typeof dtype !== "string" || !(dtype in BYTES)) {
    return fail(`tensor '${key}' has type ${dtype}, not one of ${Object.keys(BYTES).join(", ")}`);
  }
  if (!Array.isArray(shape) || !shape.every(natural)) return fail(`tensor '${key}' has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) {
    return fail(`tensor '${key}' has no offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const size = (shape as number[]).reduce((a, b) => a * b, 1) * BYTES[dtype as StoredType];
  if (begin > end || end > body.length || end - begin !== size) {
    return fail(`tensor '${key}' lies at ${begin}..${end} but needs ${size} bytes`);
  }
  const copy = body.slice(begin, end).buffer;
  const data = dtype === "F32"
    ? new Float32Array(copy)
    : dtype === "I32"
    ? new Int32Array(copy)
    : dtype === "U32"
    ? new Uint32Array(copy)
    : new Uint8Array(copy);
  return { dtype: dtype as StoredType, shape: shape as number[], data };
}

/**
 * Lays tensors out as the bytes of a safetensors file, in name order.
 *
 * @param tensors What to store; each length must match its shape.
 * @param metadata Strings stored beside them.
 * @throws {TypeError} If a tensor's data does not match its shape or type.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const names = [...tensors.keys()].sort();
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors.get(name)!; // the map's own key
    const size = shape.reduce((a, b) => a * b, 1) * BYTES[dtype];
    if (data.byteLength !== size) {
      throw new TypeError(
        `Cannot store '${name}': shape [${shape}] of ${dtype} needs ${size} bytes, its data has ${data.byteLength}`,
      );
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + size] };
    offset += size;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - new TextEncoder().encode(text).length % 8) % 8);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const name of names) {
    const { data } = tensors.get(name)!; // as above
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
