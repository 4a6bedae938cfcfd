import sharp from "sharp";
import { BadInput } from "../../core/bad_input.ts";
import type { Dataset, ImagePart } from "../images/dataset.ts";
import type { Pixels } from "../images/resize.ts";
import { openDataset, type OpenOptions } from "../sets/open_dataset_deno.ts";
import { contactSheet, type SheetRow } from "./contact_sheet.ts";
import { inspect, type Inspection } from "./inspection.ts";

/** What {@link inspectDataset} looks at and draws. */
export interface InspectOptions extends OpenOptions {
  /** Where to write a contact sheet, a PNG; none if left out. */
  readonly sheet?: string | undefined;
  /** Draws only these training images, such as the labeled ones of a split. */
  readonly indices?: ArrayLike<number> | undefined;
}

const COLUMNS = 12;
/** A sheet shows at most so many classes, spread from the largest to the smallest. */
const ROWS = 48;

/**
 * Opens a data set, counts its images and draws a contact sheet of them.
 *
 * @param name One of `datasetNames`.
 * @throws {BadInput} If the set cannot be opened or the sheet not be written.
 */
export async function inspectDataset(
  name: string,
  options: InspectOptions = {},
): Promise<Inspection> {
  const dataset = await openDataset(name, options);
  if (options.sheet !== undefined) await writeSheet(options.sheet, dataset, options.indices);
  return inspect(dataset);
}

/**
 * Draws a contact sheet of a data set: a row a class, the largest first, with a bar as long as the
 * class is large, and a row of unlabeled images.
 *
 * @param path Where the PNG goes.
 * @param indices Only these training images; default all.
 * @returns The number of classes that are shown: of many, some from the largest to the smallest.
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
  await writePng(path, contactSheet(rows, { size, columns: COLUMNS }));
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
