import assert from "node:assert/strict";
import { BadInput } from "../../../../core/bad_input.ts";
import { packImages } from "../../../../datasets/store/pack/pack_images_deno.ts";
import { openPack } from "../../../../datasets/store/pack/pack_reader_deno.ts";

const SIZE = 32, EACH = SIZE * SIZE * 3, IMAGES = 120;

/** A store of images whose bytes are all their index. */
async function store() {
  const folder = await Deno.makeTempDir({ prefix: "longtail-read-" });
  const path = `${folder}/many-32.pack`;
  const part = (name: "train" | "test", images: number) => ({
    name,
    images,
    labels: new Int32Array(images),
    *produce(from: number) {
      for (let i = from; i < images; i++) yield { bytes: new Uint8Array(EACH).fill(i) };
    },
  });
  const plan = { name: "many", size: SIZE, classNames: ["a"], key: "ab".repeat(32) };
  await packImages(path, { ...plan, parts: [part("train", IMAGES), part("test", 1)] });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("a store's images come from workers in the order asked for, many batches at once", async () => {
  await using s = await store();
  const { train } = await openPack(s.path, { memory: 0 });
  const batches = [3, 7, 11, 19].map((step) =>
    Array.from({ length: 60 }, (_, i) => Math.floor(i / 2) * step * 2 % IMAGES + i % 2)
  );
  const read = await Promise.all(batches.map((batch) => train.read(batch)));
  batches.forEach((batch, b) => {
    const bytes = read[b]!;
    assert.equal(bytes.length, batch.length * EACH);
    batch.forEach((image, i) => {
      assert.equal(bytes[i * EACH], image);
      assert.equal(bytes[(i + 1) * EACH - 1], image);
    });
  });
  assert.throws(() => train.read(new Array<number>(60).fill(IMAGES)), RangeError);
});

Deno.test("a store's images are checked by the workers", async () => {
  await using s = await store();
  const { train } = await openPack(s.path, { memory: 0 });
  const all = Array.from({ length: IMAGES }, (_, i) => i);
  const file = await Deno.open(s.path, { write: true });
  await file.seek(64 + 17 * EACH + 5, Deno.SeekMode.Start);
  await file.write(Uint8Array.of(99));
  file.close();
  await assert.rejects(async () => await train.read(all), (error) => {
    assert(error instanceof BadInput);
    assert.match(error.message, /many-32\.pack: image 17 of part 'train' is damaged/);
    return true;
  });
  assert.equal((await train.read(all.slice(18)))[0], 18);
  await Deno.rename(s.path, `${s.path}.gone`);
  await assert.rejects(async () => await train.read(all), /there is no such file/);
});
