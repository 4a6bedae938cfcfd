import assert from "node:assert/strict";
import { memorySource } from "../../../datasets/formats/byte_source.ts";
import { readPickle } from "../../../datasets/formats/pickle.ts";
import { decodeIntegers, NumpyArray } from "../../../datasets/formats/pickle_values.ts";
import { ascii, fuzz, join, pickles, ramp, words } from "../samples.ts";

const read = (bytes: Uint8Array) => readPickle(memorySource(bytes, "batch"));
const two = (...rest: ArrayLike<number>[]) => read(join([0x80, 2], ...rest));

for (const protocol of [2, 3, 4, 5] as const) {
  Deno.test(`readPickle() reads arrays and lists of protocol ${protocol}`, () => {
    const batch = read(pickles[protocol]);
    assert(batch instanceof Map);
    assert.deepEqual(batch.get("labels"), [1, 1000]);
    const data = batch.get("data");
    assert(data instanceof NumpyArray && data.content);
    assert.deepEqual(data.content.shape, [2, 12]);
    assert.equal(data.content.dtype.code, "u1");
    assert.deepEqual([...data.content.data.read()], [...ramp(24)]);
    assert.deepEqual([...data.content.data.read(5, 2)], [5, 6]);
    const mean = batch.get("mean");
    assert(mean instanceof NumpyArray && mean.content?.dtype.code === "f8");
  });
}

Deno.test("readPickle() reads names as Python 2 wrote them", () => {
  // {b"labels": [3], b"data": ndarray(b"\x05\x06")}
  const batch = two(
    ascii("}(U\x06labels]K\x03aU\x04datacnumpy.core.multiarray\n_reconstruct\n"),
    ascii("cnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02u1"),
    ascii("K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"),
    ascii("U\x02\x05\x06tbu."),
  );
  assert(batch instanceof Map);
  assert.deepEqual(batch.get("labels"), [3]);
  const data = batch.get("data");
  assert(data instanceof NumpyArray);
  assert.deepEqual([...data.content!.data.read()], [5, 6]);
});

Deno.test("readPickle() runs no code", () => {
  const cases: [string, Uint8Array][] = [
    ["os.system", ascii("cos\nsystem\nU\x02id\x85R.")],
    ["builtins.eval", ascii("\x8c\x08builtins\x8c\x04eval\x93.")],
    ["numpy.load", ascii("cnumpy\nload\n.")],
    ["numpy.core.multiarray.fromfile", ascii("cnumpy.core.multiarray\nfromfile\n.")],
    ["0x69 \\('i'\\)", ascii("(ios\nsystem\n.")],
    ["0x6f \\('o'\\)", ascii("(K\x01o.")],
    ["0x81", ascii("\x81.")], // NEWOBJ
    ["0x82", ascii("\x82\x01.")], // EXT1
    ["0x51 \\('Q'\\)", ascii("Q.")], // BINPERSID
    ["0x97", ascii("\x97.")], // NEXT_BUFFER
  ];
  for (const [what, bytes] of cases) {
    assert.throws(() => two(bytes), new RegExp(`Cannot read batch.*${what}.*refused`), what);
  }
});

Deno.test("readPickle() refuses what only looks like data", () => {
  const cases: [RegExp, Uint8Array][] = [
    [/cut off/, ascii("}")],
    [/cut off/, ascii("X\xff\xff\x00\x00ab.")],
    [/4294967295 bytes at 7 but has/, join(ascii("B"), words(0xffffffff), ascii("a."))],
    [/a text of 4294967295 bytes/, join(ascii("X"), words(0xffffffff), ascii("a."))],
    [/lacks its operand/, ascii(".")],
    [/lacks its operand/, ascii("(.")],
    [/a mark is missing/, ascii("K\x01t.")],
    [/appended to what is no list/, ascii("}K\x01a.")],
    [/no dictionary/, ascii("]K\x01K\x02s.")],
    [/slot 7 of its memory is empty/, ascii("h\x07.")],
    [/calls what is no function/, ascii("K\x01)R.")],
    [/which makes no value/, ascii("cnumpy\nndarray\n)R.")],
    [/the type 'O8', not numbers/, ascii("cnumpy\ndtype\nU\x02O8\x85R.")],
    [/more than 64 bits/, join([0x8a, 9], ramp(9), ascii("."))],
    [/not UTF-8/, ascii("X\x01\x00\x00\x00\xff.")],
    [/protocol is newer/, ascii("\x80\x09.")],
    [/state is given to what takes none/, ascii("])b.")],
  ];
  for (const [why, bytes] of cases) assert.throws(() => two(bytes), why);
});

Deno.test("readPickle() refuses an array whose shape does not fit its bytes", () => {
  const bytes = Uint8Array.from(pickles[3]);
  const shape = bytes.findIndex((b, i) => b === 0x4b && bytes[i + 1] === 12);
  bytes[shape + 1] = 13;
  assert.throws(() => read(bytes), /shape \[2,13\] and type u1 has 24 bytes/);
});

Deno.test("readPickle() stops at objects that would take much memory", () => {
  for (const code of [0x29, 0x5d, 0x7d]) { // empty tuples, lists, dictionaries
    const bytes = new Uint8Array(9_000_000).fill(code);
    assert.throws(() => read(bytes), /its objects take more than 134217728 bytes/);
  }
});

Deno.test("readPickle() makes no more bytes of a text than the file has", () => {
  const text = ascii("x".repeat(1000));
  const encode = (times: number) =>
    join(
      ascii("\x80\x02c_codecs\nencode\nq\x00X"),
      words(text.length),
      text,
      ascii("q\x01X"),
      words(6),
      ascii("latin1q\x02]("),
      ...new Array<Uint8Array>(times).fill(ascii("h\x00h\x01h\x02\x86R")),
      ascii("e."),
    );
  assert.equal((read(encode(1)) as unknown[]).length, 1);
  assert.throws(() => read(encode(2)), /makes more bytes of its texts than it has itself/);
});

Deno.test("readPickle() withstands damaged files", async () => {
  const refused = await fuzz(Object.values(pickles), 4000, (bytes) => read(bytes));
  assert(refused > 1000, `${refused}`);
});

Deno.test("decodeIntegers() reads every width and sign", () => {
  const dtype = (code: string) => ({ code, size: Number(code.slice(1)) });
  const bytes = Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255);
  assert.deepEqual(decodeIntegers(dtype("i8"), bytes), [-1]);
  assert.deepEqual(decodeIntegers(dtype("u4"), bytes), [0xffffffff, 0xffffffff]);
  assert.deepEqual(decodeIntegers(dtype("i2"), bytes), [-1, -1, -1, -1]);
  assert.deepEqual(decodeIntegers(dtype("u1"), bytes.subarray(6)), [255, 255]);
  assert.equal(decodeIntegers(dtype("f4"), bytes), undefined);
});
