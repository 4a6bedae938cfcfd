import sharp from "sharp";
import { ascii, compress, join } from "./samples.ts";

/** A picture of one colour with a white diagonal, as a file. */
export async function picture(
  [width, height]: readonly [number, number],
  colour: readonly [number, number, number],
  format: "png" | "jpeg" = "png",
): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(x === y ? [255, 255, 255] : colour, (y * width + x) * 3);
    }
  }
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return new Uint8Array(await (format === "png" ? image.png() : image.jpeg()).toBuffer());
}

/** A PNG whose header claims a size, with little behind it. */
export async function hugePng(width: number, height: number): Promise<Uint8Array> {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 2, 0, 0, 0], 8);
  return join(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk("IHDR", head),
    chunk("IDAT", await compress(new Uint8Array(100_000), "deflate")),
    chunk("IEND", new Uint8Array()),
  );
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const length = new Uint8Array(4), sum = new Uint8Array(4);
  const body = join(ascii(type), data);
  new DataView(length.buffer).setUint32(0, data.length);
  new DataView(sum.buffer).setUint32(0, crc(body));
  return join(length, body, sum);
}

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? c >>> 1 ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
