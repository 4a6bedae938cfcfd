import { z } from "zod";
import { BadInput } from "../../../core/bad_input.ts";
import { type PartName, partNames } from "../../images/dataset.ts";
import { sha256 } from "../../images/fingerprint.ts";
import type { ByteSource } from "../../formats/byte_source.ts";

/**
 * The packed store: all images of a data set at one size in one file.
 *
 *     16 bytes  "longtail pack 1\n"
 *     32 bytes  key of what it was made of, SHA-256
 *     16 bytes  zeros
 *     images    u8, HWC, part after part
 *     tables    for each part: labels as i32 (if it has any), a CRC-32 of each image as u32
 *     index     JSON, see PackIndex
 *     48 bytes  length of the index as u64, SHA-256 of the index, "pack end"
 *
 * Numbers are little-endian. The index holds the SHA-256 of the tables, the tables check each image
 * when it is read: nothing damaged gets through, and nothing has to be read twice for that.
 */
export const PACK_HEADER = 64;
const MAGIC = "longtail pack 1\n";
const END = "pack end";
const TRAILER = 48;
/** 100,000 class names of 300 bytes. */
const MAX_INDEX = 1 << 25;

const triple = z.tuple([z.number(), z.number(), z.number()]);
const above0 = z.number().gt(0);
const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const indexSchema = z.strictObject({
  name: z.string().min(1),
  size: count.min(1).max(4096),
  classNames: z.array(z.string()).min(1),
  mean: triple.optional(),
  std: z.tuple([above0, above0, above0]).optional(),
  parts: z.array(z.strictObject({
    name: z.enum(partNames),
    images: count,
    labeled: z.boolean(),
    pixels: digest,
  })).min(1),
  skipped: z.array(z.string()),
  tables: digest,
  fingerprint: digest,
});

/** What a packed store says of itself. */
export interface PackIndex {
  readonly name: string;
  readonly size: number;
  readonly classNames: readonly string[];
  readonly mean?: readonly [number, number, number] | undefined;
  readonly std?: readonly [number, number, number] | undefined;
  /** In the order in which the file holds them. */
  readonly parts: readonly PackPartIndex[];
  /** Why each image that was left out could not be read. */
  readonly skipped: readonly string[];
  /** SHA-256 of all tables. */
  readonly tables: string;
  readonly fingerprint: string;
}

/** One part in the index. */
export interface PackPartIndex {
  readonly name: PartName;
  readonly images: number;
  readonly labeled: boolean;
  /** SHA-256 of its images. */
  readonly pixels: string;
}

/** One part of an open store. */
export interface PackPart extends PackPartIndex {
  /** Where its first image lies in the file. */
  readonly at: number;
  readonly labels: Int32Array | null;
  /** CRC-32 of each image. */
  readonly checks: Uint32Array;
}

/**
 * The first bytes of a store.
 *
 * @param key SHA-256 of what it is made of, hexadecimal.
 */
export function packHeader(key: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PACK_HEADER);
  bytes.set(new TextEncoder().encode(MAGIC));
  for (let i = 0; i < 32; i++) bytes[16 + i] = parseInt(key.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The last bytes of a store: index and trailer. */
export async function packFooter(index: PackIndex): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder().encode(JSON.stringify(index));
  const bytes = new Uint8Array(text.length + TRAILER);
  bytes.set(text);
  new DataView(bytes.buffer).setBigUint64(text.length, BigInt(text.length), true);
  const hash = await sha256(text);
  for (let i = 0; i < 32; i++) {
    bytes[text.length + 8 + i] = parseInt(hash.slice(2 * i, 2 * i + 2), 16);
  }
  bytes.set(new TextEncoder().encode(END), text.length + 40);
  return bytes;
}

/**
 * Reads index and tables of a packed store, and checks that everything in it holds together.
 *
 * @throws {BadInput} If the file is no store, is cut off or damaged.
 */
export async function readPack(
  source: ByteSource,
): Promise<{ index: PackIndex; parts: readonly PackPart[] }> {
  const fail = (why: string): never => {
    throw new BadInput(
      `Cannot read ${source.name} as packed images: ${why}; remove it and prepare the set again`,
    );
  };
  const text = (at: number, length: number) => String.fromCharCode(...source.read(at, length));
  if (source.size < PACK_HEADER + TRAILER || text(0, 16) !== MAGIC) fail("its magic is wrong");
  const end = source.size - TRAILER;
  if (text(end + 40, 8) !== END) fail("its end is missing, it is cut off");
  const trailer = source.read(end, TRAILER);
  const length = Number(
    new DataView(trailer.buffer, trailer.byteOffset).getBigUint64(0, true),
  );
  if (length > MAX_INDEX || length > end - PACK_HEADER) fail(`its index claims ${length} bytes`);
  const json = source.read(end - length, length);
  if (await sha256(json) !== hex(trailer.subarray(8, 40))) fail("its index is damaged");
  const parsed = indexSchema.safeParse(parseJson(json));
  if (!parsed.success) return fail(`its index is none (${parsed.error.issues[0]?.message})`);
  const index = parsed.data;
  if (new Set(index.parts.map(({ name }) => name)).size < index.parts.length) {
    fail("it has a part twice");
  }
  if (new Set(index.classNames).size < index.classNames.length) fail("it has a class twice");
  // A set may come without a test part, but not with one that was emptied.
  const imagesOf = (part: PartName) => index.parts.find(({ name }) => name === part)?.images;
  if (!imagesOf("train")) fail("it has no image of part 'train'");
  if (imagesOf("test") === 0) fail("it has no image of part 'test'");
  const each = index.size ** 2 * 3;
  const pixels = index.parts.reduce((sum, { images }) => sum + images, 0) * each;
  const rows = index.parts.reduce((sum, p) => sum + p.images * (p.labeled ? 8 : 4), 0);
  if (PACK_HEADER + pixels + rows + length !== end) {
    fail(`its parts need ${pixels + rows} bytes, it has ${end - length - PACK_HEADER}`);
  }
  const tables = source.read(PACK_HEADER + pixels, rows);
  if (await sha256(tables) !== index.tables) fail("its tables are damaged");
  const parts: PackPart[] = [];
  let at = PACK_HEADER, row = 0;
  const view = new DataView(tables.buffer, tables.byteOffset, rows);
  for (const part of index.parts) {
    const { images, labeled } = part;
    const labels = labeled ? new Int32Array(images) : null;
    for (let i = 0; labels && i < images; i++, row += 4) {
      const label = labels[i] = view.getInt32(row, true);
      if (label < 0 || label >= index.classNames.length) fail(`it has label ${label}`);
    }
    const checks = new Uint32Array(images);
    for (let i = 0; i < images; i++, row += 4) checks[i] = view.getUint32(row, true);
    parts.push({ ...part, at, labels, checks });
    at += images * each;
  }
  return { index, parts };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
