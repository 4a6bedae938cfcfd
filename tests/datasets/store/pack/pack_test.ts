import assert from "node:assert/strict";
import { BadInput } from "../../../../core/bad_input.ts";
import { RefusedFile } from "../../../../core/refused_file.ts";
import { memorySource } from "../../../../datasets/formats/byte_source.ts";
import { memoryDataset } from "../../../../datasets/images/memory_dataset.ts";
import { readPack } from "../../../../datasets/store/pack/pack.ts";
import { packImages } from "../../../../datasets/store/pack/pack_images_deno.ts";
import type { PackPlan, Produced } from "../../../../datasets/store/pack/pack_plan.ts";
import { openPack } from "../../../../datasets/store/pack/pack_reader_deno.ts";
import { fuzz, join, ramp } from "../../samples.ts";

const EACH = 2 * 2 * 3;
const key = "ab".repeat(32);
const images = (count: number, from: number) => ramp(count * EACH, from);

/** Plans five train, two test and three unlabeled images; some may be corrupt. */
function plan(corrupt: Record<string, number[]> = {}): PackPlan {
  const part = (name: "train" | "test" | "unlabeled", labels: number[] | null, count: number) => ({
    name,
    images: count,
    labels: labels && Int32Array.from(labels),
    *produce(from: number): Generator<Produced> {
      for (let i = from; i < count; i++) {
        yield corrupt[name]?.includes(i)
          ? { corrupt: `Cannot read ${name}/${i}.png as an image: it is cut off` }
          : { bytes: images(count, name.length).subarray(i * EACH, (i + 1) * EACH) };
      }
    },
  });
  return {
    name: "tiny",
    size: 2,
    classNames: ["a", "b", "c"],
    mean: [0.5, 0.4, 0.3],
    key,
    // Parts are stored in their own order, whatever the plan's.
    parts: [part("unlabeled", null, 3), part("test", [2, 0], 2), part("train", [0, 1, 2, 1, 0], 5)],
  };
}

async function scratch() {
  const folder = await Deno.makeTempDir({ prefix: "longtail-pack-" });
  return {
    path: `${folder}/tiny-2.pack`,
    files: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

for (const memory of [undefined, 70, 0]) {
  Deno.test(`openPack() gives back what was packed, with ${memory ?? "enough"} memory`, async () => {
    await using s = await scratch();
    assert.deepEqual(await packImages(s.path, plan()), {
      images: { train: 5, test: 2, unlabeled: 3 },
      skipped: [],
      notes: [],
    });
    assert.deepEqual(s.files(), ["tiny-2.pack"]);
    const set = await openPack(s.path, { memory });
    assert.deepEqual([...set.train.labels!], [0, 1, 2, 1, 0]);
    assert.equal(set.unlabeled?.labels, null);
    assert.deepEqual(set.mean, [0.5, 0.4, 0.3]);
    assert.equal("std" in set, false);
    assert.equal(set.train.bytes !== undefined, memory !== 0);
    assert.equal(set.unlabeled?.bytes !== undefined, memory === undefined);
    const read = await set.train.read([4, 0, 1, 2, 0]);
    assert.deepEqual([...read].filter((_, i) => i % EACH === 0), [53, 5, 17, 29, 5]);
    assert.deepEqual([...await set.unlabeled!.read([2])], [...images(3, 9).subarray(2 * EACH)]);
    assert.equal((await set.train.read([])).length, 0);
    assert.throws(() => set.train.read([5]), RangeError);
    assert.throws(() => set.train.read([3, 4, 5]), RangeError);
    assert.throws(() => set.train.read([-1]), RangeError);
  });
}

Deno.test("a packed store has the fingerprint of the same images in memory", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  const memory = await memoryDataset({
    name: "other name",
    classNames: ["a", "b", "c"],
    size: 2,
    train: { bytes: images(5, 5), labels: [0, 1, 2, 1, 0] },
    test: { bytes: images(2, 4), labels: [2, 0] },
    unlabeled: { bytes: images(3, 9) },
  });
  assert.equal((await openPack(s.path)).fingerprint, memory.fingerprint);
});

Deno.test("packImages() stops at a corrupt image and goes on from there", async () => {
  await using s = await scratch();
  await assert.rejects(packImages(s.path, plan({ test: [1] })), (error) => {
    return error instanceof BadInput && /test\/1\.png.*repair or remove/.test(error.message);
  });
  assert.deepEqual(s.files(), ["tiny-2.pack.journal", "tiny-2.pack.partial"]);
  const seen: string[] = [];
  await packImages(s.path, plan(), {
    onProgress: ({ what, done, total }) => seen.push(`${what} ${done}/${total}`),
  });
  assert.deepEqual(seen, ["test 2/2", "unlabeled 1/3", "unlabeled 2/3", "unlabeled 3/3"]);
  await using fresh = await scratch();
  await packImages(fresh.path, plan());
  assert.deepEqual(await Deno.readFile(s.path), await Deno.readFile(fresh.path));
});

Deno.test("packImages() leaves out corrupt images and their labels when asked to", async () => {
  const corrupt = { train: [0, 3, 4], unlabeled: [1] };
  await using s = await scratch();
  const done = await packImages(s.path, plan(corrupt), { skipCorrupt: true });
  assert.deepEqual(done.images, { train: 2, test: 2, unlabeled: 2 });
  assert.equal(done.skipped.length, 4);
  assert.match(done.skipped[1]!, /train\/3\.png/);
  assert.deepEqual(s.files(), ["tiny-2.pack"]);
  const set = await openPack(s.path);
  assert.deepEqual([...set.train.labels!], [1, 2]);
  assert.deepEqual([...set.train.bytes!].filter((_, i) => i % EACH === 0), [17, 29]);
  const again = await packImages(s.path, plan(corrupt), { skipCorrupt: true });
  assert.deepEqual(again, done);
  await assert.rejects(packImages(s.path, plan(corrupt)), /train\/0\.png/);
});

Deno.test("packImages() makes no store without an image to train or to evaluate on", async () => {
  for (const corrupt of [{ train: [0, 1, 2, 3, 4] }, { test: [0, 1] }]) {
    await using s = await scratch();
    const [part] = Object.keys(corrupt);
    await assert.rejects(packImages(s.path, plan(corrupt), { skipCorrupt: true }), (error) => {
      return error instanceof BadInput &&
        error.message.includes(`no image of part '${part}' can be read`);
    });
    assert.deepEqual(s.files(), []);
  }
});

Deno.test("packImages() mends a store of which an image is damaged", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  const bytes = await Deno.readFile(s.path);
  const damaged = Uint8Array.from(bytes);
  damaged[64 + 5]! ^= 1;
  await Deno.writeFile(s.path, damaged);
  await packImages(s.path, plan());
  assert.deepEqual(await Deno.readFile(s.path), bytes);
});

