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
/** Types of other programs' weights that {@linkcode decodeSafetensors} can convert to F32. */
const CONVERTED: Readonly<Record<string, number>> = { F16: 2, BF16: 2, F64: 8 };
/** A header larger than this is refused: no file of ours comes near it. */
const MAX_HEADER = 10_000_000;

/** How {@linkcode decodeSafetensors} reads. */
export interface DecodeOptions {
  /** Tensors to pass over, whatever their type. */
  readonly skip?: (tensor: string) => boolean;
  /** Whether F16, BF16 and F64 become F32; they are refused by default. */
  readonly convert?: boolean;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads the bytes of a safetensors file; nothing in its header is trusted. As the format's
 * specification has it, tensors lie one behind the other to the end of the file: without overlap,
 * hole, trailing bytes, or two of one name.
 *
 * @param bytes The whole file.
 * @param name What error messages call it.
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
  { skip = () => false, convert = false }: DecodeOptions = {},
): Stored {
  const fail = (why: string): never => {
    throw new SyntaxError(`Cannot read ${name} as safetensors: ${why}`);
  };
  const { header, body } = headerOf(bytes, fail);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") {
      metadata = stringMap(value) ?? fail("its metadata is not a map of strings");
    } else {
      const entry = entryOf(key, value, fail);
      if (!skip(key)) checkType(entry, { convert, fail });
      entries.push(entry);
    }
  }
  checkLayout(entries, body.length, fail);
  const tensors = new Map<string, StoredTensor>();
  for (const entry of entries) {
    if (!skip(entry.name)) tensors.set(entry.name, decodeEntry(entry, body));
  }
  return { tensors, metadata };
}

type Fail = (why: string) => never;

function headerOf(
  bytes: Uint8Array,
  fail: Fail,
): { readonly header: object; readonly body: Uint8Array } {
  if (bytes.length < 8) fail(`${bytes.length} bytes are less than its header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER) {
    fail(`its header claims ${length} bytes, more than the ${MAX_HEADER} that are allowed`);
  }
  if (8 + length > bytes.length) {
    fail(`the header claims ${length} bytes, the file has ${bytes.length}`);
  }
  const start = 8 + length;
  let header: unknown, text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch {
    fail("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    return fail("its header is not an object");
  }
  const twice = nameGivenTwice(text);
  if (twice !== undefined) fail(`it has two tensors '${twice}'`);
  return { header, body: bytes.subarray(start) };
}

/** A key that an object written as JSON has twice, which parsers take the last of; valid JSON only. */
function nameGivenTwice(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0, key: string | undefined;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token !== ":") key = token;
    else if (depth === 1 && key !== undefined) {
      const name = JSON.parse(key) as string; // a string's token
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}

function stringMap(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.values(value).every((v) => typeof v === "string")
    ? { ...value as Record<string, string> }
    : undefined;
}

function entryOf(name: string, value: unknown, fail: Fail): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const natural = (v: unknown) => Number.isSafeInteger(v) && (v as number) >= 0;
  if (typeof dtype !== "string") return fail(`tensor '${name}' has no type`);
  if (!Array.isArray(shape) || !shape.every(natural)) return fail(`tensor '${name}' has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) {
    return fail(`tensor '${name}' has no offsets`);
  }
  const [begin, end] = offsets as [number, number];
  return { name, dtype, shape, begin, end };
}

function checkType(
  { name, dtype, shape, begin, end }: Entry,
  { convert, fail }: { readonly convert: boolean; readonly fail: Fail },
): void {
  const known = convert ? { ...BYTES, ...CONVERTED } : BYTES;
  if (!Object.hasOwn(known, dtype)) {
    fail(`tensor '${name}' has type ${dtype}, not one of ${Object.keys(known).join(", ")}`);
  }
  const size = shape.reduce((a, b) => a * b, 1) * known[dtype as StoredType];
  if (end - begin !== size) {
    fail(`tensor '${name}' lies at ${begin}..${end} but needs ${size} bytes`);
  }
}

/** Checks that tensors fill the file: each begins where one ends, the last ends with the file. */
function checkLayout(entries: readonly Entry[], length: number, fail: Fail): void {
  let at = 0;
  for (
    const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)
  ) {
    if (begin < at) fail(`tensor '${name}' lies at ${begin}..${end}, over what ends at ${at}`);
    if (begin > at) fail(`nothing lies at ${at}..${begin}, before tensor '${name}'`);
    if (end < begin || end > length) {
      fail(
        `tensor '${name}' lies at ${begin}..${end}, but the file has ${length} bytes for tensors`,
      );
    }
    at = end;
  }
  if (at < length) fail(`${length - at} bytes lie behind its last tensor`);
}

function decodeEntry({ dtype, shape, begin, end }: Entry, body: Uint8Array): StoredTensor {
  const copy = body.slice(begin, end).buffer;
  switch (dtype) {
    case "I32":
      return { dtype, shape, data: new Int32Array(copy) };
    case "U32":
      return { dtype, shape, data: new Uint32Array(copy) };
    case "U8":
      return { dtype, shape, data: new Uint8Array(copy) };
    case "F16":
      return { dtype: "F32", shape, data: Float32Array.from(new Uint16Array(copy), halfToSingle) };
    case "BF16": {
      // The upper half of a single.
      const bits = Uint32Array.from(new Uint16Array(copy), (upper) => upper << 16);
      return { dtype: "F32", shape, data: new Float32Array(bits.buffer) };
    }
    case "F64":
      return { dtype: "F32", shape, data: Float32Array.from(new Float64Array(copy)) };
    default:
      return { dtype: "F32", shape, data: new Float32Array(copy) }; // types were checked
  }
}

/** Value of a number of half precision, of its bits. */
export function halfToSingle(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
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
