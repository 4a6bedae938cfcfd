import sharp, { type Sharp } from "sharp";
import { BadInput } from "../../core/bad_input.ts";
import type { Fit, Pixels } from "../images/resize.ts";

/** An image to decode. */
export interface DecodeTask {
  readonly id: number;
  readonly path: string;
  /** Height and width of the result. */
  readonly size: number;
  readonly fit: Fit;
}

/** HWC bytes, or why there are none. */
export type DecodeReply =
  | { readonly id: number; readonly bytes: Uint8Array; readonly error?: undefined }
  | { readonly id: number; readonly bytes?: undefined; readonly error: string };

/** More pixels than this are refused: a picture of 8000 x 8000. */
export const MAX_PIXELS = 64_000_000;

/** Name of the workers of decode pools. */
export const DECODER = "longtail decoder";

// The library knows many formats; images of others come in through these two doors only. They are
// those of the whole process, and closed for a moment here: who starts a worker has opened them, and
// another one may be decoding.
if (self.name !== DECODER) {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: ["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer"] });
}
sharp.cache(false);
sharp.concurrency(1);

/**
 * Decodes a JPEG or PNG image to bytes of three channels, as Pillow's `convert("RGB")` does:
 * without turning it by its EXIF tag, without its colour profile, without its transparency.
 *
 * @param bytes The whole file.
 * @param path What error messages call it.
 * @throws {BadInput} If it is no such image, is cut off or damaged, or has too many pixels.
 */
export async function decodeImage(bytes: Uint8Array, path: string): Promise<Pixels> {
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${path} as an image: ${why}`);
  };
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  const isPng = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => bytes[i] === b);
  if (!isJpeg && !isPng) fail("it is neither JPEG nor PNG");
  const options = { limitInputPixels: false, failOn: "error", ignoreIcc: true } as const;
  try {
    const { width, height, space } = await sharp(bytes, options).metadata();
    if (!(width * height <= MAX_PIXELS)) {
      fail(`it has ${width} x ${height} pixels, expected at most ${MAX_PIXELS / 1e6} million`);
    }
    if (space === "cmyk") return fromInks(await inksOf(sharp(bytes, options)));
    const { data, info } = await sharp(bytes, options)
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) fail(`it has ${info.channels} channels`);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    if (error instanceof BadInput) throw error;
    return fail((error as Error).message.split("\n")[0]!.trim()); // split() gives at least one
  }
}

/** Cyan, magenta, yellow and black of a JPEG of inks (CMYK or YCCK), 255 being all of an ink. */
async function inksOf(image: Sharp): Promise<Pixels> {
  const { data, info: { width, height, channels } } = await image
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (channels !== 4) throw new Error(`it has ${channels} inks, expected 4`);
  return { width, height, data };
}

/** Inks as colours without a profile: `(255 - k) (255 - c) / 255`, rounded (Pillow, Convert.c). */
function fromInks({ width, height, data: inks }: Pixels): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4) {
    const light = 255 - inks[from + 3]!; // four inks a pixel, here and below
    for (let c = 0; c < 3; c++, to++) {
      const product = inks[from + c]! * light + 128;
      data[to] = light - ((product >> 8) + product >> 8);
    }
  }
  return { width, height, data };
}
