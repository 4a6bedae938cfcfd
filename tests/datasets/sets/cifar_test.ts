import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { openDataset } from "../../../datasets/sets/open_dataset_deno.ts";

const names = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat("test_batch.bin");

/** Writes a small CIFAR-10: three records a file, label = record + file, pixels = a ramp. */
async function writeCifar10(change: (file: string, bytes: Uint8Array) => Uint8Array) {
  const parent = await Deno.makeTempDir({ prefix: "longtail-cifar-" });
  const folder = `${parent}/cifar-10-batches-bin`;
  await Deno.mkdir(folder);
  for (const [f, name] of names.entries()) {
    const bytes = new Uint8Array(3 * 3073);
    for (let r = 0; r < 3; r++) {
      bytes[r * 3073] = r + f;
      for (let i = 0; i < 3072; i++) bytes[r * 3073 + 1 + i] = (i + r + f) & 255;
    }
    await Deno.writeFile(`${folder}/${name}`, change(name, bytes));
  }
  return { parent, folder, [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }) };
}

Deno.test("openDataset() reads cifar10 from the folder and from its parent", async () => {
  await using files = await writeCifar10((_, bytes) => bytes);
  const direct = await openDataset("cifar10", { dataDir: files.folder });
  const parent = await openDataset("cifar10", { dataDir: files.parent });
  assert.equal(direct.train.images, 15);
  assert.deepEqual([...direct.train.labels!], [0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6]);
  assert.deepEqual([...direct.test.labels!], [5, 6, 7]);
  const image = await direct.train.read([4]); // file 1, record 1: planes start at 2
  assert.deepEqual([...image.subarray(0, 6)], [2, 2, 2, 3, 3, 3]);
  assert.match(direct.fingerprint, /^[0-9a-f]{64}$/);
  assert.equal(direct.fingerprint, parent.fingerprint);
});

Deno.test("openDataset() names a truncated file", async () => {
  await using files = await writeCifar10((_, bytes) => bytes.slice(0, 3073 + 7));
  await assert.rejects(openDataset("cifar10", { dataDir: files.folder }), (error) => {
    return error instanceof BadInput && /data_batch_1\.bin.*3073/.test(error.message);
  });
});

Deno.test("openDataset() names a file that was cut off at the end of a record", async () => {
  const bytes = new Uint8Array(3073 * 10_000);
  await using files = await writeCifar10((name) =>
    name === "data_batch_4.bin" ? bytes.subarray(0, -3073) : bytes
  );
  await assert.rejects(openDataset("cifar10", { dataDir: files.folder }), (error) => {
    return error instanceof BadInput &&
      /data_batch_4\.bin: it has 9999 images, expected 10000/.test(error.message);
  });
});

Deno.test("openDataset() names the file whose label is out of range", async () => {
  await using files = await writeCifar10((name, bytes) => {
    if (name === "data_batch_2.bin") bytes[3073] = 77;
    return bytes;
  });
  await assert.rejects(openDataset("cifar10", { dataDir: files.folder }), (error) => {
    return error instanceof BadInput &&
      /data_batch_2\.bin: record 1 has label 77/.test(error.message);
  });
});

Deno.test("openDataset() says which folder or file is missing", async () => {
  await using files = await writeCifar10((_, bytes) => bytes);
  await assert.rejects(openDataset("cifar10", { dataDir: `${files.parent}/none` }), (error) => {
    return error instanceof BadInput && /none: it does not exist/.test(error.message);
  });
  await assert.rejects(openDataset("cifar10"), /give --data-dir/);
  await Deno.remove(`${files.folder}/data_batch_4.bin`);
  await assert.rejects(
    openDataset("cifar10", { dataDir: files.folder }),
    /data_batch_4\.bin: there is no such/,
  );
});

Deno.test("openDataset() reads both labels of cifar100 and keeps the fine one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-cifar-" });
  try {
    const bytes = new Uint8Array(3074 * 2);
    bytes.set([19, 99], 0);
    bytes.set([3, 42], 3074);
    for (const name of ["train.bin", "test.bin"]) await Deno.writeFile(`${folder}/${name}`, bytes);
    const set = await openDataset("cifar100", { dataDir: folder });
    assert.deepEqual([...set.train.labels!], [99, 42]);
    assert.equal(set.classNames.length, 100);
    assert.equal(set.classNames[99], "worm");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openDataset() proposes the nearest name", async () => {
  await assert.rejects(
    openDataset("cifar11"),
    /There is no data set 'cifar11'; did you mean 'cifar10'/,
  );
  await assert.rejects(
    openDataset("cifar10", { dataDir: ".", size: 64 }),
    /at 64 px: it comes at 32 px/,
  );
});
