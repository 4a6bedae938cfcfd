import type { ReadStep } from "../../../datasets/views/programs/read_programs.ts";
import { augmentationNames } from "../../../datasets/views/published/published_views.ts";
import type { GoldenRunner } from "../runner.ts";
import { countOf, type Counts } from "./frequencies.ts";
import { checkCutout, checkSides } from "./law_cutouts.ts";
import { checkMagnitudes, type Entry } from "./law_magnitudes.ts";
import {
  drawRows,
  fits,
  type Law,
  operationNamed,
  operationsOf,
  ROWS,
  viewsFor,
} from "./law_rows.ts";

/** Checks `law_augment`: draws many decisions and compares how often each one comes. */
export const run: GoldenRunner = async (c, check, device) => {
  const opened = await device();
  if (!("randaugment" in c.params)) return await checkSides(c, check, opened);
  const words = c.name.split("_");
  const systems = words.filter((word) => augmentationNames.includes(word));
  if (systems.length === 0) return check.fail("", `no augmentation is called as in '${c.name}'`);
  const dataset = words.includes("food") ? "food101" : "cifar10";
  for (const system of systems) {
    const law: Law = { c, check, device: opened, system, dataset };
    await checkRandAugment(law);
    await checkMoves(law);
  }
};

async function checkRandAugment(law: Law): Promise<void> {
  const { c, check, device, system } = law;
  const { ops_drawn: drawn, apply_probability: p, then } = c.params.randaugment;
  const entries = c.params.randaugment.ops as Entry[];
  const size = 32;
  const { views: { strong }, from } = viewsFor(law, size);
  const rows = await drawRows(device, strong, { size: from, name: `${system}/strong` });
  const perRow = rows.map(operationsOf), all = perRow.flat();
  check.equal(`${system}/ops_drawn`, perRow.map(({ length }) => length), rows.map(() => drawn));
  const pool = entries.map(({ op }) => operationNamed(op));
  fits(law, "choice", countOf(all.map(({ operation }) => `${operation}`)), countOf(pool));
  fits(law, "applied", countOf(all.map((s) => `${!s.skipped}`)), shares(p));
  checkDerived(law, perRow, pool);
  const sizes = new Set(entries.flatMap((e) => Object.keys(e.pixels_by_size ?? {}).map(Number)));
  for (const other of sizes.add(size)) {
    const { views, from } = viewsFor(law, other);
    const steps = other === size ? all : (await drawRows(device, views.strong, {
      size: from,
      rows: ROWS / 8,
      name: `${system}/strong at ${other}`,
    })).flatMap(operationsOf);
    for (const entry of entries) {
      if (other !== size && !entry.pixels_by_size) continue;
      const own = steps.filter((s) => s.operation === operationNamed(entry.op));
      checkMagnitudes(law, entry, { steps: own, size: other });
    }
  }
  if (then) checkCutout(law, rows, size);
}

/** Shares of whole views that follow from independent draws. */
function checkDerived(
  law: Law,
  rows: readonly (readonly ReadStep[])[],
  pool: readonly string[],
): void {
  const { derived, ops_drawn: drawn, apply_probability: p } = law.c.params.randaugment;
  const applied = rows.map((steps) => steps.filter(({ skipped }) => !skipped));
  for (const [name, value] of Object.entries(derived as Record<string, number>)) {
    const share = name.match(/^P\((.+) (drawn|applied)( at least once)?\)$/);
    const expected = name.match(/^expected (times|draws)/);
    const given = (steps: readonly ReadStep[], operation: string) =>
      steps.filter((s) => s.operation === operation).length;
    if (expected) {
      const kept = expected[1] === "times" ? applied : rows;
      const times = kept.reduce((sum, steps) => sum + given(steps, pool[0]!), 0); // a pool is not empty
      const others = kept.reduce((sum, steps) => sum + steps.length, 0) - times;
      const whole = drawn * (expected[1] === "times" ? p : 1);
      const wanted = new Map([["it", value], ["others", whole - value]]);
      fits(law, name, new Map([["it", times], ["others", others]]), wanted);
    } else if (share) {
      const kept = share[2] === "applied" ? applied : rows;
      const wanted = ({ "no op": 0, "exactly one op": 1 } as Record<string, number>)[share[1]!]; // matched
      const operation = share[1] === "a given op" ? pool[0]! : share[1]!;
      const happened = kept.filter((steps) =>
        wanted === undefined ? given(steps, operation) > 0 : steps.length === wanted
      );
      fits(law, name, yesAndNo(happened.length, ROWS), shares(value));
    } else {
      law.check.fail(`derived/${name}`, "is in a form that nobody knows");
    }
  }
}

/** Flips and places of crops of the weak view, where the chain in words tells them. */
async function checkMoves(law: Law): Promise<void> {
  const { c, check, device, system } = law;
  const told = Object.entries(c.params.chains as Record<string, string>)
    .filter(([, chain]) => chain.includes("hflip 1/2"));
  const own = told.find(([name]) => name.toLowerCase().includes(system)) ?? told[0];
  if (!own) return check.fail("chains", "none tells how often images are flipped");
  const size = 32;
  const { views: { weak }, from } = viewsFor(law, size);
  const rows = await drawRows(device, weak, { size: from, name: `${system}/weak` });
  fits(law, "flip", countOf(rows.map(({ window }) => `${window.flipX}`)), shares(1 / 2));
  check.that(`${system}/vertical flip`, rows.every((r) => !r.window.flipY), "there is one");
  const last = own[1].match(/offsets U\{0\.\.(\d+|2pad)\}/)?.[1];
  if (last === undefined) return;
  const number = last === "2pad" ? 2 * size / 8 : Number(last);
  const places = Array.from({ length: number + 1 }, (_, i) => i - number / 2);
  // A flipped picture's left edge is its last column, so its offset counts from there.
  const left = rows.map(({ window }) => window.flipX ? size - 1 - window.left : window.left);
  fits(law, "crop x", countOf(left), countOf(places));
  fits(law, "crop y", countOf(rows.map(({ window }) => window.top)), countOf(places));
}

function shares(yes: number): Counts {
  return new Map(
    [["true", yes], ["false", 1 - yes]].filter(([, share]) => share !== 0) as [string, number][],
  );
}

function yesAndNo(yes: number, whole: number): Counts {
  return new Map([["true", yes], ["false", whole - yes]]);
}
