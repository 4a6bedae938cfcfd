import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import assert from "node:assert/strict";
import { BadInput } from "../../core/bad_input.ts";
import { Random } from "../../core/random.ts";

/** Joins bytes. */
export function join(...pieces: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Text as bytes, one a character. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Unsigned little-endian words of 32 bits. */
export function words(...values: number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(values.length * 4);
  values.forEach((v, i) => new DataView(out.buffer).setUint32(4 * i, v, true));
  return out;
}

/** Numbers 0, 1, 2, ... as bytes. */
export function ramp(length: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i + from);
}

/** Bytes through a compression stream. */
export async function compress(
  bytes: Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** An .npy file of bytes. */
export function npy(shape: number[], data: Uint8Array, type = "|u1"): Uint8Array<ArrayBuffer> {
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  let header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${list}), }`;
  header = header.padEnd(117) + "\n";
  return join(ascii("\x93NUMPY\x01\x00"), [header.length, 0], ascii(header), data);
}

/** A zip archive. */
export async function zip(files: Record<string, Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, bytes] of Object.entries(files)) {
    await writer.add(name, new Uint8ArrayReader(bytes));
  }
  return new Uint8Array(await writer.close());
}

/** One entry for {@link tar}. */
export interface TarEntry {
  name: string;
  data?: Uint8Array;
  type?: string;
  link?: string;
}

/** A ustar archive. */
export function tar(entries: TarEntry[]): Uint8Array<ArrayBuffer> {
  const blocks = entries.flatMap(({ name, data = new Uint8Array(), type = "0", link = "" }) => {
    const head = new Uint8Array(512);
    const put = (at: number, text: string) => head.set(ascii(text), at);
    put(0, name);
    put(100, "0000644\0");
    put(124, data.length.toString(8).padStart(11, "0") + "\0");
    put(136, "00000000000\0");
    put(156, type);
    put(157, link);
    put(257, "ustar\x0000");
    put(148, "        ");
    const sum = head.reduce((a, b) => a + b, 0);
    put(148, sum.toString(8).padStart(6, "0") + "\0 ");
    return [head, data, new Uint8Array((512 - data.length % 512) % 512)];
  });
  return join(...blocks, new Uint8Array(1024));
}

/** A matrix element of a .mat file; `type` is the storage type of the elements. */
export function matrix(
  name: string,
  shape: number[],
  { data, type = 2, kind = 9 }: { data: Uint8Array; type?: number; kind?: number },
): Uint8Array<ArrayBuffer> {
  const padded = (bytes: Uint8Array) => join(bytes, new Uint8Array((8 - bytes.length % 8) % 8));
  const body = join(
    words(6, 8, kind, 0),
    words(5, 4 * shape.length),
    padded(words(...shape)),
    // Short names are packed into the tag.
    name.length <= 4
      ? join(words(1 | name.length << 16), ascii(name.padEnd(4, "\0")))
      : join(words(1, name.length), padded(ascii(name))),
    words(type, data.length),
    padded(data),
  );
  return join(words(14, body.length), body);
}

/** A .mat file of elements, compressed or not. */
export async function mat5(
  elements: Uint8Array<ArrayBuffer>[],
  compressed: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const head = new Uint8Array(128).fill(32);
  head.set([0, 1, 0x49, 0x4d], 124);
  const pieces: Uint8Array[] = [];
  for (const element of elements) {
    if (!compressed) pieces.push(element);
    else {
      const packed = await compress(element, "deflate");
      pieces.push(words(15, packed.length), packed);
    }
  }
  return join(head, ...pieces);
}

/**
 * What `pickle.dumps({"data": ..., "labels": [1, 1000], "mean": ...}, protocol)` of Python 3 and
 * NumPy 2.4 gives, with data the bytes 0 to 23 of shape [2, 12]: two images of 2 x 2.
 */
export const pickles: Readonly<Record<2 | 3 | 4 | 5, Uint8Array<ArrayBuffer>>> = {
  2: base64(
    `gAJ9cQAoWAQAAABkYXRhcQFjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQJjbnVtcHkKbmRhcnJheQ
    pxA0sAhXEEY19jb2RlY3MKZW5jb2RlCnEFWAEAAABicQZYBgAAAGxhdGluMXEHhnEIUnEJh3EKUnELKEsBSwJLDIZxDGNu
    dW1weQpkdHlwZQpxDVgCAAAAdTFxDomIh3EPUnEQKEsDWAEAAAB8cRFOTk5K/////0r/////SwB0cRJiiWgFWBgAAAAAAQ
    IDBAUGBwgJCgsMDQ4PEBESExQVFhdxE2gHhnEUUnEVdHEWYlgGAAAAbGFiZWxzcRddcRgoSwFN6ANlWAQAAABtZWFucRlo
    AmgDSwCFcRpoCYdxG1JxHChLAUsDhXEdaA1YAgAAAGY4cR6JiIdxH1JxIChLA1gBAAAAPHEhTk5OSv////9K/////0sAdH
    EiYoloBVgZAAAAAAAAAAAAAAAAAAAAAADDsD8AAAAAAAAAQHEjaAeGcSRScSV0cSZidS4=`,
  ),
  3: base64(
    `gAN9cQAoWAQAAABkYXRhcQFjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQJjbnVtcHkKbmRhcnJheQ
    pxA0sAhXEEQwFicQWHcQZScQcoSwFLAksMhnEIY251bXB5CmR0eXBlCnEJWAIAAAB1MXEKiYiHcQtScQwoSwNYAQAAAHxx
    DU5OTkr/////Sv////9LAHRxDmKJQxgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhdxD3RxEGJYBgAAAGxhYmVsc3ERXXESKE
    sBTegDZVgEAAAAbWVhbnETaAJoA0sAhXEUaAWHcRVScRYoSwFLA4VxF2gJWAIAAABmOHEYiYiHcRlScRooSwNYAQAAADxx
    G05OTkr/////Sv////9LAHRxHGKJQxgAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAEBxHXRxHmJ1Lg==`,
  ),
  4: base64(
    `gASVIQEAAAAAAAB9lCiMBGRhdGGUjBZudW1weS5fY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3RydWN0lJOUjAVudW1weZ
    SMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwFLAksMhpRoBYwFZHR5cGWUk5SMAnUxlImIh5RSlChLA4wBfJROTk5K////
    /0r/////SwB0lGKJQxgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFheUdJRijAZsYWJlbHOUXZQoSwFN6ANljARtZWFulGgEaA
    dLAIWUaAmHlFKUKEsBSwOFlGgOjAJmOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiUMYAAAAAAAAAAAAAAAA
    AADwPwAAAAAAAABAlHSUYnUu`,
  ),
  5: base64(
    `gAWVBwEAAAAAAAB9lCiMBGRhdGGUjBNudW1weS5fY29yZS5udW1lcmljlIwLX2Zyb21idWZmZXKUk5QolhgAAAAAAAAAAA
    ECAwQFBgcICQoLDA0ODxAREhMUFRYXlIwFbnVtcHmUjAVkdHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////Sv//
    //9LAHSUYksCSwyGlIwBQ5R0lFKUjAZsYWJlbHOUXZQoSwFN6ANljARtZWFulGgEKJYYAAAAAAAAAAAAAAAAAAAAAAAAAA
    AA8D8AAAAAAAAAQJRoCIwCZjiUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYksDhZRoD3SUUpR1Lg==`,
  ),
};

