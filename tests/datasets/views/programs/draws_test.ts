import assert from "node:assert/strict";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { Random } from "../../../../core/random.ts";
import { drawViews } from "../../../../datasets/views/augment.ts";
import type { Stage } from "../../../../datasets/views/view_spec.ts";
import { cutoutBox } from "../../../../datasets/views/compile/cutout_box.ts";
import { describeProgram } from "../../../../datasets/views/programs/describe_program.ts";
import {
  type ReadProgram,
  readPrograms,
} from "../../../../datasets/views/programs/read_programs.ts";

const device = await requestDevice();
const DRAW = { seed: 5, step: 9 };
const half = [0.5, 0.5, 0.5] as const;

async function drawn(
  stages: readonly Stage[],
  { height, width, n }: { height: number; width: number; n: number },
): Promise<ReadProgram[]> {
  const images = device.tensor(
    new Uint8Array(height * width * 3),
    [1, height, width, 3],
    "u8",
  );
  const spec = { stages, mean: half, std: half };
  const program = drawViews(images, [{ spec, name: "test" }], { ...DRAW, n });
  return readPrograms(await device.read(program), program.shape[1]!); // rows of words
}

/** The words of a slot of a row, as the host draws them. */
function slot(row: number, slot: number): Random {
  const random = new Random({ ...DRAW, name: "test" });
  for (let i = 0; i < (row * 64 + slot) * 4; i++) random.word();
  return random;
}

/** How many rows agree; the host computes in doubles, so a few may lie beyond a rounding. */
function agreement(rows: readonly ReadProgram[], agrees: (row: ReadProgram, i: number) => boolean) {
  return rows.filter(agrees).length / rows.length;
}

Deno.test("drawViews() draws cutouts as cutoutBox() has them", async () => {
  const size = { height: 20, width: 33 };
  const fill = [1, 2, 3] as const;
  const rows = await drawn([{ kind: "cutout", size: [0, 9], fill, leastCentre: 1 }], {
    ...size,
    n: 300,
  });
  const share = agreement(rows, ({ steps }, i) => {
    const random = slot(i, 0);
    const box = random.uniform() * 9;
    const x = size.width + (1 - size.width) * random.uniform();
    const y = size.height + (1 - size.height) * random.uniform();
    const wanted = cutoutBox({ centre: { x, y }, size: box }, size);
    return wanted.every((corner, k) => steps[1]!.parameters[k] === corner); // after the window
  });
  assert.ok(share > 0.99, `${share}`);
});

/** torchvision's RandomResizedCrop, from the same words. */
function resizedCrop(
  row: number,
  { height, width, scale, ratio }: {
    height: number;
    width: number;
    scale: readonly [number, number];
    ratio: readonly [number, number];
  },
): number[] {
  for (let k = 0; k < 10; k++) {
    const random = slot(row, k);
    const area = height * width * (scale[0] + (scale[1] - scale[0]) * random.uniform());
    const logs = ratio.map(Math.log) as [number, number];
    const aspect = Math.exp(logs[0] + (logs[1] - logs[0]) * random.uniform());
    const w = Math.round(Math.sqrt(area * aspect)), h = Math.round(Math.sqrt(area / aspect));
    const left = Math.floor(random.word() / 2 ** 32 * (width - w + 1));
    const top = Math.floor(random.word() / 2 ** 32 * (height - h + 1));
    if (w > 0 && h > 0 && w <= width && h <= height) return [left, top, w, h];
  }
  const narrow = width < ratio[0] * height, wide = width > ratio[1] * height;
  const w = wide ? Math.round(height * ratio[1]) : width;
  const h = narrow ? Math.round(width / ratio[0]) : height;
  return [(width - w) >> 1, (height - h) >> 1, w, h];
}

