import assert from "node:assert/strict";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { binned, countOf, type Counts, misfit } from "../../../golden/augment/frequencies.ts";
import { drawRows, operationsOf, ROWS } from "../../../golden/augment/law_rows.ts";
import type { Stage } from "../../../../datasets/views/view_spec.ts";
import type { ReadStep } from "../../../../datasets/views/programs/read_programs.ts";
import { balpoeViews } from "../../../../datasets/views/published/balpoe.ts";
import { Code } from "../../../../kernels/augment/program.ts";

const device = await requestDevice();
const half = [0.5, 0.5, 0.5] as const;
const at = (dataset: string, size = 32) => ({ dataset, size, mean: half, std: half });

/** The operations of many rows. */
async function drawn(
  stages: readonly Stage[],
  { size = 32, rows = ROWS }: { readonly size?: number; readonly rows?: number } = {},
): Promise<ReadStep[][]> {
  const spec = { stages, mean: half, std: half };
  return (await drawRows(device, spec, { size, rows, name: "balpoe" })).map(operationsOf);
}

function follows(outcomes: Iterable<string | number>, law: Counts, what = ""): void {
  assert.equal(misfit(countOf(outcomes), law), null, what);
}

/** Magnitudes uniform over a range. */
function isUniform(values: readonly number[], ends: readonly [number, number]): void {
  assert.ok(values.length > 500);
  follows(binned(values, ends, 20), countOf(Array.from({ length: 20 }, (_, i) => i)));
}

/** torchvision's table of the policies, which states no level where an operation has none. */
const POLICIES = `
Invert .1, Contrast .2 6; Rotate .7 2, TranslateX .3 9; Sharpness .8 1, Sharpness .9 3;
ShearY .5 8, TranslateY .7 9; AutoContrast .5, Equalize .9; ShearY .2 7, Posterize .3 7;
Color .4 3, Brightness .6 7; Sharpness .3 9, Brightness .7 9; Equalize .6, Equalize .5;
Contrast .6 7, Sharpness .6 5; Color .7 7, TranslateX .5 8; Equalize .3, AutoContrast .4;
TranslateY .4 3, Sharpness .2 6; Brightness .9 6, Color .2 8; Solarize .5 2, Invert .0;
Equalize .2, AutoContrast .6; Equalize .2, Equalize .6; Color .9 9, Equalize .6;
AutoContrast .8, Solarize .2 8; Brightness .1 3, Color .7 0; Solarize .4 5, AutoContrast .9;
TranslateY .9 9, TranslateY .7 9; AutoContrast .9, Solarize .8 3; Equalize .8, Invert .1;
TranslateY .7 9, AutoContrast .9`.trim().split(";").map((row) => row.trim().split(", "));

/** Outcomes of one operation with their chances: its name, magnitude and whether it is applied. */
function outcomes(text: string, size: number): [outcome: string, chance: number][] {
  const [name = "", chance = "", digit = "0"] = text.split(" ");
  const level = Number(digit), p = Number(chance);
  const greatest: Record<string, number> = {
    Rotate: 30,
    ShearY: 0.3,
    TranslateX: size * 150 / 331,
    TranslateY: size * 150 / 331,
  };
  const moves = greatest[name];
  const enhances = ["Brightness", "Color", "Contrast", "Sharpness"].includes(name);
  const magnitudes = moves
    ? [moves * level / 9, -moves * level / 9]
    : enhances
    ? [1 + level / 10, 1 - level / 10]
    : name === "Solarize"
    ? [256 - 256 * level / 9]
    : name === "Posterize"
    ? [[8, 8, 7, 7, 6, 6, 5, 5, 4, 4][level]!] // levels are digits
    : [0];
  return magnitudes.flatMap((v) =>
    [[true, p], [false, 1 - p]].map(([applied, share]): [string, number] => [
      outcome(name, v, applied as boolean),
      share as number / magnitudes.length,
    ])
  );
}

function outcome(operation: string, magnitude: number, applied: boolean): string {
  return `${operation.toLowerCase()} ${magnitude.toFixed(3)} ${applied ? "yes" : "no"}`;
}

