import assert from "node:assert/strict";
import { UNLABELED_SHAPES } from "../../../../datasets/split/long_tail.ts";
import { free } from "../../../../datasets/split/protocols/free.ts";
import { makeSplit, resolveSplit } from "../../../../datasets/split/protocols/make_split.ts";
import type { SplitOptions } from "../../../../datasets/split/split.ts";
import type { LabelPool } from "../../../../datasets/split/label_pool.ts";

function pool({ classes = 10, each = 100, unknown = 0 } = {}): LabelPool {
  const known = classes * each;
  return {
    name: "toy",
    fingerprint: "f00d",
    classes,
    labels: Int32Array.from({ length: known + unknown }, (_, i) => i < known ? i % classes : -1),
    testLabels: Int32Array.from({ length: classes * 2 }, (_, i) => i % classes),
  };
}

const options = { labeledMax: 20, gammaLabeled: 10, unlabeledMax: 70, gammaUnlabeled: 7, seed: 3 };

Deno.test("free gives the promised counts, disjoint, for every shape", () => {
  for (const unlabeled of UNLABELED_SHAPES) {
    const counts = unlabeled === "counts"
      ? { unlabeledCounts: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }
      : {};
    const split = makeSplit(pool(), { ...options, unlabeled, ...counts });
    assert.equal(split.counts.labeled[0], 20);
    assert.equal(split.counts.labeled[9], 2);
    assert.equal(split.labeled.length, split.counts.labeled.reduce((a, b) => a + b));
    const all = [...split.labeled, ...split.unlabeled, ...split.holdout];
    assert.equal(new Set(all).size, all.length, unlabeled);
    assert.equal(split.test.length, 20);
    const m = split.counts.unlabeled!;
    if (unlabeled === "reversed") assert.deepEqual([m[0], m[9]], [10, 70]);
    if (unlabeled === "uniform") assert.deepEqual(new Set(m), new Set([70]));
    if (unlabeled === "middle") assert.equal(m[4], 70);
    if (unlabeled === "headtail") assert.equal(m[9], 70);
    if (unlabeled === "random") assert.deepEqual([...m].sort((a, b) => b - a)[0], 70);
    if (unlabeled === "counts") assert.deepEqual(m, counts.unlabeledCounts);
    if (unlabeled === "unknown") assert.equal(all.length, 1000);
  }
});

Deno.test("free takes images without a label for the shape unknown", () => {
  const split = makeSplit(pool({ unknown: 7 }), { labeledMax: 5, gammaLabeled: 1 });
  assert.deepEqual([...split.unlabeled], [1000, 1001, 1002, 1003, 1004, 1005, 1006]);
  assert.equal(split.counts.unlabeled, null);
});

Deno.test("free repeats itself for a seed and differs for another", () => {
  const a = makeSplit(pool(), options), b = makeSplit(pool(), { ...options, seed: 4 });
  assert.deepEqual(makeSplit(pool(), options), a);
  assert.notDeepEqual(a.labeled, b.labeled);
});

Deno.test("free keeps the chosen images when more are asked for", () => {
  const small = makeSplit(pool(), options);
  const large = makeSplit(pool(), { ...options, labeledMax: 30 });
  const labeled = new Set(large.labeled);
  assert.ok(small.labeled.every((i) => labeled.has(i)));
  assert.deepEqual(small.unlabeled, large.unlabeled);
});

Deno.test("free holds out a share or a number of each class", () => {
  const share = makeSplit(pool(), { ...options, holdout: 0.5 });
  const plain = makeSplit(pool(), options);
  assert.deepEqual(
    share.counts.labeled,
    plain.counts.labeled.map((n) => n - Math.floor(n / 2)),
  );
  assert.deepEqual(
    new Set([...share.labeled, ...share.holdout]),
    new Set(plain.labeled),
  );
  const one = makeSplit(pool(), { ...options, holdout: 1 });
  assert.deepEqual([one.counts.labeled[0], one.counts.labeled[9]], [19, 1]);
});

Deno.test("free sets validation images aside, equally many of each class", () => {
  const split = makeSplit(pool(), { ...options, valid: 105, unlabeledMax: 60 });
  assert.equal(split.valid.length, 100);
  const all = [...split.valid, ...split.labeled, ...split.unlabeled];
  assert.equal(new Set(all).size, all.length);
});

Deno.test("free labels a share of each class and leaves the rest unlabeled", () => {
  const split = makeSplit(pool(), { labeledShare: 0.25 });
  assert.deepEqual(new Set(split.counts.labeled), new Set([25]));
  assert.deepEqual(new Set(split.counts.unlabeled), new Set([75]));
});

