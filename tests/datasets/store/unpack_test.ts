import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { RefusedFile } from "../../../core/refused_file.ts";
import { unpack } from "../../../datasets/store/unpack_deno.ts";
import { ascii, compress, ramp, tar, type TarEntry, zip } from "../samples.ts";

/** A folder, and archives in it. */
async function folderWith(archives: Record<string, Uint8Array>) {
  const root = await Deno.makeTempDir({ prefix: "longtail-unpack-" });
  for (const [name, bytes] of Object.entries(archives)) {
    await Deno.writeFile(`${root}/${name}`, bytes);
  }
  return {
    root,
    out: `${root}/out`,
    text: (path: string) => Deno.readTextFile(`${root}/out/${path}`),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const gzipped = (entries: TarEntry[]) => compress(tar(entries), "gzip");

Deno.test("unpack() unpacks tar.gz and zip", async () => {
  const big = ramp(200_000);
  await using f = await folderWith({
    "a.tar.gz": await gzipped([
      { name: "set/", type: "5" },
      { name: "set/one.txt", data: ascii("one") },
      { name: "set/deep/big.bin", data: big },
    ]),
    "b.zip": await zip({ "set2/two.txt": ascii("two"), "set2/big.bin": big }),
  });
  for (const archive of ["a.tar.gz", "b.zip"]) {
    await unpack(`${f.root}/${archive}`, { folder: f.out, limit: 1e6 });
  }
  assert.equal(await f.text("set/one.txt"), "one");
  assert.equal(await f.text("set2/two.txt"), "two");
  assert.deepEqual(await Deno.readFile(`${f.out}/set/deep/big.bin`), big);
  assert.deepEqual(await Deno.readFile(`${f.out}/set2/big.bin`), big);
});

Deno.test("unpack() goes on after an interruption", async () => {
  const big = ramp(200_000), zeros = big.slice();
  zeros.fill(0, 100_000, 120_000);
  const entries = [
    { name: "a", data: ascii("aaa") },
    { name: "b", data: ascii("bbb") },
    { name: "c", data: ascii("ccc") },
    { name: "big", data: big },
  ];
  await using f = await folderWith({ "a.tar.gz": await gzipped(entries) });
  await Deno.mkdir(f.out);
  await Deno.writeTextFile(`${f.out}/a`, "AAA"); // of the right length, but not the file
  await Deno.writeTextFile(`${f.out}/b`, "b"); // cut off
  await Deno.writeTextFile(`${f.out}/c`, "cccc"); // too long
  await Deno.writeFile(`${f.out}/big`, zeros); // has lost blocks
  await unpack(`${f.root}/a.tar.gz`, { folder: f.out, limit: 1e6 });
  assert.deepEqual([await f.text("a"), await f.text("b"), await f.text("c")], [
    "aaa",
    "bbb",
    "ccc",
  ]);
  assert.deepEqual(await Deno.readFile(`${f.out}/big`), big);
});

Deno.test("unpack() writes nothing outside its folder", async () => {
  const evil: Record<string, Uint8Array> = {
    "up.tar.gz": await gzipped([{ name: "../evil", data: ascii("x") }]),
    "absolute.tar.gz": await gzipped([{ name: "/tmp/evil", data: ascii("x") }]),
    "link.tar.gz": await gzipped([
      { name: "door", type: "2", link: ".." },
      { name: "door/evil", data: ascii("x") },
    ]),
    "hard.tar.gz": await gzipped([{ name: "door", type: "1", link: "/etc/passwd" }]),
    "device.tar.gz": await gzipped([{ name: "null", type: "3" }]),
  };
  await using f = await folderWith(evil);
  for (const name of Object.keys(evil)) {
    await assert.rejects(unpack(`${f.root}/${name}`, { folder: f.out, limit: 100 }), (error) => {
      return error instanceof BadInput && error.message.includes(name) &&
        /refused/.test(error.message);
    }, name);
  }
  const left = [...Deno.readDirSync(f.root)].map(({ name }) => name).filter((n) =>
    !n.endsWith("gz")
  );
  assert.deepEqual(left, []);
});

Deno.test("unpack() writes no zip entry outside its folder", async () => {
  const archive = await zip({ "aa/evil": ascii("x") });
  // The same length, in the entry and in the directory.
  const name = ascii("aa/evil"), other = ascii("../evil");
  for (let i = 0; i < archive.length; i++) {
    if (name.every((byte, j) => archive[i + j] === byte)) archive.set(other, i);
  }
  await using f = await folderWith({ "up.zip": archive });
  await assert.rejects(
    unpack(`${f.root}/up.zip`, { folder: f.out, limit: 100 }),
    (error) => error instanceof BadInput && /up\.zip/.test(error.message),
  );
  assert.deepEqual([...Deno.readDirSync(f.root)].map(({ name }) => name), ["up.zip"]);
});

Deno.test("unpack() stops at a bomb", async () => {
  const zeros = new Uint8Array(5_000_000);
  await using f = await folderWith({
    "a.tar.gz": await gzipped([{ name: "zeros", data: zeros }]),
    "b.zip": await zip({ zeros }),
  });
  for (const archive of ["a.tar.gz", "b.zip"]) {
    await assert.rejects(
      unpack(`${f.root}/${archive}`, { folder: f.out, limit: 1_000_000 }),
      /more than the 1000000 bytes accepted/,
    );
  }
});

Deno.test("unpack() counts what empty files take too", async () => {
  const entries = Array.from({ length: 30 }, (_, i) => ({ name: `${i}`, data: new Uint8Array() }));
  await using f = await folderWith({ "a.tar.gz": await gzipped(entries) });
  await assert.rejects(
    unpack(`${f.root}/a.tar.gz`, { folder: f.out, limit: 10_000 }),
    /more than the 10000 bytes accepted/,
  );
});

Deno.test("unpack() says in a sentence which entry cannot be written", async () => {
  const data = ascii("x"),
    long = { name: "././@LongLink", type: "L", data: ascii("x".repeat(300)) };
  const cases: [TarEntry[], RegExp][] = [
    [[{ name: "a", data }, { name: "a/b", data }], /'a\/b' cannot be written: something else has/],
    [[{ name: "a/b", data }, { name: "a", data }], /'a' cannot be written: it is a folder/],
    [[{ name: "", data }], /an entry has no name/],
    [[long, { name: "s", data }], /'x+' cannot be written: its name is too long/],
  ];
  for (const [entries, why] of cases) {
    await using f = await folderWith({ "a.tar.gz": await gzipped(entries) });
    await assert.rejects(unpack(`${f.root}/a.tar.gz`, { folder: f.out, limit: 1e6 }), (error) => {
      return error instanceof BadInput && error.message.includes("a.tar.gz") &&
        why.test(error.message);
    }, `${why}`);
  }
});

Deno.test("unpack() says in a sentence what the system refuses", async () => {
  await using f = await folderWith({
    "a.tar.gz": await gzipped([{ name: "a", data: ascii("x") }]),
  });
  await Deno.mkdir(f.out);
  await Deno.symlink("/dev/full", `${f.out}/a`);
  await assert.rejects(unpack(`${f.root}/a.tar.gz`, { folder: f.out, limit: 1e6 }), (error) => {
    return error instanceof RefusedFile &&
      error.message === `Cannot write ${f.out}/a: no space is left on the disk`;
  });
});

Deno.test("unpack() names a damaged archive", async () => {
  const good = await gzipped([{ name: "a", data: ramp(100_000) }]);
  await using f = await folderWith({
    "cut.tar.gz": good.slice(0, good.length / 2),
    "text.tar.gz": ascii("not found"),
    "text.zip": ascii("not found"),
  });
  for (const archive of ["cut.tar.gz", "text.tar.gz", "text.zip", "missing.zip"]) {
    await assert.rejects(unpack(`${f.root}/${archive}`, { folder: f.out, limit: 1e6 }), (error) => {
      return error instanceof BadInput && error.message.includes(archive);
    }, archive);
  }
});

Deno.test("unpack() refuses an archive whose checksum or length is wrong at its very end", async () => {
  const good = await gzipped([{ name: "a", data: ramp(100_000) }]);
  for (const at of [-8, -4]) {
    const bad = Uint8Array.from(good);
    bad[bad.length + at]! ^= 1;
    await using f = await folderWith({ "a.tar.gz": bad });
    await assert.rejects(
      unpack(`${f.root}/a.tar.gz`, { folder: f.out, limit: 1e6 }),
      (error) => error instanceof BadInput && /a\.tar\.gz.*damaged/.test(error.message),
    );
  }
});