Deno.test("balpoe draws the 25 policies of AutoAugment in long trainings on CIFAR", async () => {
  const { weak } = balpoeViews(at("cifar100"), { long: true });
  const law = new Map<string, number>();
  for (const [one = "", other = ""] of POLICIES) {
    for (const [first, p] of outcomes(one, 32)) {
      for (const [second, q] of outcomes(other, 32)) {
        const both = `${first}, ${second}`;
        if (p * q > 0) law.set(both, (law.get(both) ?? 0) + p * q);
      }
    }
  }
  const rows = await drawn(weak.stages, { rows: 3 * ROWS });
  const happened = rows.map((steps) =>
    steps.map((s) => outcome(`${s.operation}`, s.magnitude, !s.skipped)).join(", ")
  );
  assert.equal(POLICIES.length, 25);
  follows(happened, law);
  // Each probability by itself, where a tenth more or less is noticed.
  const pairs = new Set(rows.map((steps) => steps.map(({ operation }) => operation).join()));
  for (const pair of pairs) {
    const own = rows.filter((steps) => steps.map(({ operation }) => operation).join() === pair);
    const told = POLICIES.filter((row) =>
      row.map((text) => text.split(" ")[0]!.toLowerCase()).join() === pair.toLowerCase() // has a name
    );
    for (const k of [0, 1]) {
      const p = told.reduce((sum, row) => sum + Number(row[k]!.split(" ")[1]), 0) / told.length; // two
      const shares = [["yes", p], ["no", 1 - p]] as const;
      const applied = own.map((steps) => steps[k]!.skipped ? "no" : "yes"); // two
      follows(applied, new Map(shares.filter(([, share]) => share > 0)), pair);
    }
  }
  const moved = rows.flat().filter(({ code }) =>
    code === Code.affine || code >= Code.affineBilinear
  );
  assert.ok(moved.every(({ parameters }) => parameters[6] === 0x808080));
  const sheared = rows.flat().filter((s) => s.operation === "shearY" && !s.skipped);
  assert.ok(sheared.length > 0 && sheared.every(({ code }) => code === Code.affineBicubic));
});

Deno.test("balpoe rotates by up to 15 degrees in standard trainings on CIFAR", async () => {
  const { weak } = balpoeViews(at("cifar10"));
  const steps = (await drawn(weak.stages)).flat();
  assert.ok(steps.every(({ operation, skipped }) => operation === "rotate" && !skipped));
  isUniform(steps.map(({ magnitude }) => magnitude), [-15, 15]);
});

Deno.test("balpoe jitters colours of photographs by 0.4, in every order", async () => {
  const { weak, identity } = balpoeViews(at("food101", 256));
  assert.deepEqual(weak.stages.map(({ kind }) => kind), ["resizedCrop", "flip", "colorJitter"]);
  assert.deepEqual(identity.stages, [{ kind: "centerCrop", size: 224 }]);
  const rows = await drawn(weak.stages, { size: 256 });
  const names = ["brightness", "contrast", "color"];
  const orders = names.flatMap((a) =>
    names.flatMap((b) => names.map((c) => [a, b, c])).filter((o) => new Set(o).size === 3)
  );
  assert.equal(orders.length, 6);
  follows(rows.map((r) => r.map((s) => s.operation).join()), countOf(orders.map((o) => o.join())));
  for (const name of names) {
    const own = rows.flat().filter(({ operation }) => operation === name);
    assert.equal(own.length, rows.length);
    isUniform(own.map(({ magnitude }) => magnitude), [0.6, 1.4]);
  }
});

Deno.test("a colour jitter may shift the hue and reaches no factor below 0", async () => {
  const rows = await drawn([{ kind: "colorJitter", brightness: 2, saturation: 0.1, hue: 0.3 }]);
  const own = (name: string) => rows.flat().filter(({ operation }) => operation === name);
  isUniform(own("brightness").map(({ magnitude }) => magnitude), [0, 3]);
  isUniform(own("color").map(({ magnitude }) => magnitude), [0.9, 1.1]);
  isUniform(own("hue").map(({ magnitude }) => magnitude), [-0.3, 0.3]);
  for (const { magnitude, parameters } of own("hue")) {
    assert.equal(parameters[0], Math.trunc(255 * magnitude) & 255);
  }
  assert.equal(own("contrast").length, 0);
  const pairs = rows.map(([a, b, c]) => `${a?.operation} ${b?.operation} ${c?.operation}`);
  assert.equal(new Set(pairs).size, 6);
  const stage = { kind: "colorJitter", hue: 0.6 } as const;
  await assert.rejects(drawn([stage]), /^RangeError: Cannot jitter hue by 0.6: give 0 to 0.5$/);
});

/** Share of a normal distribution below z. */
function below(z: number): number {
  let sum = 0;
  for (let x = -8 + 0.0005; x < z; x += 0.001) sum += Math.exp(-x * x / 2) * 0.001;
  return sum / Math.sqrt(2 * Math.PI);
}

