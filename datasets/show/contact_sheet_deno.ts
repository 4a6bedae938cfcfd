import type { Dataset, ImagePart } from "../images/dataset.ts";
import { type Pixels, resize } from "../images/resize.ts";
import { LINE, paper, paste, writePng, writeText } from "./paper_deno.ts";

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

const COLUMNS = 12;
/** A sheet shows at most so many classes, spread from the largest to the smallest. */
const ROWS = 48;
/** Small images are enlarged to at least this, in whole steps; large ones reduced to twice this. */
const THUMB = 2 * LINE;
const GAP = 2;
const NAME_WIDTH = 164;
const BAR_WIDTH = 160;
const BAR_HEIGHT = 24;
const MARGIN = 8;
const INK = [40, 44, 52] as const;
const BAR = [86, 130, 190] as const;

/**
 * Draws a contact sheet of a data set: a row a class, the largest first, with a bar as long as the
 * class is large, and a row of unlabeled images.
 *
 * @param path Where the PNG goes.
 * @param indices Only these training images; default all.
 * @returns The number of classes that are shown: of many, some from the largest to the smallest.
 * @throws {BadInput} If the file cannot be written.
 */
export async function writeSheet(
  path: string,
  dataset: Dataset,
  indices?: ArrayLike<number>,
): Promise<number> {
  const { train, unlabeled, classNames, size } = dataset;
  const shown = indices ? Array.from(indices) : Array.from({ length: train.images }, (_, i) => i);
  const members = classNames.map((): number[] => []);
  for (const index of shown) {
    const label = train.labels?.[index];
    // A label the data set has checked; an index outside it has none.
    if (label === undefined) throw new RangeError(`There is no training image ${index}`);
    members[label]!.push(index);
  }
  const bySize = members.map((list, label) => ({ list, label }))
    .sort((a, b) => b.list.length - a.list.length);
  const rows: SheetRow[] = [];
  const chosen = spread(bySize, ROWS);
  for (const { list, label } of chosen) {
    const samples = await train.read(list.slice(0, COLUMNS));
    rows.push({ name: classNames[label]!, count: list.length, samples }); // a class each
  }
  if (unlabeled) rows.push(await unlabeledRow(unlabeled, rows));
  await writePng(path, await contactSheet(rows, { size, columns: COLUMNS }));
  return chosen.length;
}

/** A row of unlabeled images, whose bar is no longer than the longest. */
async function unlabeledRow(part: ImagePart, rows: readonly SheetRow[]): Promise<SheetRow> {
  const first = Array.from({ length: Math.min(COLUMNS, part.images) }, (_, i) => i);
  const most = Math.max(...rows.map(({ count }) => count));
  return {
    name: `${part.images} unlabeled`,
    count: Math.min(part.images, most),
    samples: await part.read(first),
  };
}

/** At most `count` of some items, the first and the last among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, i) => items[Math.round(i * (items.length - 1) / (count - 1))]!, // inside items
  );
}

/**
 * Draws rows of samples: name and number of images, a bar as long as the number, then samples. With
 * the largest class first, the bars are the long tail.
 *
 * @returns White where nothing is drawn.
 */
export async function contactSheet(
  rows: readonly SheetRow[],
  { size, columns }: SheetOptions,
): Promise<Pixels> {
  const zoom = Math.max(1, Math.ceil(THUMB / size));
  const thumb = Math.min(size * zoom, 2 * THUMB);
  const step = thumb + GAP;
  const start = MARGIN + NAME_WIDTH + BAR_WIDTH + MARGIN;
  const sheet = paper(start + columns * step + MARGIN, 2 * MARGIN + rows.length * step);
  const most = Math.max(1, ...rows.map(({ count }) => count));
  for (const [r, { name, count, samples }] of rows.entries()) {
    const top = MARGIN + r * step, middle = top + Math.floor(thumb / 2);
    const place = { left: MARGIN, width: NAME_WIDTH - MARGIN };
    await writeText(sheet, name, { ...place, top: middle - LINE, ink: INK });
    await writeText(sheet, String(count), { ...place, top: middle, ink: BAR });
    const width = Math.max(count > 0 ? 1 : 0, Math.round(count / most * BAR_WIDTH));
    fill(sheet, { left: MARGIN + NAME_WIDTH, top: middle - BAR_HEIGHT / 2, width });
    const each = size * size * 3;
    const shown = Math.min(columns, samples.length / each);
    for (let i = 0; i < shown; i++) {
      const data = samples.subarray(i * each, (i + 1) * each);
      const image: Pixels = { width: size, height: size, data };
      const left = start + i * step;
      // Whole steps keep pixels sharp; large images are averaged down.
      if (thumb < size) paste(sheet, resize(image, thumb, thumb), { left, top });
      else paste(sheet, image, { left, top, zoom: thumb / size });
    }
  }
  return sheet;
}

function fill(
  sheet: Pixels,
  { left, top, width }: { left: number; top: number; width: number },
): void {
  for (let y = top; y < top + BAR_HEIGHT; y++) {
    for (let x = left; x < left + width; x++) sheet.data.set(BAR, (y * sheet.width + x) * 3);
  }
}