for (
  const [name, height, width, scale] of [
    ["draws torchvision's random resized crops", 64, 64, [0.08, 1]],
    ["takes the largest middle if no try fits", 90, 20, [0.9, 1]],
    ["takes the largest middle of wide images too", 20, 90, [0.9, 1]],
  ] as const
) {
  Deno.test(`drawViews() ${name}`, async () => {
    const ratio = [3 / 4, 4 / 3] as const;
    const rows = await drawn([{ kind: "resizedCrop", size: 24, scale, ratio }], {
      height,
      width,
      n: 100,
    });
    const share = agreement(rows, ({ steps }, i) => {
      const [columns, lines] = steps as [typeof steps[0], typeof steps[0]]; // two steps
      const got = [...columns.parameters.subarray(0, 2), columns.magnitude, lines.magnitude];
      return resizedCrop(i, { height, width, scale, ratio }).every((v, k) => v === got[k]);
    });
    assert.ok(share > 0.98, `${share}`);
  });
}

Deno.test("drawViews() draws magnitudes over their ranges, as pixels, fixed points and bits", async () => {
  const choices = [
    { operation: "translateX", range: [-7, 7] },
    { operation: "shearY", range: [0.1, 0.2] },
    { operation: "rotate", range: [-30, 30] },
    { operation: "posterize", range: [4, 8] },
    { operation: "solarize", range: [0, 256] },
    { operation: "solarizeAdd", range: [-50, 50] },
  ] as const;
  const stages = [{ kind: "randAugment", count: 2, choices }] as const;
  const rows = await drawn(stages, { height: 16, width: 24, n: 400 });
  const seen = new Set<string>();
  for (const { operation, magnitude: v, parameters: p } of rows.flatMap((r) => r.steps)) {
    if (operation === null) continue;
    seen.add(operation);
    const [least, greatest] = choices.find((o) => o.operation === operation)!.range; // it was drawn
    assert.ok(v >= least && v < greatest, `${operation} ${v}`);
    switch (operation) {
      case "translateX":
        assert.equal(p[2], Math.floor(v + 0.5) * 65536 + 32768);
        break;
      case "shearY":
        assert.ok(Math.abs(p[3]! - v * 65536) <= 1);
        break;
      case "rotate": {
        assert.ok(Math.abs(p[0]! - Math.cos(v * Math.PI / 180) * 65536) <= 1);
        assert.ok(Math.abs(p[3]! - Math.sin(v * Math.PI / 180) * 65536) <= 1);
        // The middle of the image, between pixels, stays where it is.
        const x = p[2]! + 11.5 * p[0]! + 7.5 * p[1]!, y = p[5]! + 11.5 * p[3]! + 7.5 * p[4]!;
        assert.ok(Math.abs(x - 12 * 65536) < 16 && Math.abs(y - 8 * 65536) < 16);
        break;
      }
      case "posterize":
        assert.equal(p[0], 256 - 2 ** (8 - Math.trunc(v)));
        break;
      case "solarize":
        assert.deepEqual([...p.subarray(0, 2)], [0, Math.ceil(v)]);
        break;
      case "solarizeAdd":
        assert.deepEqual([...p.subarray(0, 2)], [Math.floor(v), 128]);
    }
  }
  assert.equal(seen.size, choices.length);
});

Deno.test("describeProgram() says what was applied", async () => {
  const [row] = await drawn([
    { kind: "flip", probability: 1 },
    { kind: "crop", pad: 2, border: "zero", at: { top: 0, left: 0 } },
    { kind: "randAugment", count: 1, choices: [{ operation: "rotate", values: [-9] }] },
    { kind: "randAugment", count: 1, probability: 0, choices: [{ operation: "invert" }] },
    { kind: "cutout", size: 4, fill: [0, 0, 0] },
    { kind: "crop", pad: 2, border: "zero", at: { top: 1, left: 3 } },
    { kind: "hide", length: 6, centre: { x: 8, y: 8 } },
  ], { height: 16, width: 16, n: 1 });
  assert.deepEqual(describeProgram(row!), [ // one row was drawn
    "flip",
    "rotate -9",
    "cutout 4",
    "crop at 1, -1",
    "hide 6 x 6",
  ]);
});
