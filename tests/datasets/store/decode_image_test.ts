import assert from "node:assert/strict";
import sharp from "sharp";
import { BadInput } from "../../../core/bad_input.ts";
import { decodeImage } from "../../../datasets/store/decode_image_deno.ts";
import { flatJpeg } from "../flat_jpeg.ts";
import { hugePng, picture } from "../images.ts";
import { ascii, fuzz } from "../samples.ts";

Deno.test("decodeImage() decodes PNG exactly and JPEG nearly", async () => {
  for (const format of ["png", "jpeg"] as const) {
    const bytes = await picture([40, 30], [200, 30, 90], format);
    const { width, height, data } = await decodeImage(bytes, "a");
    assert.deepEqual([width, height, data.length], [40, 30, 3600]);
    const near = format === "png" ? 0 : 4;
    [200, 30, 90].forEach((value, c) => {
      assert(Math.abs(data[(20 * 40 + 5) * 3 + c]! - value) <= near, `${format} ${c}`);
    });
  }
});

Deno.test("decodeImage() makes three channels of any kind of image", async () => {
  const raw = (channels: 1 | 4, data: number[]) =>
    sharp(Uint8Array.from(data), { raw: { width: 2, height: 1, channels } });
  const grey = await decodeImage(await raw(1, [7, 200]).png().toBuffer(), "grey");
  assert.deepEqual([...grey.data], [7, 7, 7, 200, 200, 200]);
  const clear = await decodeImage(
    await raw(4, [1, 2, 3, 0, 4, 5, 6, 255]).png().toBuffer(),
    "transparent",
  );
  assert.deepEqual([...clear.data], [1, 2, 3, 4, 5, 6]);
  const table = await decodeImage(
    await sharp(await picture([20, 20], [200, 30, 90])).png({ palette: true }).toBuffer(),
    "palette",
  );
  assert.deepEqual([...table.data.subarray(3, 6)], [200, 30, 90]);
  const deep = await decodeImage(
    await sharp(await picture([20, 20], [200, 30, 90])).toColourspace("rgb16").png().toBuffer(),
    "16 bits",
  );
  assert.deepEqual([...deep.data.subarray(3, 6)], [200, 30, 90]);
});

Deno.test('decodeImage() has the colours of inks that Pillow\'s convert("RGB") has', async () => {
  // Adobe's programs store inks inverted, and Pillow takes all to be theirs.
  const cases = [
    { stored: [0, 255, 255, 255], adobe: 0, colour: [0, 255, 255] },
    { stored: [255, 0, 0, 255], adobe: 0, colour: [255, 0, 0] },
    { stored: [200, 100, 50, 220], adobe: 0, colour: [173, 86, 43] },
    { stored: [200, 100, 50, 220], adobe: null, colour: [173, 86, 43] },
    // YCCK: the inks are the opposite of the colour that Y, Cb and Cr are.
    { stored: [90, 128, 128, 255], adobe: 2, colour: [165, 165, 165] },
    { stored: [200, 100, 50, 220], adobe: 2, colour: [141, 0, 91] },
    { stored: [255, 255, 255, 0], adobe: 0, colour: [0, 0, 0] },
  ] as const;
  for (const { stored, adobe, colour } of cases) {
    const { width, height, data } = await decodeImage(flatJpeg(stored, { adobe }), "inks");
    assert.deepEqual([width, height, data.length], [16, 16, 768]);
    for (let at = 0; at < data.length; at += 3) {
      assert.deepEqual([...data.subarray(at, at + 3)], colour, `${stored} ${adobe}`);
    }
  }
});

Deno.test("decodeImage() does not turn an image by its EXIF tag", async () => {
  const bytes = await sharp(await picture([40, 30], [9, 9, 9])).withMetadata({ orientation: 6 })
    .jpeg().toBuffer();
  assert.equal((await decodeImage(bytes, "turned")).width, 40);
});

Deno.test("decodeImage() refuses what is no sound image", async () => {
  const png = await picture([40, 30], [1, 2, 3]);
  const jpeg = await picture([40, 30], [1, 2, 3], "jpeg");
  const svg = ascii('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>');
  const gif = await sharp(png).gif().toBuffer();
  const cases: [string, Uint8Array, RegExp][] = [
    ["text", ascii("not an image"), /neither JPEG nor PNG/],
    ["empty", new Uint8Array(), /neither JPEG nor PNG/],
    ["svg", svg, /neither JPEG nor PNG/],
    ["gif", gif, /neither JPEG nor PNG/],
    ["cut.png", png.slice(0, 60), /cut\.png as an image/],
    ["cut.jpg", jpeg.slice(0, jpeg.length - 40), /cut\.jpg as an image/],
    ["head.jpg", jpeg.slice(0, 4), /head\.jpg as an image/],
    ["huge.png", await hugePng(60_000, 60_000), /60000 x 60000 pixels, expected at most 64/],
    ["long.png", await hugePng(1, 2 ** 31 - 1), /long\.png as an image/],
  ];
  for (const [name, bytes, why] of cases) {
    await assert.rejects(decodeImage(bytes, name), (error) => {
      return error instanceof BadInput && why.test(error.message) && error.message.includes(name);
    }, name);
  }
});

Deno.test("decodeImage() withstands damaged images", async () => {
  const samples = [
    await picture([12, 9], [200, 30, 90]),
    await picture([12, 9], [200, 30, 90], "jpeg"),
  ];
  const refused = await fuzz(samples, 1500, (bytes) => decodeImage(bytes, "damaged"));
  assert(refused > 500, `${refused}`);
});
