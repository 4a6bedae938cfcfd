import assert from "node:assert/strict";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { Random } from "../../../../core/random.ts";
import { augment, augmentPixels } from "../../../../datasets/views/augment.ts";
import type { Stage } from "../../../../datasets/views/view_spec.ts";
import { applyPrograms, drawPrograms } from "../../../../datasets/views/programs/run_views.ts";
import { compileViews } from "../../../../datasets/views/compile/compile_views.ts";
import { publishedViews } from "../../../../datasets/views/published/published_views.ts";
import type { Operation } from "../../../../kernels/augment/program.ts";

const device = await requestDevice();
const half = [0.5, 0.5, 0.5] as const;
const random = new Random({ seed: 1, name: "pixels" });

interface Batch {
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

function noise(height: number, width: number, n = 1): Batch {
  const data = Uint8Array.from({ length: n * height * width * 3 }, () => random.below(256));
  return { n, height, width, data };
}

/** Bytes after stages, three a pixel. */
async function apply(
  { n, height, width, data }: Batch,
  stages: readonly Stage[],
): Promise<number[]> {
  const images = device.tensor(data, [n, height, width, 3], "u8");
  const indices = device.tensor(Array.from({ length: n }, (_, i) => i), [n], "i32");
  const draw = { seed: 0, step: 0, name: "pixels" };
  const made = augmentPixels(images, indices, { stages, mean: half, std: half }, draw);
  const words = await device.read(made);
  return [...words].flatMap((w) => [w & 255, w >> 8 & 255, w >> 16 & 255]);
}

const does = (operation: Operation, ...values: number[]): Stage => ({
  kind: "randAugment",
  count: 1,
  choices: [{ operation, ...(values.length > 0 && { values }) }],
});

Deno.test("operations at their neutral magnitude leave every image as it is", async () => {
  const neutral: readonly Stage[][] = [
    [does("brightness", 1)],
    [does("color", 1)],
    [does("contrast", 1)],
    [does("sharpness", 1)],
    [does("posterize", 8)],
    [does("solarize", 256)],
    [does("rotate", 0)],
    [does("rotate", 360)],
    [does("shearX", 0), does("shearY", 0)],
    [does("translateX", 0.4), does("translateY", -0.4)],
    [does("invert"), does("invert")],
    [does("rotate", 180), does("rotate", 180)],
    [{ kind: "flip", probability: 1 }, does("identity"), { kind: "flip", probability: 1 }],
    [{ kind: "flip", axis: "y", probability: 1 }, { kind: "flip", axis: "y", probability: 1 }],
    [{ kind: "resize", size: { height: 19, width: 27 } }],
    [{ kind: "crop", pad: 3, border: "reflect", at: { top: 3, left: 3 } }],
  ];
  const image = noise(19, 27, 3);
  for (const stages of neutral) {
    assert.deepEqual(await apply(image, stages), [...image.data], JSON.stringify(stages));
  }
});

Deno.test("translations and flips commute up to the sign", async () => {
  const image = noise(17, 17);
  const flip: Stage = { kind: "flip", probability: 1 };
  const one = await apply(image, [does("translateX", 5), does("identity"), flip]);
  const other = await apply(image, [flip, does("translateX", -5)]);
  assert.deepEqual(one, other);
});

Deno.test("four rotations by 90 degrees of a square image are none", async () => {
  const image = noise(20, 20);
  const quarter = does("rotate", 90);
  assert.deepEqual(await apply(image, [quarter, quarter, quarter, quarter]), [...image.data]);
});

Deno.test("equalize spreads values, autocontrast reaches both ends", async () => {
  const image = noise(32, 32);
  const dull = { ...image, data: image.data.map((v) => 100 + Math.floor(v / 8)) };
  for (const operation of ["equalize", "autoContrast"] as const) {
    const values = await apply(dull, [does(operation)]);
    for (let c = 0; c < 3; c++) {
      const channel = values.filter((_, i) => i % 3 === c);
      assert.equal(Math.min(...channel), 0);
      assert.ok(Math.max(...channel) >= 254);
    }
  }
});

Deno.test("a crop around a crop pads the smaller image", async () => {
  const image = noise(12, 12);
  const middle: Stage = { kind: "centerCrop", size: 4 };
  const corner: Stage = { kind: "crop", pad: 1, border: "zero", size: 4, at: { top: 0, left: 0 } };
  const values = await apply(image, [middle, corner]);
  const at = (y: number, x: number) => values[(y * 4 + x) * 3]!; // inside
  assert.deepEqual([at(0, 0), at(0, 3), at(3, 0)], [0, 0, 0]);
  assert.equal(at(1, 1), image.data[(4 * 12 + 4) * 3]);
});

Deno.test("images of odd sizes do not run into each other", async () => {
  const images = noise(5, 7, 4);
  const stages: Stage[] = [does("sharpness", 0), does("shearX", 0.3), does("equalize")];
  const together = await apply(images, stages);
  const bytes = 5 * 7 * 3;
  for (let i = 0; i < 4; i++) {
    const data = images.data.slice(i * bytes, (i + 1) * bytes);
    const alone = await apply({ ...images, n: 1, data }, stages);
    assert.deepEqual(together.slice(i * bytes, (i + 1) * bytes), alone);
  }
});

Deno.test("a hidden box is 0 after normalisation and the mean as a picture", async () => {
  const { data } = noise(8, 8);
  const images = device.tensor(data, [1, 8, 8, 3], "u8");
  const indices = device.tensor([0], [1], "i32");
  const stages: Stage[] = [{ kind: "hide", length: 4, centre: { x: 1, y: 6 } }];
  const spec = { stages, mean: [0.2, 0.4, 0.6], std: [0.1, 0.2, 0.3] } as const;
  const draw = { seed: 0, step: 0, name: "hide" };
  const floats = await device.read(augment(images, indices, spec, draw));
  const words = await device.read(augmentPixels(images, indices, spec, draw));
  for (let i = 0; i < 64; i++) {
    const y = i >> 3, x = i & 7, inside = y >= 4 && x < 3;
    assert.equal(floats[3 * i] === 0 && floats[3 * i + 1] === 0, inside, `${y}, ${x}`);
    if (inside) assert.equal(words[i], 51 | 102 << 8 | 153 << 16);
  }
});

Deno.test("all memories, group sizes and kernels for both kinds of adapters agree", async () => {
  const size = 18, n = 9;
  const { data } = noise(size, size, n);
  const specs = ["adello", "cossl", "simpro", "balpoe-long"].map((name) =>
    publishedViews(name, { size, mean: half, std: half }).strong
  );
  specs.push({
    stages: [{ kind: "colorJitter", contrast: 0.5, hue: 0.5 }],
    mean: half,
    std: half,
  });
  const compiled = compileViews(specs, { height: size, width: size });
  const table = device.tensor(compiled.table, [compiled.table.length], "u32");
  const indices = device.tensor(Array.from({ length: n }, (_, i) => i), [n], "i32");
  const program = drawPrograms(table, compiled, {
    images: n,
    seed: 3,
    step: 1,
    names: ["a", "b", "c", "d", "e"],
  });
  const images = device.tensor(data, [n, size, size, 3], "u8");
  const { software } = device;
  const made = [software, !software].flatMap((kind) => {
    device.software = kind;
    return [compiled, { ...compiled, capacity: 100_000 }, { ...compiled, visits: 1e6 }].map((c) =>
      applyPrograms<"f32">(images, indices, { program, table, compiled: c, output: "f32" })
    );
  });
  device.software = software;
  const [first, ...others] = await device.readAll(made);
  assert.ok(first!.some((v) => v !== first![0])); // there are several
  for (const values of others) assert.deepEqual(values, first);
});
