import type { Device } from "../../core/autograd/device.ts";
import { augmentPixels, drawViews } from "../views/augment.ts";
import type { Dataset } from "../images/dataset.ts";
import type { Pixels } from "../images/resize.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
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
/** Pixels a dot of a letter has. */
const ZOOM = 2;
/** Height of a line under a picture, and how many there are. */
const LINE = (TEXT_HEIGHT + 2) * ZOOM;
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

function draw(columns: readonly Column[], title: string): Pixels {
  const sizes = columns.map(({ pictures: [first] }) => {
    const { width = 1, height = 1 } = first ?? {};
    const zoom = Math.max(1, Math.ceil(PICTURE / width));
    return { zoom, width: width * zoom, height: height * zoom };
  });
  const tallest = Math.max(...sizes.map(({ height }) => height));
  const cell = tallest + LINES * LINE + GAP, top = 2 * GAP + 2 * LINE;
  const rows = columns[0]!.pictures.length; // there is the original
  const width = sizes.reduce((sum, size) => sum + size.width + GAP, GAP);
  const height = top + rows * cell;
  const sheet = { width, height, data: new Uint8Array(height * width * 3).fill(255) };
  drawText(sheet, title, { left: GAP, top: GAP, zoom: ZOOM, colour: INK });
  let left = GAP;
  columns.forEach(({ title, pictures, labels }, c) => {
    const { zoom, width } = sizes[c]!; // as many as columns
    drawText(sheet, title, { left, top: GAP + LINE, zoom: ZOOM, colour: ACCENT });
    const letters = Math.floor(width / textWidth(" ") / ZOOM);
    pictures.forEach((picture, row) => {
      const y = top + row * cell;
      paste(sheet, picture, { left, top: y, zoom });
      labels[row]?.slice(0, LINES).forEach((text, k) => {
        const at = y + tallest + 2 * ZOOM + k * LINE;
        drawText(sheet, text.slice(0, letters), { left, top: at, zoom: ZOOM, colour: INK });
      });
    });
    left += width + GAP;
  });
  return sheet;
}

/** Copies a picture, each pixel `zoom` times as large. */
function paste(
  sheet: Pixels,
  { width, height, data }: Pixels,
  { left, top, zoom }: { readonly left: number; readonly top: number; readonly zoom: number },
): void {
  for (let y = 0; y < height * zoom; y++) {
    for (let x = 0; x < width * zoom; x++) {
      const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * 3;
      sheet.data.set(data.subarray(from, from + 3), ((top + y) * sheet.width + left + x) * 3);
    }
  }
}
