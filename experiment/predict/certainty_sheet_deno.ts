import { contactSheet, type SheetRow } from "../../datasets/show/contact_sheet_deno.ts";
import type { Pixels } from "../../datasets/images/resize.ts";
import type { Prediction } from "../network/trained_model.ts";

/** Images of a row, and rows at most. */
const COLUMNS = 12, ROWS = 40;

interface Seen {
  readonly confidence: number;
  readonly bytes: Uint8Array;
}

/** Keeps the images that a network is least and most certain of, to draw them. */
export class CertaintySheet {
  readonly #size: number;
  readonly #least: Seen[] = [];
  readonly #most: Seen[] = [];
  /** By class: how many were taken for it, and those that were least certain. */
  readonly #classes = new Map<string, { count: number; readonly least: Seen[] }>();
  #count = 0;

  /** A sheet without images, which have `size` x `size` pixels. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Takes an image and what was predicted of it into account. */
  add({ confidence, class: name }: Prediction, image: Uint8Array): void {
    const seen = { confidence, bytes: image.slice() };
    this.#count++;
    keep(this.#least, seen, (a, b) => a.confidence - b.confidence);
    keep(this.#most, seen, (a, b) => b.confidence - a.confidence);
    let own = this.#classes.get(name);
    if (!own) this.#classes.set(name, own = { count: 0, least: [] });
    own.count++;
    keep(own.least, seen, (a, b) => a.confidence - b.confidence);
  }

  /**
   * The images with the least and the greatest confidence, then for each predicted class, the most
   * frequent first, how often it was predicted and its least certain images.
   */
  async draw(): Promise<Pixels> {
    const rows: SheetRow[] = [
      row("least certain", this.#count, this.#least),
      row("most certain", this.#count, this.#most),
      ...[...this.#classes].sort(([, a], [, b]) => b.count - a.count).slice(0, ROWS)
        .map(([name, { count, least }]) => row(name, count, least)),
    ];
    return await contactSheet(rows, { size: this.#size, columns: COLUMNS });
  }
}

/** Keeps a list sorted and short. */
function keep(list: Seen[], seen: Seen, order: (a: Seen, b: Seen) => number): void {
  const at = list.findIndex((other) => order(seen, other) < 0);
  list.splice(at < 0 ? list.length : at, 0, seen);
  if (list.length > COLUMNS) list.pop();
}

function row(name: string, count: number, seen: readonly Seen[]): SheetRow {
  const each = seen[0]?.bytes.length ?? 0;
  const samples = new Uint8Array(seen.length * each);
  seen.forEach(({ bytes }, i) => samples.set(bytes, i * each));
  return { name, count, samples };
}
