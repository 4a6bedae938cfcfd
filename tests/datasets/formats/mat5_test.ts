import assert from "node:assert/strict";
import { memorySource } from "../../../datasets/formats/byte_source.ts";
import { readMat5 } from "../../../datasets/formats/mat5.ts";
import { compress, fuzz, join, mat5, matrix, ramp, words } from "../samples.ts";

const read = (bytes: Uint8Array, names = ["X", "y"], limit = 1000) =>
  readMat5(memorySource(bytes, "file.mat"), { names, limit });
const x = matrix("X", [2, 3, 4], { data: ramp(24) });
const y = matrix("y", [2, 1], {
  data: new Uint8Array(Float64Array.of(7, 10).buffer),
  type: 9,
  kind: 6,
});

for (const compressed of [false, true]) {
  Deno.test(`readMat5() reads ${compressed ? "compressed" : "plain"} variables`, async () => {
    const other = matrix("a longer name", [1, 5], { data: ramp(5) });
    const found = await read(await mat5([other, x, y], compressed));
    assert.deepEqual(found.get("X")?.shape, [2, 3, 4]);
    assert.deepEqual([...found.get("X")!.data], [...ramp(24)]);
    assert.deepEqual([...found.get("y")!.data], [7, 10]);
    const name = (await read(await mat5([other], compressed), ["a longer name"])).get(
      "a longer name",
    );
    assert.deepEqual([...name!.data], [0, 1, 2, 3, 4]);
  });
}

Deno.test("readMat5() reads a variable small enough to sit in its tag", async () => {
  const body = join(words(6, 8, 9, 0, 5, 8, 1, 1, 1 | 1 << 16, 0x79, 2 | 1 << 16, 5));
  const found = await read(await mat5([join(words(14, body.length), body)], false), ["y"]);
  assert.deepEqual([...found.get("y")!.data], [5]);
});

Deno.test("readMat5() refuses what it cannot take", async () => {
  const good = await mat5([x, y], true);
  const endian = Uint8Array.from(good);
  endian.set([0x4d, 0x49], 126);
  await assert.rejects(read(endian), /magic is wrong; expected level 5/);
  await assert.rejects(read(good.slice(0, 100)), /shorter than its header/);
  await assert.rejects(read(good.slice(0, 160)), /it claims \d+ bytes at 136 but has 160/);
  await assert.rejects(read(await mat5([x], true)), /no variable y/);
  await assert.rejects(
    read(good, ["X"], 23),
    /shape \[2,3,4\] is larger than the 23 bytes accepted/,
  );
  await assert.rejects(
    read(await mat5([matrix("X", [2, 3, 5], { data: ramp(24) })], true), ["X"]),
    /shape \[2,3,5\] has 24 bytes/,
  );
  await assert.rejects(
    read(await mat5([matrix("X", [65536, 65536, 65536, 65536], { data: ramp(4) })], true), ["X"]),
    /is larger than the/,
  );
  await assert.rejects(
    read(await mat5([matrix("X", [1, 1], { data: ramp(1), kind: 1 })], true), ["X"]),
    /no real array of numbers \(class 1\)/,
  );
});

Deno.test("readMat5() does not believe a compressed matrix that claims gigabytes", async () => {
  const packed = await compress(join(words(14, 0xffffff00), x.slice(8)), "deflate");
  const file = join((await mat5([], false)).slice(0, 128), words(15, packed.length), packed);
  await assert.rejects(read(file, ["X"]), /compressed matrix is damaged/);
});

Deno.test("readMat5() looks at the checksum of compressed data", async () => {
  const good = await mat5([x], true);
  const bad = Uint8Array.from(good);
  bad[bad.length - 1]! ^= 1;
  await read(good, ["X"]);
  await assert.rejects(read(bad, ["X"]), /file\.mat: its compressed data are damaged/);
});

Deno.test("readMat5() withstands damaged files", async () => {
  const samples = [await mat5([x, y], true), await mat5([x, y], false)];
  const refused = await fuzz(samples, 3000, (bytes) => read(bytes));
  assert(refused > 1000, `${refused}`);
});
