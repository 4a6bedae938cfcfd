import type { ReadStep } from "../../../datasets/views/programs/read_programs.ts";
import { binned, countOf } from "./frequencies.ts";
import { fits, type Law } from "./law_rows.ts";

/** An operation as the fixture has it. */
export interface Entry {
  readonly op: string;
  readonly sign?: string;
  readonly effective_level_1_to_9?: readonly number[];
  readonly pixels_by_size?: Readonly<Record<string, readonly number[]>>;
  readonly v?: number;
  readonly min?: number;
  readonly max?: number;
  readonly effective?: string;
}

/** Magnitudes that an operation may have: each as likely as the others, a range, or none. */
type Magnitudes =
  | { readonly values: readonly number[] }
  | { readonly range: readonly [least: number, greatest: number] }
  | null;

const BINS = 20;
const WITHOUT: ReadonlySet<string> = new Set(["AutoContrast", "Equalize", "Invert", "Identity"]);

/** Compares the magnitudes of one operation's steps, on images of one size, with its law. */
export function checkMagnitudes(
  law: Law,
  entry: Entry,
  { steps, size }: { readonly steps: readonly ReadStep[]; readonly size: number },
): void {
  const name = `${entry.op} at ${size}`;
  const wanted = magnitudesOf(entry, size, law.c.params.randaugment.effective);
  const drawn = steps.map(({ magnitude }) => magnitude);
  if (wanted === null) {
    law.check.that(`${law.system}/${name}`, drawn.every((v) => v === 0), "it has a magnitude");
    return;
  }
  if ("range" in wanted) {
    const bins = Array.from({ length: BINS }, (_, i) => i);
    return fits(law, name, countOf(binned(drawn, wanted.range, BINS)), countOf(bins));
  }
  const signed = entry.sign?.startsWith("random") ?? false;
  const sizes = signed ? drawn.map(Math.abs) : drawn;
  fits(law, name, countOf(sizes), countOf(wanted.values.map(Math.fround)));
  if (signed) {
    const signs = drawn.filter((v) => v !== 0).map(Math.sign);
    fits(law, `${name}, sign`, countOf(signs), countOf([-1, 1]));
  }
}

function magnitudesOf(
  entry: Entry,
  size: number,
  texts: Readonly<Record<string, string>> = {},
): Magnitudes {
  const { op, v, min, max, effective } = entry;
  if (WITHOUT.has(op)) return null;
  if (entry.pixels_by_size) {
    const values = entry.pixels_by_size[String(size)];
    if (!values) throw new ReferenceError(`${op} has no pixels at ${size}`);
    return { values };
  }
  if (entry.effective_level_1_to_9) return { values: entry.effective_level_1_to_9 };
  if (v !== undefined) {
    // What posterize keeps of its magnitude is told in words.
    const bits = op === "Posterize" ? texts[op]?.match(/=(\d+) bit/)?.[1] : undefined;
    return { values: [bits === undefined ? v : Number(bits)] };
  }
  const listed = effective?.match(/^int\(v\): ([\d,]+)/)?.[1];
  if (listed !== undefined) return { values: listed.split(",").map(Number) };
  if (min === undefined || max === undefined) {
    throw new SyntaxError(`The law of ${op} is in a form that nobody knows`);
  }
  const unit = /^v\*(width|height)/.test(effective ?? "") ? size : 1;
  return { range: [min * unit, max * unit] };
}
