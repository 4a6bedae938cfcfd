import assert from "node:assert/strict";
import { decodeSafetensors, encodeSafetensors } from "../../core/safetensors.ts";

/** A file of a header's text and so many bytes for tensors. */
function file(header: string | object, body: Uint8Array | number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const tail = typeof body === "number" ? new Uint8Array(body) : body;
  const bytes = new Uint8Array(8 + text.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(tail, 8 + text.length);
  return bytes;
}

const at = (begin: number, end: number, dtype = "U8") => ({
  dtype,
  shape: [end - begin],
  data_offsets: [begin, end],
});

function refused(bytes: Uint8Array, says: RegExp): void {
  assert.throws(() => decodeSafetensors(bytes, "x"), { name: "SyntaxError", message: says });
}

Deno.test("decodeSafetensors() reads what encodeSafetensors() wrote, whatever the names", () => {
  const tensors = new Map(
    [
      ["b", { dtype: "F32", shape: [2, 1], data: Float32Array.of(1, -2) }],
      ['a "quoted\\', { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ["__proto__", { dtype: "I32", shape: [], data: Int32Array.of(-7) }],
      ["empty", { dtype: "U32", shape: [0], data: new Uint32Array() }],
    ] as const,
  );
  const metadata = { format: "x", constructor: "y" };
  const read = decodeSafetensors(encodeSafetensors(tensors, metadata), "x");
  assert.deepEqual(new Map(read.tensors), new Map(tensors));
  assert.deepEqual(read.metadata, metadata);
});

Deno.test("decodeSafetensors() refuses files whose tensors do not fill them", () => {
  assert.ok(decodeSafetensors(file({ a: at(0, 4), b: at(4, 8) }, 8), "x"));
  refused(file({ a: at(0, 5), b: at(4, 8) }, 8), /'b' lies at 4\.\.8, over what ends at 5/);
  refused(file({ a: at(0, 4), b: at(0, 4) }, 4), /'b' lies at 0\.\.4, over what ends at 4/);
  refused(file({ a: at(0, 3), b: at(4, 8) }, 8), /nothing lies at 3\.\.4, before tensor 'b'/);
  refused(file({ a: at(0, 4) }, 5), /1 bytes lie behind its last tensor/);
  refused(file({}, 1), /1 bytes lie behind its last tensor/);
  refused(file({ a: at(0, 9) }, 8), /'a' lies at 0\.\.9, but the file has 8 bytes for tensors/);
});

Deno.test("decodeSafetensors() refuses two tensors of one name, however the name is written", () => {
  const a = JSON.stringify(at(0, 4)), b = JSON.stringify(at(4, 8));
  refused(file(`{"a":${a},"a":${b}}`, 8), /two tensors 'a'/);
  refused(file(`{"a":${a},"\\u0061":${a}}`, 4), /two tensors 'a'/);
  refused(file(`{"__metadata__":{},"a":${a},"__metadata__":{}}`, 4), /two tensors '__metadata__'/);
  // The same keys inside of two tensors are none.
  assert.equal(decodeSafetensors(file(`{"a":${a},"b":${b}}`, 8), "x").tensors.size, 2);
});

Deno.test("decodeSafetensors() refuses headers that do not hold together", () => {
  refused(new Uint8Array(7), /7 bytes are less than its header's length/);
  refused(file("{", 0), /not JSON/);
  refused(file("[]", 0), /not an object/);
  refused(file({ __metadata__: { a: 1 } }, 0), /metadata is not a map of strings/);
  refused(file({ a: null }, 0), /'a' has no type/);
  refused(file({ a: { ...at(0, 4), shape: [-1] } }, 4), /'a' has no shape/);
  refused(file({ a: { ...at(0, 4), data_offsets: [0] } }, 4), /'a' has no offsets/);
  refused(file({ a: { ...at(0, 4), shape: [5] } }, 4), /needs 5 bytes/);
  refused(file({ a: at(0, 4, "constructor") }, 4), /has type constructor, not one of F32/);
  const long = file({}, 0);
  new DataView(long.buffer).setBigUint64(0, 2n ** 60n, true);
  refused(long, /more than the 10000000 that are allowed/);
});

Deno.test("decodeSafetensors() converts other floats to F32 where asked to, and refuses them else", () => {
  const bytes = new Uint8Array(8 + 8 + 16), view = new DataView(bytes.buffer);
  // 1, −2, the smallest half, infinity; 1, −2, 3.140625, 0 as upper halves of singles; two doubles.
  [0x3c00, 0xc000, 0x0001, 0x7c00].forEach((bits, i) => view.setUint16(2 * i, bits, true));
  [0x3f80, 0xc000, 0x4049, 0].forEach((bits, i) => view.setUint16(8 + 2 * i, bits, true));
  [0.1, -1e300].forEach((value, i) => view.setFloat64(16 + 8 * i, value, true));
  const all = file({
    half: { dtype: "F16", shape: [4], data_offsets: [0, 8] },
    brain: { dtype: "BF16", shape: [4], data_offsets: [8, 16] },
    double: { dtype: "F64", shape: [2], data_offsets: [16, 32] },
  }, bytes);
  refused(all, /has type F16, not one of F32, I32, U32, U8/);
  const { tensors } = decodeSafetensors(all, "x", { convert: true });
  assert.deepEqual([...tensors.get("half")!.data], [1, -2, 2 ** -24, Infinity]);
  assert.deepEqual([...tensors.get("brain")!.data], [1, -2, 3.140625, 0]);
  assert.deepEqual([...tensors.get("double")!.data], [Math.fround(0.1), -Infinity]);
  assert.deepEqual([...tensors.values()].map(({ dtype }) => dtype), ["F32", "F32", "F32"]);
});
