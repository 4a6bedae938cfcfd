import assert from "node:assert/strict";
import { setInfos } from "../../../../datasets/sets/set_info.ts";
import type { LabelPool } from "../../../../datasets/split/label_pool.ts";
import { makeSplit, resolveSplit } from "../../../../datasets/split/protocols/make_split.ts";

/** A pool of `sizes[c]` images of class c and some that have no label. */
function pool(name: string, sizes: readonly number[], unknown = 0): LabelPool {
  const labels = sizes.flatMap((n, c) => new Array<number>(n).fill(c));
  return {
    name,
    fingerprint: "f00d",
    classes: sizes.length,
    naturalTail: setInfos[name]?.naturalTail ?? false,
    labels: [...labels, ...new Array<number>(unknown).fill(-1)],
    testLabels: sizes.map((_, c) => c),
  };
}

Deno.test("a folder with unlabeled images keeps all its labels and its own tail", () => {
  const split = makeSplit(pool("folder", [12, 5, 1], 20), {});
  assert.deepEqual(split.counts.labeled, [12, 5, 1]);
  assert.deepEqual([...split.unlabeled], Array.from({ length: 20 }, (_, i) => 18 + i));
  assert.equal(split.counts.unlabeled, null);
});

Deno.test("a folder without unlabeled images has a tenth of each class labeled, at least one", () => {
  const split = makeSplit(pool("folder", [100, 12, 1]), {});
  assert.deepEqual(split.counts.labeled, [10, 1, 1]);
  assert.deepEqual(split.counts.unlabeled, [90, 11, 0]);
});

Deno.test("a folder of one image a class can be split", () => {
  for (const unknown of [0, 1]) {
    const split = makeSplit(pool("folder", [1, 1], unknown), {});
    assert.deepEqual(split.counts.labeled, [1, 1]);
    assert.equal(split.unlabeled.length, unknown);
  }
});

Deno.test("a folder is cut to a tail where one is asked for", () => {
  const tail = makeSplit(pool("folder", [100, 100, 100]), { labeledMax: 20, gammaLabeled: 4 });
  assert.deepEqual(tail.counts.labeled, [20, 10, 5]);
  const cut = makeSplit(pool("folder", [100, 100, 100], 9), { gammaLabeled: 9 });
  assert.deepEqual(cut.counts.labeled, [90, 30, 10]);
  assert.equal(cut.unlabeled.length, 9);
});

Deno.test("resolveSplit() labels a tenth of small-ImageNet-127 and all of Semi-Aves", () => {
  assert.equal(resolveSplit(pool("imagenet127", [30, 20]), {}).labeledShare, 0.1);
  assert.equal(resolveSplit(pool("semi-aves", [30, 20], 9), {}).labeledShare, 1);
  assert.equal(
    resolveSplit(pool("semi-aves", [30, 20], 9), { labeledShare: 0.5 }).labeledShare,
    0.5,
  );
});

Deno.test("resolveSplit() cuts STL-10 to a tail and takes its unlabeled images as they are", () => {
  const options = resolveSplit(pool("stl10", new Array<number>(10).fill(500), 1000), {});
  assert.deepEqual([options.labeledMax, options.labeledShare], [450, null]);
  assert.equal(options.unlabeled, "unknown");
});

Deno.test("resolveSplit() leaves as many unlabeled images as a larger N1 and validation do", () => {
  const of = (given: Parameters<typeof resolveSplit>[1]) =>
    resolveSplit(pool("toy", [100, 100]), given).unlabeledMax;
  assert.equal(of({}), 80);
  assert.equal(of({ labeledMax: 30 }), 70);
  assert.equal(of({ labeledMax: 30, valid: 20 }), 60);
  assert.equal(of({ labeledMax: 100 }), 0);
});