Deno.test("balpoe draws two of timm's operations in long trainings on photographs", async () => {
  const { weak } = balpoeViews(at("imagenet1k", 64), { long: true });
  const rows = (await drawn(weak.stages, { size: 64 })).map((steps) => steps.slice(3)); // after the jitter
  assert.ok(rows.every(({ length }) => length === 2));
  const steps = rows.flat();
  const moves = { rotate: 30, shearX: 0.3, shearY: 0.3, translateX: 28.8, translateY: 28.8 };
  const greatest: Readonly<Record<string, readonly [number, number]>> = {
    ...Object.fromEntries(Object.entries(moves).map(([name, v]) => [name, [0, v]])),
    ...Object.fromEntries(
      ["brightness", "color", "contrast", "sharpness"].map((name) => [name, [0.1, 1.9]]),
    ),
    posterize: [0, 4],
    solarize: [0, 256],
    addToDark: [0, 110],
  };
  const names = [...Object.keys(greatest), "autoContrast", "equalize", "invert"];
  assert.equal(names.length, 15);
  follows(steps.map(({ operation }) => `${operation}`), countOf(names));
  follows(steps.map(({ skipped }) => `${skipped}`), countOf(["true", "false"]));
  // Half of the levels are 10, the others lie below it as a normal number of deviation 0.5 does.
  const ends = [-3, -2, -1.5, -1, -0.5, 0];
  const law = new Map([
    ["10", 0.5],
    ...ends.map((z, i): [string, number] => [
      `below ${z}`,
      below(z) - (i === 0 ? 0 : below(ends[i - 1]!)), // i is inside
    ]),
  ]);
  for (const [name, [least, most]] of Object.entries(greatest)) {
    if (name === "solarize" || name === "addToDark") continue; // whole numbers, see below
    const own = steps.filter(({ operation }) => operation === name);
    const levels = own.map(({ magnitude }) => (Math.abs(magnitude) - least) / (most - least));
    const where = levels.map((level) =>
      level > 1 - 1e-6 ? "10" : `below ${ends.find((z) => (level - 1) / 0.05 < z)}`
    );
    follows(where, law, name);
    if (!(name in moves)) continue;
    follows(own.map(({ magnitude }) => Math.sign(magnitude)), countOf([-1, 1]), name);
    const applied = own.filter(({ skipped }) => !skipped);
    follows(
      applied.map(({ code }) => code),
      countOf([Code.affineBilinear, Code.affineBicubic]),
      name,
    );
    assert.ok(applied.every(({ parameters }) => parameters[6] === (124 | 116 << 8 | 104 << 16)));
  }
  for (const [name, most] of [["solarize", 256], ["addToDark", 110]] as const) {
    const own = steps.filter(({ operation }) => operation === name);
    assert.ok(own.every(({ magnitude }) => Number.isInteger(magnitude)));
    follows(own.map(({ magnitude }) => `${magnitude === most}`), countOf(["true", "false"]));
    const parameter = name === "solarize" ? 1 : 0;
    assert.ok(own.every((s) => s.parameters[parameter] === s.magnitude));
  }
});

Deno.test("balpoe draws one of TrivialAugment's operations where it is asked for", async () => {
  const settings = { long: true, policy: "trivialAugment", cutout: 16 } as const;
  const { weak } = balpoeViews(at("cifar100"), settings);
  assert.deepEqual(weak.stages.at(-1), { kind: "hide", length: 16 });
  const steps = (await drawn(weak.stages)).flat();
  assert.ok(steps.every(({ skipped }) => !skipped));
  const choices = weak.stages.flatMap((stage) => stage.kind === "randAugment" ? stage.choices : []);
  assert.equal(choices.length, 14);
  follows(steps.map(({ operation }) => `${operation}`), countOf(choices.map((o) => o.operation)));
  const bits = steps.filter(({ operation }) => operation === "posterize");
  const counts = new Map([["8", 3], ["7", 5], ["6", 5], ["5", 5], ["4", 5], ["3", 5], ["2", 3]]);
  follows(bits.map(({ magnitude }) => magnitude), counts);
  const turns = steps.filter(({ operation }) => operation === "rotate");
  const signs = [-1, 1].flatMap((sign) => Array.from({ length: 31 }, (_, i) => sign * 4.5 * i));
  follows(turns.map(({ magnitude }) => magnitude + 0), countOf(signs.map((v) => v + 0)));
});