Deno.test("packImages() says before the work where it cannot write", async () => {
  for (const end of ["", ".partial", ".journal"]) {
    await using s = await scratch();
    await Deno.mkdir(`${s.path}${end}`);
    let made = 0;
    await assert.rejects(packImages(s.path, plan(), { onProgress: () => made++ }), (error) => {
      return error instanceof BadInput &&
        error.message.startsWith(`Cannot write ${s.path}${end}: there is a folder of that name`);
    });
    assert.equal(made, 0);
  }
  await assert.rejects(
    packImages("/dev/null/tiny-2.pack", plan()),
    (error) =>
      error instanceof BadInput &&
      error.message ===
        "Cannot write /dev/null/tiny-2.pack.partial: a part of its path is a file",
  );
});

Deno.test("packImages() says in a sentence that the disk is full, and goes on later", async () => {
  await using s = await scratch();
  await Deno.symlink("/dev/full", `${s.path}.partial`);
  await assert.rejects(packImages(s.path, plan()), (error) => {
    return error instanceof RefusedFile &&
      error.message === `Cannot write ${s.path}.partial: no space is left on the disk`;
  });
  await Deno.remove(`${s.path}.partial`);
  await packImages(s.path, plan());
  assert.deepEqual(s.files(), ["tiny-2.pack"]);
});

Deno.test("packImages() interrupted anywhere gives the same store", async () => {
  const corrupt = { train: [0, 3, 4], unlabeled: [1] };
  await using fresh = await scratch();
  await packImages(fresh.path, plan(corrupt), { skipCorrupt: true });
  const expected = await Deno.readFile(fresh.path);
  for (let stop = 1; stop <= 10; stop++) {
    for (const torn of [0, 5, 20]) {
      await using s = await scratch();
      let left = stop;
      const signal = { throwIfAborted: () => void (left-- || raise()) } as AbortSignal;
      const work = packImages(s.path, plan(corrupt), { skipCorrupt: true, signal });
      await assert.rejects(work, /pulled the plug/).catch((error) => {
        if (stop < 10) throw error;
      });
      if (s.files().includes("tiny-2.pack.partial")) {
        // A machine that lost power may have lost the end of what it wrote.
        const { size } = await Deno.stat(`${s.path}.partial`);
        await Deno.truncate(`${s.path}.partial`, Math.max(0, size - torn));
      }
      await packImages(s.path, plan(corrupt), { skipCorrupt: true });
      assert.deepEqual(await Deno.readFile(s.path), expected, `stopped at ${stop}, torn ${torn}`);
    }
  }
});

function raise(): never {
  throw new Error("pulled the plug");
}

Deno.test("packImages() makes a store again when its sources changed or it is damaged", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  let made = 0;
  const counting = { onProgress: () => made++ };
  await packImages(s.path, plan(), counting);
  assert.equal(made, 0);
  await packImages(s.path, { ...plan(), key: "cd".repeat(32) }, counting);
  assert.equal(made, 10);
  const bytes = await Deno.readFile(s.path);
  await Deno.writeFile(s.path, bytes.slice(0, -1));
  await packImages(s.path, { ...plan(), key: "cd".repeat(32) }, counting);
  assert.equal(made, 20);
  assert.deepEqual(await Deno.readFile(s.path), bytes);
});

