import assert from "node:assert/strict";
import { memberPath } from "../../../datasets/formats/archive.ts";
import {
  type ByteSource,
  inflated,
  memorySource,
  sourceStream,
} from "../../../datasets/formats/byte_source.ts";
import { ByteStream } from "../../../datasets/formats/byte_stream.ts";
import { readTar } from "../../../datasets/formats/tar.ts";
import { ascii, compress, fuzz, join, ramp, tar, zip } from "../samples.ts";
import { readZip } from "../../../datasets/formats/zip.ts";

async function unpackTar(bytes: Uint8Array): Promise<[string, string, string][]> {
  const members: [string, string, string][] = [];
  const stream = new ByteStream(sourceStream(memorySource(bytes, "set.tar")), "set.tar");
  for await (const { name, kind, size, open } of readTar(stream)) {
    const content = kind === "file" ? await open().take(Math.min(size, 1 << 16)) : [];
    members.push([name, kind, String.fromCharCode(...content)]);
  }
  return members;
}

Deno.test("readTar() lists files, folders and links with their content", async () => {
  const bytes = tar([
    { name: "set/", type: "5" },
    { name: "set/one.txt", data: ascii("one") },
    { name: "set/link", type: "2", link: "/etc/passwd" },
    { name: "set/two.txt", data: ascii("2".repeat(600)) },
  ]);
  assert.deepEqual(await unpackTar(bytes), [
    ["set/", "folder", ""],
    ["set/one.txt", "file", "one"],
    ["set/link", "link", ""],
    ["set/two.txt", "file", "2".repeat(600)],
  ]);
  assert.equal((await unpackTar(bytes.slice(0, -1024))).length, 4);
});

Deno.test("readTar() passes over content nobody read", async () => {
  const bytes = tar([{ name: "a", data: ramp(700) }, { name: "b", data: ascii("b") }]);
  const stream = new ByteStream(sourceStream(memorySource(bytes, "set.tar")), "set.tar");
  const names: string[] = [];
  for await (const { name } of readTar(stream)) names.push(name);
  assert.deepEqual(names, ["a", "b"]);
});

Deno.test("readTar() takes long names from pax and GNU headers", async () => {
  const long = `set/${"x".repeat(150)}`;
  const record = ` path=${long}\n`;
  const length = record.length + 3;
  const bytes = tar([
    { name: "pax", type: "x", data: ascii(`${length}${record}`) },
    { name: "short", data: ascii("1") },
    { name: "././@LongLink", type: "L", data: ascii(`${long}y\0`) },
    { name: "short", data: ascii("2") },
    { name: "after", data: ascii("3") },
  ]);
  assert.deepEqual((await unpackTar(bytes)).map(([name]) => name), [long, `${long}y`, "after"]);
});

Deno.test("readTar() refuses damaged archives", async () => {
  const good = tar([{ name: "a", data: ramp(700) }]);
  const flipped = Uint8Array.from(good);
  flipped[3] = 65;
  await assert.rejects(unpackTar(flipped), /checksum of a header is wrong/);
  await assert.rejects(unpackTar(good.slice(0, 900)), /ends \d+ bytes early/);
  const bomb = tar([{ name: "x", type: "x", data: new Uint8Array(70_000) }]);
  await assert.rejects(unpackTar(bomb), /header of 70000 bytes is too long/);
});

Deno.test("readTar() takes names in UTF-8 and no others", async () => {
  assert.deepEqual(
    (await unpackTar(tar([{ name: "caf\xc3\xa9" }]))).map(([name]) => name),
    ["café"],
  );
  await assert.rejects(unpackTar(tar([{ name: "caf\xe9" }])), /a name is not UTF-8/);
});

Deno.test("readTar() reads to the end, but not for ever", async () => {
  const good = tar([{ name: "a", data: ascii("a") }]);
  assert.equal((await unpackTar(join(good, new Uint8Array(10_240)))).length, 1);
  const endless = join(good, new Uint8Array((1 << 24) + 1));
  await assert.rejects(unpackTar(endless), /goes on for more than 16777216 bytes/);
});

