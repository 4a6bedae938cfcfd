import assert from "node:assert/strict";
import { decodeSafetensors } from "../../../core/safetensors.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import { resize, toSquare } from "../../../datasets/images/resize.ts";

/** An image whose three channels hold x, y and a mix. */
function gradient(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[at++] = x * 5;
      data[at++] = y * 5;
      data[at++] = x * 3 + y * 2;
    }
  }
  return { width, height, data };
}

Deno.test("resize() keeps an image of the wanted size", () => {
  const image = gradient(7, 5);
  assert.equal(resize(image, 7, 5), image);
});

Deno.test("resize() averages with a triangle when it reduces", () => {
  // Weights of 4 to 2 are 3, 3, 1 (of 7) and 1, 3, 3.
  const data = Uint8Array.of(0, 0, 0, 70, 70, 70, 140, 140, 140, 210, 210, 210);
  const { data: small } = resize({ width: 4, height: 1, data }, 2, 1);
  assert.deepEqual([small[0], small[3]], [50, 160]);
});

Deno.test("resize() interpolates between pixels when it enlarges", () => {
  const data = Uint8Array.of(0, 0, 0, 100, 100, 100);
  const { data: large } = resize({ width: 2, height: 1, data }, 4, 1);
  assert.deepEqual([0, 3, 6, 9].map((i) => large[i]), [0, 25, 75, 100]);
});

Deno.test("toSquare() covers with the middle or squashes the whole", () => {
  const image = gradient(40, 20);
  const cover = toSquare(image, 20, "cover").data;
  assert.deepEqual([cover[0], cover[1], cover[19 * 3]], [50, 0, 145]); // columns 10 to 29
  const squash = toSquare(image, 20, "squash").data;
  assert(squash[0]! < 8 && squash[19 * 3]! > 185);
  const tall = toSquare(gradient(20, 41), 20, "cover").data;
  assert.deepEqual([tall[0], tall[1]], [0, 50]); // (41 - 20) / 2 = 10.5 rounds to the even 10
});

Deno.test("toSquare() makes a square of extreme shapes", () => {
  for (const [width, height] of [[1, 1], [1, 300], [300, 2], [33, 32]] as const) {
    for (const fit of ["cover", "squash"] as const) {
      const square = toSquare(gradient(width, height), 16, fit);
      assert.deepEqual([square.width, square.height, square.data.length], [16, 16, 768]);
    }
  }
});

Deno.test("toSquare() cuts out of the whole resized image, bit for bit, without making it", () => {
  for (
    const [width, height] of [[40, 21], [21, 40], [16, 17], [17, 16], [300, 7], [3, 50]] as const
  ) {
    const image = gradient(width, height), size = 16;
    const wide = width > height;
    const long = Math.trunc(size * Math.max(width, height) / Math.min(width, height));
    const whole = resize(image, wide ? long : size, wide ? size : long);
    const skip = roundHalfEven((long - size) / 2);
    const expected = Array.from({ length: size }, (_, y) => {
      const from = ((wide ? y : y + skip) * whole.width + (wide ? skip : 0)) * 3;
      return [...whole.data.subarray(from, from + size * 3)];
    }).flat();
    assert.deepEqual([...toSquare(image, size, "cover").data], expected, `${width} x ${height}`);
  }
});

Deno.test("toSquare() takes no more memory for a thin image than for another", () => {
  // Whole, these would have 64 times as many rows or columns of 192 bytes.
  for (const [width, height] of [[1, 10_000_000], [10_000_000, 1]] as const) {
    const data = new Uint8Array(width * height * 3).fill(7);
    const { data: square } = toSquare({ width, height, data }, 64, "cover");
    assert.equal(square.length, 64 * 64 * 3);
    assert.ok(square.every((byte) => byte === 7));
  }
});

Deno.test("resize() gives what Pillow gives, bit for bit", async () => {
  const golden = "tests/golden/augment_ops";
  const { cases } = JSON.parse(await Deno.readTextFile(`${golden}.json`)) as {
    cases: Record<string, { params: { width: number; height: number; input: string } }>;
  };
  const { tensors } = decodeSafetensors(await Deno.readFile(`${golden}.safetensors`), golden);
  const names = Object.keys(cases).filter((name) => name.startsWith("resize_bilinear"));
  assert(names.length > 5);
  for (const name of names) {
    const { width, height, input } = cases[name]!.params;
    const [, tensor, index] = /^(.+)\[(\d+)\]$/.exec(input)!;
    const { shape, data } = tensors.get(tensor!)!;
    const [, rows, columns] = shape as [number, number, number, number];
    const each = rows * columns * 3, from = Number(index) * each;
    const image = { width: columns, height: rows, data: data.slice(from, from + each) };
    const { data: out } = resize({ ...image, data: Uint8Array.from(image.data) }, width, height);
    assert.deepEqual(out, tensors.get(`${name}/out`)!.data, name);
  }
});
