import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { Random } from "../../../core/random.ts";
import { augment, augmentViews } from "../../../datasets/views/augment.ts";
import { simproViews } from "../../../datasets/views/published/simpro.ts";

const SIZE = 16;
const MEAN = [0.5, 0.25, 0.75] as const, STD = [0.25, 0.5, 0.125] as const;
const simpro = simproViews({ size: SIZE, mean: MEAN, std: STD });
const device = await requestDevice();
const random = new Random({ seed: 3, name: "images" });
const bytes = Uint8Array.from({ length: 5 * SIZE * SIZE * 3 }, () => random.below(256));
const images = device.tensor(bytes, [5, SIZE, SIZE, 3], "u8");
const order = [4, 0, 3, 3];
const indices = device.tensor(order, [4], "i32");
const draw = { seed: 2 ** 40 + 5, step: 7, name: "weak" };

/** Normalised value of a pixel of one of the images. */
function value(image: number, y: number, x: number, channel: number): number {
  const byte = bytes[((image * SIZE + y) * SIZE + x) * 3 + channel]!; // inside
  return (byte / 255 - MEAN[channel]!) / STD[channel]!; // three channels
}

function at(values: Float32Array, row: number, y: number, x: number, channel: number): number {
  return values[((row * SIZE + y) * SIZE + x) * 3 + channel]!; // inside
}

Deno.test("augment() without stages normalises the images that indices name", async () => {
  const values = await device.read(augment(images, indices, simpro.identity, draw));
  for (let row = 0; row < 4; row++) {
    for (const [y, x, c] of [[0, 0, 0], [3, 15, 1], [15, 2, 2]] as const) {
      assert.ok(Math.abs(at(values, row, y, x, c) - value(order[row]!, y, x, c)) < 1e-6); // a row
    }
  }
});

Deno.test("augment() flips and crops as Random draws it", async () => {
  const values = await device.read(augment(images, indices, simpro.weak, draw));
  for (let row = 0; row < 4; row++) {
    const words = new Random(draw);
    for (let i = 0; i < row * 64 * 4; i++) words.word();
    const flip = words.uniform() < 0.5;
    for (let i = 0; i < 3; i++) words.word();
    const left = Math.floor(words.word() * 5 / 2 ** 32) - 2;
    const top = Math.floor(words.word() * 5 / 2 ** 32) - 2;
    const reflect = (i: number) => SIZE - 1 - Math.abs(SIZE - 1 - Math.abs(i));
    for (const [y, x, c] of [[0, 0, 0], [3, 15, 1], [15, 2, 2], [15, 15, 0]] as const) {
      const column = reflect(x + left), image = order[row]!; // a row
      const wanted = value(image, reflect(y + top), flip ? SIZE - 1 - column : column, c);
      assert.ok(Math.abs(at(values, row, y, x, c) - wanted) < 1e-6);
    }
  }
});

Deno.test("augmentViews() makes the views one after the other, as augment() does", async () => {
  const { seed, step } = draw;
  const views = [
    { spec: simpro.weak, name: "weak" },
    { spec: simpro.strong, name: "strong" },
    { spec: simpro.strong, name: "strong again" },
  ];
  const together = await device.read(augmentViews(images, indices, views, { seed, step }));
  const single = await device.readAll(
    views.map(({ spec, name }) => augment(images, indices, spec, { seed, step, name })),
  );
  assert.deepEqual([...together], single.flatMap((values) => [...values]));
  assert.notDeepEqual(single[1], single[2]);
});

Deno.test("augment() repeats and changes with seed, step and name", async () => {
  const strong = (changed: Partial<typeof draw>) =>
    augment(images, indices, simpro.strong, { ...draw, ...changed });
  const [first, again, ...others] = await device.readAll([
    strong({}),
    strong({}),
    strong({ seed: 1 }),
    strong({ step: 8 }),
    strong({ name: "other" }),
  ]);
  assert.deepEqual(first, again);
  for (const other of others) assert.notDeepEqual(first, other);
});

Deno.test("augment() refuses what is no image or does not fit the view", () => {
  const flat = device.tensor(new Uint8Array(48), [4, 4, 3], "u8");
  assert.throws(() => augment(flat, indices, simpro.weak, draw), {
    name: "TypeError",
    message: "Cannot augment u8[4, 4, 3]: give images of [count, height, width, 3]",
  });
  const tiny = device.tensor(new Uint8Array(12), [1, 2, 2, 3], "u8");
  assert.throws(() => augment(tiny, indices, simpro.weak, draw), {
    name: "RangeError",
    message: "Cannot reflect 2 pixels around an image of 2 x 2",
  });
});
