import { type Pixels, resize } from "../images/resize.ts";
import { drawText, TEXT_HEIGHT } from "./pixel_font.ts";

/** One row of a contact sheet. */
export interface SheetRow {
  /** What is written beside them. */
  readonly name: string;
  /** Images of the class; sets the length of its bar. */
  readonly count: number;
  /** Some of them: HWC, u8, one after the other. */
  readonly samples: Uint8Array;
}

/** How {@link contactSheet} draws. */
export interface SheetOptions {
  /** Height and width of the samples. */
  readonly size: number;
  /** Samples a row has room for. */
  readonly columns: number;
}

/** Small images are enlarged to at least this, in whole steps; large ones reduced to twice this. */
const THUMB = 40;
const GAP = 2;
const NAME_WIDTH = 164;
const BAR_WIDTH = 160;
const MARGIN = 8;
const INK = [40, 44, 52] as const;
const BAR = [86, 130, 190] as const;

/**
 * Draws rows of samples: name and number of images, a bar as long as the number, then samples. With
 * the largest class first, the bars are the long tail.
 *
 * @returns White where nothing is drawn.
 */
export function contactSheet(
  rows: readonly SheetRow[],
  { size, columns }: SheetOptions,
): Pixels {
  const zoom = Math.max(1, Math.ceil(THUMB / size));
  const thumb = Math.min(size * zoom, 2 * THUMB);
  const step = thumb + GAP;
  const start = MARGIN + NAME_WIDTH + BAR_WIDTH + MARGIN;
  const width = start + columns * step + MARGIN;
  const height = 2 * MARGIN + rows.length * step;
  const sheet: Pixels = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  const most = Math.max(1, ...rows.map(({ count }) => count));
  rows.forEach(({ name, count, samples }, r) => {
    const top = MARGIN + r * step;
    const middle = top + Math.floor((thumb - 2 * TEXT_HEIGHT) / 2);
    const label = name.length > 20 ? `${name.slice(0, 19)}~` : name;
    drawText(sheet, label, { left: MARGIN, top: middle - 8, zoom: 2, colour: INK });
    drawText(sheet, String(count), { left: MARGIN, top: middle + 6, zoom: 2, colour: BAR });
    const length = Math.max(count > 0 ? 1 : 0, Math.round(count / most * BAR_WIDTH));
    fill(sheet, { left: MARGIN + NAME_WIDTH, top: middle - 8, width: length, height: 24 });
    const each = size * size * 3;
    const shown = Math.min(columns, samples.length / each);
    for (let i = 0; i < shown; i++) {
      const data = samples.subarray(i * each, (i + 1) * each);
      const image = enlarge({ width: size, height: size, data }, thumb);
      paste(sheet, image, { left: start + i * step, top });
    }
  });
  return sheet;
}

/** Whole steps keep pixels sharp; large images are averaged down. */
function enlarge(image: Pixels, to: number): Pixels {
  const { width, data } = image;
  if (to < width) return resize(image, to, to);
  const zoom = to / width;
  const out = new Uint8Array(to * to * 3);
  for (let y = 0, at = 0; y < to; y++) {
    for (let x = 0; x < to; x++, at += 3) {
      const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * 3;
      out.set(data.subarray(from, from + 3), at);
    }
  }
  return { width: to, height: to, data: out };
}

function paste(sheet: Pixels, image: Pixels, { left, top }: { left: number; top: number }): void {
  const row = image.width * 3;
  for (let y = 0; y < image.height; y++) {
    const to = ((top + y) * sheet.width + left) * 3;
    sheet.data.set(image.data.subarray(y * row, (y + 1) * row), to);
  }
}

function fill(
  sheet: Pixels,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) sheet.data.set(BAR, (y * sheet.width + x) * 3);
  }
}