Deno.test("packImages() makes a store again when a label, a class or a constant changed", async () => {
  await using s = await scratch();
  const first = plan();
  const relabeled = {
    ...first,
    parts: first.parts.map((part) =>
      part.name === "test" ? { ...part, labels: Int32Array.of(2, 1) } : part
    ),
  };
  const renamed = { ...first, classNames: ["a", "b", "d"] };
  for (const changed of [first, relabeled, renamed, { ...first, mean: [0.1, 0.2, 0.3] as const }]) {
    let made = 0;
    await packImages(s.path, changed, { onProgress: () => made++ });
    assert.equal(made, 10);
    const { classNames, test, mean } = await openPack(s.path);
    assert.deepEqual(classNames, changed.classNames);
    assert.deepEqual(test.labels, changed.parts[1]!.labels);
    assert.deepEqual(mean, changed.mean);
  }
});

Deno.test("packImages() keeps of an unfinished store only what its journal vouches for", async () => {
  await using fresh = await scratch();
  await packImages(fresh.path, plan());
  const expected = await Deno.readFile(fresh.path);
  const unfinished = async (s: { readonly path: string }) =>
    await assert.rejects(packImages(s.path, plan({ unlabeled: [2] })), /unlabeled\/2/);
  const lost: readonly ((partial: Uint8Array, journal: Uint8Array) => void)[] = [
    (partial) => partial.fill(0, 64 + 3 * EACH), // blocks that were never written
    (partial) => partial[64 + 2]! ^= 1,
    (_, journal) => journal.fill(0, journal.length >> 1),
    (_, journal) => journal.fill(0),
    (partial, journal) => [partial, journal].forEach((bytes) => bytes.fill(0, 64)),
  ];
  for (const [i, lose] of lost.entries()) {
    await using s = await scratch();
    await unfinished(s);
    const [partial, journal] = [`${s.path}.partial`, `${s.path}.journal`];
    const bytes = [await Deno.readFile(partial), await Deno.readFile(journal)] as const;
    lose(...bytes);
    await Deno.writeFile(partial, bytes[0]);
    await Deno.writeFile(journal, bytes[1]);
    await packImages(s.path, plan());
    assert.deepEqual(await Deno.readFile(s.path), expected, `loss ${i}`);
    assert.deepEqual(s.files(), ["tiny-2.pack"]);
  }
  await using s = await scratch();
  await Deno.writeTextFile(`${s.path}.journal`, "of something else");
  await packImages(s.path, plan());
  assert.deepEqual(await Deno.readFile(s.path), expected);
});

Deno.test("packImages() does not take up what was made of other sources", async () => {
  await using s = await scratch();
  await assert.rejects(packImages(s.path, plan({ unlabeled: [2] })), /unlabeled\/2/);
  let made = 0;
  const other = { ...plan(), key: "cd".repeat(32) };
  await packImages(s.path, other, { onProgress: () => made++ });
  assert.equal(made, 10);
});

Deno.test("openPack() notices any damaged byte", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  const bytes = await Deno.readFile(s.path);
  for (let at = 64; at < bytes.length; at += 7) {
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 4;
    await Deno.writeFile(s.path, damaged);
    for (const memory of [0, 1000]) {
      await assert.rejects(
        async () => {
          const set = await openPack(s.path, { memory });
          await set.train.read([0, 1, 2, 3, 4]);
          await set.test.read([0, 1]);
          await set.unlabeled!.read([0, 1, 2]);
        },
        (error) => error instanceof BadInput && error.message.includes(s.path),
        `byte ${at}`,
      );
    }
  }
  await Deno.writeFile(s.path, bytes.slice(0, 100));
  await assert.rejects(openPack(s.path), /its magic is wrong|its end is missing/);
  await assert.rejects(openPack(`${s.path}.none`), /no such file/);
});

Deno.test("readPack() withstands damaged stores", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  const bytes = await Deno.readFile(s.path);
  const refused = await fuzz([bytes], 2000, (damaged) => readPack(memorySource(damaged, "file")));
  assert(refused > 1000, `${refused}`);
});

Deno.test("readPack() withstands an index that is sealed but lies", async () => {
  await using s = await scratch();
  await packImages(s.path, plan());
  const bytes = await Deno.readFile(s.path);
  const end = bytes.length - 48;
  const length = Number(new DataView(bytes.buffer).getBigUint64(end, true));
  const refused = await fuzz([bytes.slice(end - length, end)], 2000, async (index) => {
    const trailer = new Uint8Array(48);
    new DataView(trailer.buffer).setBigUint64(0, BigInt(index.length), true);
    trailer.set(new Uint8Array(await crypto.subtle.digest("SHA-256", index)), 8);
    trailer.set(new TextEncoder().encode("pack end"), 40);
    const whole = join(bytes.subarray(0, end - length), index, trailer);
    return await readPack(memorySource(whole, "file"));
  });
  assert(refused > 1500, `${refused}`);
});
