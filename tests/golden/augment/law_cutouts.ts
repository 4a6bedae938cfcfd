import { colourWord } from "../../../datasets/views/compile/encode_operation.ts";
import type { ReadProgram } from "../../../datasets/views/programs/read_programs.ts";
import { Code } from "../../../kernels/augment/program.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { binned, countOf, misfit } from "./frequencies.ts";
import { drawRows, fits, type Law, viewsFor } from "./law_rows.ts";

/** The cutout after RandAugment: there is always one, of one size or one uniform over a range. */
export function checkCutout(
  law: Law,
  rows: readonly ReadProgram[],
  size: number,
): void {
  const { then } = law.c.params.randaugment;
  const boxes = rows.map(({ steps }) =>
    steps.filter(({ code, operation }) => code === Code.box && operation === null)
  );
  law.check.equal(`${law.system}/cutouts`, boxes.map((b) => b.length), rows.map(() => 1));
  const all = boxes.flat();
  const colours = new Set(all.map(({ parameters }) => parameters[4]!)); // a box has five
  law.check.equal(`${law.system}/fill`, [...colours], [colourWord(then.fill)]);
  const sizes = all.map(({ magnitude }) => magnitude);
  if (typeof then.size === "number") {
    return fits(law, "cutout size", countOf(sizes), countOf([then.size]));
  }
  const share = Number(then.size.match(/^int\(([\d.]+)\*img_size\)/)?.[1]);
  const range = then.size.match(/^s = U\[([\d.]+),([\d.]+)\)\*width$/);
  if (range) {
    const ends = [Number(range[1]) * size, Number(range[2]) * size] as const;
    const bins = Array.from({ length: 20 }, (_, i) => i);
    fits(law, "cutout size", countOf(binned(sizes, ends, bins.length)), countOf(bins));
  } else if (share > 0) {
    fits(law, "cutout size", countOf(sizes), countOf([Math.trunc(share * size)]));
  } else {
    law.check.fail("then/size", `'${then.size}' is in a form that nobody knows`);
  }
}

/** Whose views have which law of `cutout_side_law`. */
const SIDES: Readonly<Record<string, Pick<Law, "system" | "dataset">>> = {
  fixmatch_16: { system: "simpro", dataset: "cifar10" },
  food_final: { system: "cossl", dataset: "food101" },
  cossl_tensor_half: { system: "cossl", dataset: "cifar10" },
};

/** How many pixels are filled along each axis. */
export async function checkSides(c: GoldenCase, check: Check, device: Device): Promise<void> {
  for (const [name, sizes] of Object.entries(c.params)) {
    const known = SIDES[name];
    if (!known) return check.fail(name, "no cutout of this name is known");
    for (const [text, law] of Object.entries(sizes as Record<string, Record<string, number>>)) {
      const size = Number(text);
      const { views, from } = viewsFor(known, size);
      const rows = await drawRows(device, views.strong, { size: from, name: `${name}/${size}` });
      for (const [axis, along] of [["x", columnsOf], ["y", rowsOf]] as const) {
        const lengths = countOf(rows.map((row) => along(row, size)));
        const why = misfit(lengths, new Map(Object.entries(law)));
        check.that(`${name}/${size}/${axis}`, why === null, why ?? "");
      }
    }
  }
}

function columnsOf(row: ReadProgram, size: number): number {
  return filled(row, size, 0);
}

function rowsOf(row: ReadProgram, size: number): number {
  return filled(row, size, 1);
}

/** Pixels of the last box, or of the hidden one, along x (0) or y (1). */
function filled({ steps, hidden }: ReadProgram, size: number, axis: 0 | 1): number {
  const box = steps.findLast(({ code, operation }) => code === Code.box && operation === null);
  if (!box) return hidden[3 - 2 * axis]! - hidden[2 - 2 * axis]!; // y1, y2, x1, x2
  const { parameters } = box;
  return Math.min(parameters[2 + axis]!, size - 1) - parameters[axis]! + 1; // x0, y0, x1, y1
}