Deno.test("readTar() withstands damaged archives", async () => {
  const sample = tar([
    { name: "pax", type: "x", data: ascii("20 path=set/long_name\n") },
    { name: "short", data: ascii("content") },
    { name: "b", data: ramp(900) },
  ]);
  // Correct checksums let the damage through to the fields.
  const sealed = (bytes: Uint8Array<ArrayBuffer>) => {
    const head = bytes.subarray(0, 512);
    if (head.length === 512) {
      head.set(ascii("        "), 148);
      const sum = head.reduce((a, b) => a + b, 0);
      head.set(ascii(sum.toString(8).padStart(6, "0") + "\0 "), 148);
    }
    return bytes;
  };
  const refused = await fuzz([sample], 2000, (bytes) => unpackTar(sealed(bytes)));
  assert(refused > 300, `${refused}`);
});

Deno.test("readZip() lists entries and refuses damaged content", async () => {
  const bytes = await zip({ "a/b.txt": ascii("hello"), "c.bin": ramp(5000) });
  const contents: string[] = [];
  for await (const { name, size, kind, open } of readZip(memorySource(bytes, "set.zip"))) {
    contents.push(`${name} ${kind} ${(await open().take(size)).length}`);
  }
  assert.deepEqual(contents, ["a/b.txt file 5", "c.bin file 5000"]);
  await assert.rejects(async () => {
    for await (const _ of readZip(memorySource(join(ramp(100)), "set.zip")));
  }, /Cannot read set\.zip as a zip archive/);
});

Deno.test("compressed bytes are inflated in small pieces, as they are asked for", async () => {
  const zeros = new Uint8Array(1 << 28); // 256 KiB or more when compressed
  const archives = {
    gzip: await compress(zeros, "gzip"),
    zip: await zip({ zeros }),
  };
  for (const [kind, bytes] of Object.entries(archives)) {
    assert.ok(bytes.length > 250_000);
    const own = memorySource(bytes, kind);
    let read = 0, most = 0;
    const source: ByteSource = {
      ...own,
      read(at, length) {
        read += length;
        most = Math.max(most, length);
        return own.read(at, length);
      },
    };
    let stream = new ByteStream(inflated(source, "gzip"), kind);
    if (kind === "zip") {
      await stream.cancel();
      for await (const member of readZip(source)) stream = member.open();
      read = most = 0; // a zip is listed at its end
    }
    assert.deepEqual([...await stream.take(3)], [0, 0, 0]);
    assert.ok(most <= 1 << 14, `${kind} reads ${most} bytes at once`);
    assert.ok(read <= 160_000, `${kind} reads ${read} bytes for the first three`);
    await stream.cancel();
  }
});

Deno.test("memberPath() keeps entries inside the folder", () => {
  for (
    const name of [
      "../evil",
      "a/../../evil",
      "/etc/passwd",
      "C:/windows",
      "c:evil",
      "a\\..\\evil",
      "nul\0byte",
      "line\nbreak",
      "a.png:stream",
      "a/CON",
      "nul.png/b",
      "com1",
      "a. ",
      "b./c",
      "what?.png",
      `a/${"x".repeat(5000)}`,
    ]
  ) {
    assert.throws(
      () => memberPath(name, "set.tar"),
      /Cannot unpack set\.tar: the entry .* refused/,
    );
  }
  assert.equal(memberPath("./a/./b//c.txt", "set.tar"), "a/b/c.txt");
  assert.equal(memberPath("a/..b/c...txt", "set.tar"), "a/..b/c...txt");
  assert.equal(memberPath("console/lpt10/auxin.png", "set.tar"), "console/lpt10/auxin.png");
});

Deno.test("memberPath() lets nothing out that leaves the folder", async () => {
  const samples = ["../a/b", "a/../b", "/a/b", "a/b/c.txt", "..", "./.."].map(ascii);
  await fuzz(samples, 3000, (bytes) => {
    const path = memberPath(String.fromCharCode(...bytes), "set.tar");
    const inside = new URL(path.split("/").map(encodeURIComponent).join("/"), "file:///root/x/");
    assert(inside.href.startsWith("file:///root/x/"), path);
  });
});
