import assert from "node:assert/strict";
import { memorySource } from "../../../datasets/formats/byte_source.ts";
import { readNpz } from "../../../datasets/formats/npz.ts";
import { ascii, fuzz, join, npy, ramp, zip } from "../samples.ts";

const read = (bytes: Uint8Array, names = ["a", "b"], limit = 1000) =>
  readNpz(memorySource(bytes, "file.npz"), { names, limit });
const good = await zip({
  "a.npy": npy([3, 4], ramp(12)),
  "b.npy": npy([5], ramp(5)),
  "c.npy": npy([2], ramp(16), "<f8"),
});

Deno.test("readNpz() reads arrays of bytes and passes over others", async () => {
  const found = await read(good);
  assert.deepEqual(found.get("a")?.shape, [3, 4]);
  assert.deepEqual([...found.get("a")!.data], [...ramp(12)]);
  assert.deepEqual(found.get("b")?.shape, [5]);
  assert.equal(found.has("c"), false);
});

Deno.test("readNpz() refuses what it cannot take", async () => {
  await assert.rejects(read(ascii("no archive")), /file\.npz as a zip archive/);
  await assert.rejects(read(good.slice(0, 200)), /file\.npz as a zip archive/);
  await assert.rejects(read(good, ["a", "z"]), /no array z/);
  await assert.rejects(read(good, ["c"]), /type is '<f8', expected unsigned bytes/);
  await assert.rejects(read(good, ["a"], 11), /shape \[3,4\] is larger than the 11 bytes/);
  const cases: [RegExp, Uint8Array][] = [
    [/magic is wrong/, ascii("\x93NUMPX\x01\x00")],
    [/ends 8 bytes early/, new Uint8Array()],
    [/version is 9/, ascii("\x93NUMPY\x09\x00v\x00")],
    [/header claims 65535 bytes/, ascii("\x93NUMPY\x01\x00\xff\xff")],
    [/not what NumPy writes/, ascii("\x93NUMPY\x01\x00\x02\x00{}")],
    [/Fortran order/, npy([2], ramp(2)).map((b, i, all) => order(b, i, all))],
    [/ends 3 bytes early/, npy([5], ramp(2))],
    [/longer than its shape says/, npy([5], ramp(6))],
    [/larger than/, npy([99999999, 99999999, 99999999], ramp(6))],
  ];
  for (const [why, bytes] of cases) {
    await assert.rejects(read(await zip({ "a.npy": bytes }), ["a"]), why);
  }
});

/** False becomes True, padded. */
function order(byte: number, i: number, all: Uint8Array): number {
  const at = new TextDecoder().decode(all).replace(/^./, "x").indexOf("False");
  const text = " True";
  return i >= at && i < at + 5 ? text.charCodeAt(i - at) : byte;
}

Deno.test("readNpz() withstands damaged files", async () => {
  const plain = join(good); // also damage an archive through its entries
  const refused = await fuzz([good, plain], 1500, (bytes) => read(bytes));
  assert(refused > 300, `${refused}`);
});

Deno.test("readNpz() withstands damaged arrays", async () => {
  const refused = await fuzz([npy([3, 4], ramp(12))], 500, async (bytes) => {
    await read(await zip({ "a.npy": bytes }), ["a"]);
  });
  assert(refused > 200, `${refused}`);
});
