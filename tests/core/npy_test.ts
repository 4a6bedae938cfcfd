import assert from "node:assert/strict";
import { decodeNpy, encodeNpy } from "../../core/npy.ts";

Deno.test("encodeNpy() writes what NumPy writes", () => {
  const bytes = encodeNpy({ shape: [3, 10], data: new Float64Array(30).fill(0.5) });
  assert.equal(bytes.length, 128 + 240);
  const header = String.fromCharCode(...bytes.subarray(0, 128));
  assert.ok(header.startsWith("\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, "));
  assert.ok(header.includes("'shape': (3, 10), }") && header.endsWith(" \n"));
});

Deno.test("decodeNpy() reads back vectors, scalars and arrays without elements", () => {
  for (const shape of [[2], [], [0, 4]]) {
    const size = shape.reduce((a, b) => a * b, 1);
    const array = { shape, data: new Float32Array(size).fill(1.5) };
    assert.deepEqual(decodeNpy(encodeNpy(array), "x"), array);
  }
});

Deno.test("decodeNpy() refuses what is cut, of another type, or longer than it says", () => {
  const good = encodeNpy({ shape: [2], data: Float32Array.of(1, 2) });
  const refused = (bytes: Uint8Array, why: RegExp) =>
    assert.throws(
      () => decodeNpy(bytes, "x.npy"),
      (e) => e instanceof SyntaxError && why.test(e.message),
    );
  for (const length of [0, 7, 9, 60, good.length - 1]) refused(good.subarray(0, length), /x\.npy/);
  const other = good.slice();
  other[22] = "i".charCodeAt(0);
  refused(other, /floats in C order/);
  refused(Uint8Array.of(...good, 0), /does not fit/);
});