function base64(text: string): Uint8Array<ArrayBuffer> {
  return ascii(atob(text.replace(/\s/g, "")));
}

/**
 * Damages each sample in many ways, always the same, and checks that the reader gives a value or
 * says BadInput, nothing else. A reader that hangs or eats memory fails the suite.
 *
 * @returns How many damaged inputs were refused.
 */
export async function fuzz(
  samples: readonly Uint8Array[],
  rounds: number,
  read: (bytes: Uint8Array<ArrayBuffer>) => unknown,
): Promise<number> {
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const random = new Random({ seed: 20, step: round, name: "fuzz" });
    const sample = samples[round % samples.length]!;
    const bytes = damage(sample, random);
    try {
      await read(bytes);
    } catch (error) {
      refused++;
      if (error instanceof BadInput) {
        assert.match(error.message, /^Cannot /);
        continue;
      }
      throw new Error(`Round ${round}: ${(error as Error).stack}`, { cause: error });
    }
  }
  return refused;
}

function damage(sample: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = Uint8Array.from(sample);
  const changes = 1 + random.below(4);
  for (let i = 0; i < changes && bytes.length > 0; i++) {
    // Half of the changes go to the start, where headers are.
    const reach = random.bernoulli(0.5) ? Math.min(256, bytes.length) : bytes.length;
    const at = random.below(reach);
    switch (random.below(7)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3: { // a length or an offset that overflows
        const value = [0, 0xff, 0x7f, 0x80][random.below(4)]!;
        bytes.fill(value, at, at + 1 + random.below(8));
        break;
      }
      case 4:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16)));
        break;
      case 5:
        bytes = join(bytes.subarray(0, at), bytes.subarray(at, at + 32), bytes.subarray(at));
        break;
      case 6: { // a number of the header made another
        const digit = bytes.findIndex((b, j) => j >= at && b >= 48 && b < 58);
        if (digit >= 0) bytes[digit] = 48 + random.below(10);
        break;
      }
    }
  }
  return bytes;
}
