import { BadInput } from "../../core/bad_input.ts";
import type { Device } from "../../core/autograd/device.ts";
import { augmentPixels, drawViews } from "../views/augment.ts";
import type { Dataset } from "../images/dataset.ts";
import type { Pixels } from "../images/resize.ts";
import { LINE, paper, paste, writePng, writeText } from "./paper_deno.ts";
import { describeProgram } from "../views/programs/describe_program.ts";
import { readPrograms } from "../views/programs/read_programs.ts";
import type { Views, ViewSpec } from "../views/view_spec.ts";

/** What {@linkcode viewSheet} shows. */
export interface ViewSheetOptions {
  /** Where the views are made. */
  readonly device: Device;
  /** Images, the first of the training part; 8 by default. */
  readonly images?: number;
  /** Weak views of each, and as many of labeled images where these have their own; 2 by default. */
  readonly weak?: number;
  /** Strong views of each; 4 by default. */
  readonly strong?: number;
  /** Seed of the random numbers, 0 by default. */
  readonly seed?: number;
  /** Written on top. */
  readonly title?: string;
}

const GAP = 12;
/** Lines there are under a picture. */
const LINES = 6;
/** Pictures are enlarged to at least this many pixels. */
const PICTURE = 128;
const INK = [40, 44, 52] as const;
const ACCENT = [150, 80, 0] as const;

interface Column {
  readonly title: string;
  readonly pictures: readonly Pixels[];
  readonly labels: readonly (readonly string[])[];
}

/**
 * Draws originals and augmented views of a data set side by side, each view with what was done to
 * it. Where labeled images have a view of their own, it follows the weak ones.
 */
export async function viewSheet(
  dataset: Dataset,
  views: Pick<Views, "labeled" | "weak" | "strong">,
  { device, images = 8, weak = 2, strong = 4, seed = 0, title = dataset.name }: ViewSheetOptions,
): Promise<Pixels> {
  const n = Math.min(images, dataset.train.images), { size, classNames } = dataset;
  const bytes = await dataset.train.read(Int32Array.from({ length: n }, (_, i) => i));
  const labels = dataset.train.labels;
  const columns: Column[] = [{
    title: "original",
    pictures: Array.from({ length: n }, (_, i) => {
      const data = bytes.subarray(i * size * size * 3, (i + 1) * size * size * 3);
      return { height: size, width: size, data };
    }),
    labels: Array.from({ length: n }, (_, i) => [classNames[labels?.[i] ?? -1] ?? "no label"]),
  }];
  const wanted = [["weak", weak], ["labeled", weak], ["strong", strong]] as const;
  for (const [view, count] of wanted) {
    const spec = views[view];
    if (!spec) continue;
    for (let k = 1; k <= count; k++) {
      const name = `${view} ${k}`;
      columns.push({
        title: name,
        ...await viewsOf(bytes, spec, { device, n, size, seed, name }),
      });
    }
  }
  return draw(columns, title);
}

/**
 * Writes a contact sheet of originals and augmented views as a PNG.
 *
 * @param path Where it goes; ends in `.png`.
 * @throws {BadInput} If it is no PNG or cannot be written.
 */
export async function writeViewSheet(
  path: string,
  dataset: Dataset,
  { views, ...options }: ViewSheetOptions & {
    readonly views: Pick<Views, "labeled" | "weak" | "strong">;
  },
): Promise<void> {
  if (!/\.png$/i.test(path)) {
    throw new BadInput(`Cannot write ${path}: a contact sheet is a PNG, so end its name in .png`);
  }
  await writePng(path, await viewSheet(dataset, views, options));
}

async function viewsOf(
  bytes: Uint8Array,
  spec: ViewSpec,
  { device, n, size, ...draw }: {
    readonly device: Device;
    readonly n: number;
    readonly size: number;
    readonly seed: number;
    readonly name: string;
  },
): Promise<Omit<Column, "title">> {
  const images = device.tensor(bytes, [n, size, size, 3], "u8");
  const indices = device.tensor(Int32Array.from({ length: n }, (_, i) => i), [n], "i32");
  const { seed, name } = draw;
  const made = augmentPixels(images, indices, spec, { seed, step: 0, name });
  const program = drawViews(images, [{ spec, name }], { seed, step: 0, n });
  const [pixels, words] = await device.readAll([made, program]);
  for (const tensor of [images, indices, made, program]) device.free(tensor);
  const [, height, width] = made.shape as [number, number, number];
  return {
    pictures: Array.from({ length: n }, (_, i) => {
      const own = pixels.subarray(i * height * width, (i + 1) * height * width);
      const data = Uint8Array.from(
        { length: own.length * 3 },
        (_, k) => own[Math.floor(k / 3)]! >> 8 * (k % 3) & 255, // three bytes a pixel
      );
      return { height, width, data };
    }),
    labels: readPrograms(words, program.shape[1]!).map((own) => { // rows of words
      const lines = describeProgram(own);
      return lines.length > 0 ? lines : ["as it is"];
    }),
  };
}

async function draw(columns: readonly Column[], title: string): Promise<Pixels> {
  const sizes = columns.map(({ pictures: [first] }) => {
    const { width = 1, height = 1 } = first ?? {};
    const zoom = Math.max(1, Math.ceil(PICTURE / width));
    return { zoom, width: width * zoom, height: height * zoom };
  });
  const tallest = Math.max(...sizes.map(({ height }) => height));
  const cell = tallest + LINES * LINE + GAP, head = 2 * GAP + 2 * LINE;
  const rows = columns[0]!.pictures.length; // there is the original
  const width = sizes.reduce((sum, size) => sum + size.width + GAP, GAP);
  const sheet = paper(width, head + rows * cell);
  await writeText(sheet, title, { left: GAP, top: GAP, width: width - 2 * GAP, ink: INK });
  let left = GAP;
  for (const [c, { title, pictures, labels }] of columns.entries()) {
    const { zoom, width } = sizes[c]!; // as many as columns
    await writeText(sheet, title, { left, top: GAP + LINE, width, ink: ACCENT });
    for (const [row, picture] of pictures.entries()) {
      const top = head + row * cell;
      paste(sheet, picture, { left, top, zoom });
      const lines = labels[row]?.slice(0, LINES) ?? [];
      for (const [k, text] of lines.entries()) {
        await writeText(sheet, text, { left, top: top + tallest + k * LINE, width, ink: INK });
      }
    }
    left += width + GAP;
  }
  return sheet;
}
