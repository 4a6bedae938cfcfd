import sharp from "sharp";
import { BadInput } from "../../core/bad_input.ts";
import type { Pixels } from "../images/resize.ts";

/** A colour of ink, from 0 to 255. */
export type Ink = readonly [red: number, green: number, blue: number];

/** Height of a line of text, in pixels. */
export const LINE = 20;

const FONT = "sans 9";
/** Longer texts are shortened before they are measured. */
const MOST_LETTERS = 120;

/** A white sheet. */
export function paper(width: number, height: number): Pixels {
  return { width, height, data: new Uint8Array(width * height * 3).fill(255) };
}

/**
 * Writes a line of text of any script, centred in the height of {@linkcode LINE}. One that is too
 * wide loses letters in its middle, so that its beginning and its end still tell it from others.
 */
export async function writeText(
  sheet: Pixels,
  text: string,
  { left, top, width, ink }: {
    readonly left: number;
    readonly top: number;
    /** Room for it. */
    readonly width: number;
    readonly ink: Ink;
  },
): Promise<void> {
  const image = await fitted(text, { width, ink });
  if (!image) return;
  const down = Math.max(0, Math.floor((LINE - image.height) / 2));
  const columns = Math.min(image.width, width, sheet.width - left);
  const rows = Math.min(image.height, LINE, sheet.height - top - down);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (y * image.width + x) * 4;
      const to = ((top + down + y) * sheet.width + left + x) * 3;
      const cover = image.data[from + 3]! / 255; // four values a pixel, all inside, here and below
      for (let c = 0; c < 3; c++) {
        const paper = sheet.data[to + c]!;
        sheet.data[to + c] = Math.round(paper + (image.data[from + c]! - paper) * cover);
      }
    }
  }
}

/** Copies an image onto a sheet, each pixel `zoom` times as large. */
export function paste(
  sheet: Pixels,
  { width, height, data }: Pixels,
  { left, top, zoom = 1 }: { readonly left: number; readonly top: number; readonly zoom?: number },
): void {
  for (let y = 0; y < height * zoom; y++) {
    for (let x = 0; x < width * zoom; x++) {
      const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * 3;
      sheet.data.set(data.subarray(from, from + 3), ((top + y) * sheet.width + left + x) * 3);
    }
  }
}

/**
 * Writes an image as a PNG file.
 *
 * @throws {BadInput} If the file cannot be written.
 */
export async function writePng(path: string, { width, height, data }: Pixels): Promise<void> {
  const png = await sharp(data, { raw: { width, height, channels: 3 } }).png().toBuffer();
  try {
    await Deno.writeFile(path, png);
  } catch (error) {
    throw new BadInput(`Cannot write ${path}: ${(error as Error).message}`);
  }
}

/** What to tell somebody whose machine has no fonts, so that all letters are boxes; else null. */
export async function fontNote(): Promise<string | null> {
  const [a, b] = [await render("A", [0, 0, 0]), await render("B", [0, 0, 0])];
  if (a?.data.some((value, i) => value !== b?.data[i])) return null;
  return "Note: this machine has no fonts, so names on sheets are boxes; install one, on Debian " +
    "and Ubuntu by `apt-get install fonts-dejavu-core`";
}

interface Rendered {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and cover of each pixel. */
  readonly data: Uint8Array;
}

async function fitted(
  text: string,
  { width, ink }: { readonly width: number; readonly ink: Ink },
): Promise<Rendered | null> {
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)]
    .map(({ segment }) => segment);
  let kept = Math.min(letters.length, MOST_LETTERS);
  let image = await render(shortened(letters, kept), ink);
  while (image && image.width > width && kept > 2) {
    kept = Math.max(2, Math.min(kept - 1, Math.floor(kept * width / image.width)));
    image = await render(shortened(letters, kept), ink);
  }
  return image;
}

/** The first and the last of some letters, with an ellipsis for the others. */
function shortened(letters: readonly string[], kept: number): string {
  if (kept >= letters.length) return letters.join("");
  const head = Math.ceil(kept / 2);
  return `${letters.slice(0, head).join("")}…${
    letters.slice(letters.length - (kept - head)).join("")
  }`;
}

/** A line of text on nothing; null if it has nothing to see. */
async function render(text: string, ink: Ink): Promise<Rendered | null> {
  // Controls and halves of pairs are no letters; blanks of all kinds keep the line a line.
  const line = text.replaceAll(/\s+/g, " ").trim().replaceAll(/[\p{Cc}\p{Cs}]/gu, "\ufffd");
  if (line === "") return null;
  const escaped = line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const colour = ink.map((value) => value.toString(16).padStart(2, "0")).join("");
  const { data, info: { width, height } } = await sharp({
    text: {
      text: `<span foreground="#${colour}">${escaped}</span>`,
      font: FONT,
      dpi: 96,
      rgba: true,
    },
  }).raw().toBuffer({ resolveWithObject: true });
  return { width, height, data };
}