Deno.test("free puts labeled images into the unlabeled list where asked, but none held out", () => {
  const split = makeSplit(pool(), { ...options, includeLabeled: true, holdout: 0.5 });
  const unlabeled = new Set(split.unlabeled);
  assert.ok(split.labeled.every((i) => unlabeled.has(i)));
  assert.ok(!split.holdout.some((i) => unlabeled.has(i)));
});

Deno.test("free says which option cannot be met, what was given and what is possible", () => {
  const refused = (change: Parameters<typeof makeSplit>[1], message: RegExp) =>
    assert.throws(() => makeSplit(pool(), { ...options, ...change }), message);
  refused({ gammaLabeled: 0.5 }, /split\.gammaLabeled is 0\.5.*at least 1/);
  refused({ gammaUnlabeled: NaN }, /split\.gammaUnlabeled is NaN/);
  refused({ labeledMax: 1e8 }, /split\.labeledMax is 100000000.*1 to 1000/);
  refused({ labeledMax: 101 }, /split\.labeledMax is 101.*there are 100/);
  refused({ labeledMax: 0 }, /split\.labeledMax is 0/);
  refused({ labeledMax: 5 }, /split\.gammaLabeled is 10.*class 7.*at most 5/);
  refused({ unlabeledMax: 81 }, /split\.unlabeledMax is 81.*80 of its 100/);
  refused({ unlabeledMax: NaN }, /split\.unlabeledMax is NaN/);
  refused({ unlabeled: "upside-down" as "middle" }, /upside-down.*consistent/);
  refused({ unlabeled: "counts" }, /split\.unlabeledCounts has 0 entries/);
  refused({ unlabeledCounts: [1] }, /set it to counts/);
  refused({ holdout: -1 }, /split\.holdout is -1/);
  refused({ holdout: 1.5 }, /split\.holdout is 1\.5/);
  refused({ holdout: 2 }, /split\.holdout is 2.*class 8.*has 2/);
  refused({ labeledShare: 0 }, /split\.labeledShare is 0/);
  refused({ valid: 0.5 }, /split\.valid is 0\.5/);
  refused({ seed: -1 }, /seed is -1/);
  refused({ protocol: "fre" }, /did you mean 'free'/);
  assert.throws(() => makeSplit({ ...pool(), classes: 0, labels: [] }, options), /0 classes/);
});

Deno.test("makeSplit() defaults to the published CIFAR numbers", () => {
  const ten = makeSplit(pool({ each: 5000 }), {});
  assert.deepEqual([ten.counts.labeled[0], ten.counts.labeled[9]], [500, 5]);
  assert.equal(ten.counts.unlabeled?.[0], 4000);
  const hundred = makeSplit(pool({ classes: 100, each: 500 }), {});
  assert.deepEqual([hundred.counts.labeled[0], hundred.counts.labeled[99]], [50, 2]);
  assert.equal(hundred.counts.unlabeled?.[0], 400);
  const fewer = makeSplit(pool({ each: 5000 }), { labeledMax: 25 });
  assert.deepEqual([fewer.counts.labeled[9], fewer.counts.unlabeled?.[9]], [2, 400]);
});

Deno.test("free says which options it has no use for: without them the split is the same", () => {
  const tail = ["labeledMax", "gammaLabeled", "unlabeled"];
  const rest = ["includeLabeled", "holdout", "valid"];
  const unlabeledCounts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const rows: readonly [Partial<SplitOptions>, ...string[]][] = [
    [{ unlabeled: "reversed" }, ...tail, "unlabeledMax", "gammaUnlabeled"],
    [{ unlabeled: "uniform" }, ...tail, "unlabeledMax"],
    [{ unlabeled: "counts", unlabeledCounts }, ...tail, "unlabeledCounts"],
    [{ unlabeled: "unknown" }, ...tail],
    [{ labeledShare: 0.5 }, "labeledShare"],
  ];
  const data = pool({ unknown: 7 });
  for (const [given, ...own] of rows) {
    const resolved = resolveSplit(data, { ...options, holdout: 0.2, ...given });
    const keys = free.uses!(resolved);
    assert.deepEqual(keys.toSorted(), ["seed", ...own, ...rest].toSorted());
    const used = Object.fromEntries(keys.map((key) => [key, resolved[key]]));
    assert.deepEqual(makeSplit(data, used), makeSplit(data, resolved));
  }
});
