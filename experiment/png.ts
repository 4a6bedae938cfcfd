// @ts-types="crc-32"
import crc32 from "crc-32";

/** Pixels of an image: RGB bytes, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Eight bits a channel, three channels, the usual compression and filters, no interlacing. */
const FORM = [8, 2, 0, 0, 0];

/**
 * Encodes an image as PNG, without the native code that decoding needs.
 *
 * @param scale Edge length of a pixel in the result; 1 by default.
 */
export async function encodePng(
  { width, height, data }: RgbImage,
  { scale = 1 }: { readonly scale?: number } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = 3 * width * scale + 1; // of a row, whose filter comes first: none
  const rows = new Uint8Array(height * scale * bytes);
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = 3 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      rows.set(data.subarray(from, from + 3), y * bytes + 1 + 3 * x);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width * scale);
  view.setUint32(4, height * scale);
  header.set(FORM, 8);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", new Uint8Array(await new Response(packed).arrayBuffer())),
    chunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(await new Blob([new Uint8Array(SIGNATURE), ...chunks]).arrayBuffer());
}

/** Length, name, content and checksum. */
function chunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(content.length + 12), view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setInt32(content.length + 8, crc32.buf(bytes.subarray(4, content.length + 8)));
  return bytes;
}
