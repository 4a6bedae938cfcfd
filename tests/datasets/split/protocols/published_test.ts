import assert from "node:assert/strict";
import { UNLABELED_SHAPES } from "../../../../datasets/split/long_tail.ts";
import type { LabelPool } from "../../../../datasets/split/label_pool.ts";
import {
  makeSplit,
  protocols,
  resolveSplit,
} from "../../../../datasets/split/protocols/make_split.ts";

const PUBLISHED = [...protocols.keys()].filter((name) => name !== "free");
const UNSUPERVISED_TOO = PUBLISHED.filter((name) => name !== "balpoe");
/** Protocols whose unlabeled list contains the labeled images. */
const INCLUSIVE = ["acr", "adello", "cossl"];

function pool({ name = "toy", unknown = 0, natural = false } = {}): LabelPool {
  const classes = 10;
  const labels = natural
    ? Array.from({ length: classes }, (_, c) => new Array<number>(20 + 15 * c).fill(c)).flat()
    : Array.from({ length: 1200 }, (_, i) => (7 * i + Math.floor(i / classes)) % classes);
  return {
    name,
    fingerprint: "f00d",
    classes,
    naturalTail: natural,
    labels: [...labels, ...new Array<number>(unknown).fill(-1)],
    testLabels: Array.from({ length: 60 * classes }, (_, i) => i % classes),
  };
}

const options = { labeledMax: 20, gammaLabeled: 10, unlabeledMax: 70, gammaUnlabeled: 7, seed: 3 };

Deno.test("every published protocol gives the promised labeled counts and repeats itself", () => {
  for (const protocol of PUBLISHED) {
    const split = makeSplit(pool(), { ...options, protocol, holdout: 0 });
    assert.equal(split.protocol, protocol);
    assert.deepEqual(split.counts.labeled, [20, 15, 11, 9, 7, 5, 4, 3, 2, 2], protocol);
    assert.equal(new Set(split.labeled).size, split.labeled.length);
    assert.equal(split.test.length, 600);
    assert.deepEqual(makeSplit(pool(), { ...options, protocol, holdout: 0 }), split);
  }
});

Deno.test("every published protocol knows every shape", () => {
  for (const protocol of UNSUPERVISED_TOO) {
    for (const unlabeled of UNLABELED_SHAPES) {
      const unlabeledCounts = unlabeled === "counts" ? [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] : null;
      const split = makeSplit(pool(), {
        ...options,
        protocol,
        unlabeled,
        unlabeledCounts,
        includeLabeled: false,
        holdout: 0,
      });
      const all = [...split.labeled, ...split.unlabeled, ...split.valid];
      assert.equal(new Set(all).size, all.length, `${protocol} ${unlabeled}`);
      const m = split.counts.unlabeled!;
      if (unlabeled === "consistent") assert.deepEqual([m[0], m[9]], [70, 10]);
      if (unlabeled === "reversed") assert.deepEqual([m[0], m[9]], [10, 70]);
      if (unlabeled === "uniform") assert.deepEqual(new Set(m), new Set([70]));
      if (unlabeled === "middle") assert.equal(m[4], 70);
      if (unlabeled === "headtail") assert.equal(m[9], 70);
      if (unlabeled === "counts") assert.deepEqual(m, unlabeledCounts);
      if (unlabeled === "unknown") assert.equal(all.length, 1200);
    }
  }
});

Deno.test("published protocols count labeled images as unlabeled where the original does", () => {
  for (const protocol of UNSUPERVISED_TOO) {
    const split = makeSplit(pool(), { ...options, protocol });
    const unlabeled = new Set(split.unlabeled);
    const inside = split.labeled.filter((i) => unlabeled.has(i)).length;
    assert.equal(inside, INCLUSIVE.includes(protocol) ? split.labeled.length : 0, protocol);
  }
});

Deno.test("daso and seval set validation images aside, seval holds half the labeled ones out", () => {
  const daso = makeSplit(pool(), { ...options, protocol: "daso" });
  const seval = makeSplit(pool(), { ...options, protocol: "seval" });
  assert.equal(daso.valid.length, 120);
  assert.deepEqual(seval.valid, daso.valid);
  assert.deepEqual(seval.unlabeled, daso.unlabeled);
  assert.deepEqual(seval.counts.labeled, [10, 8, 6, 5, 4, 3, 2, 2, 1, 1]);
  assert.deepEqual(
    new Set([...seval.labeled, ...seval.holdout]),
    new Set(daso.labeled),
  );
});

Deno.test("protocols without validation images refuse to be asked for some", () => {
  for (const protocol of PUBLISHED.filter((name) => name !== "daso" && name !== "seval")) {
    assert.throws(() => makeSplit(pool(), { ...options, protocol, valid: 50 }), {
      name: "BadInput",
      message: new RegExp(`split.valid is 50, but protocol ${protocol} sets no images aside`),
    });
  }
  assert.throws(() => makeSplit(pool(), { valid: 5 }), { message: /set split.valid=10 or more/ });
});

Deno.test("published protocols take a separate unlabeled part as it is", () => {
  for (const protocol of UNSUPERVISED_TOO) {
    const split = makeSplit(pool({ unknown: 50 }), { ...options, protocol, unlabeled: "unknown" });
    assert.equal(split.counts.unlabeled, null);
    // ADELLO adds all training images, and the labeled ones before them.
    const extra = protocol === "adello" ? 1200 + split.labeled.length : 0;
    assert.equal(split.unlabeled.length, 50 + extra, protocol);
  }
});

Deno.test("simpro, acr and seval rank the classes of a natural tail by size", () => {
  for (const protocol of ["simpro", "acr", "seval"]) {
    const split = makeSplit(pool({ natural: true }), { protocol, labeledShare: 1, holdout: 0.5 });
    assert.deepEqual(split.relabel, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.equal(split.counts.labeled[9], 10);
    assert.equal(split.test.length, protocol === "simpro" ? 500 : 600);
  }
  const adello = makeSplit(pool({ natural: true }), { protocol: "adello", labeledShare: 0.5 });
  assert.equal(adello.relabel, null);
  assert.equal(adello.counts.labeled[0], 10);
});

Deno.test("small-ImageNet-127 is labeled by a tenth of each class", () => {
  const named = pool({ name: "imagenet127", natural: true });
  for (const protocol of ["free", "simpro", "acr", "adello", "cossl"]) {
    const split = makeSplit(named, { protocol });
    assert.equal(Math.max(...split.counts.labeled), 16, protocol); // 15.5, halves to even
  }
  assert.equal(makeSplit(named, { protocol: "seval", holdout: 0 }).labeled.length, 87);
});

Deno.test("resolveSplit() takes what is given, then the protocol's defaults, then the general ones", () => {
  const resolved = resolveSplit(pool(), { protocol: "seval", labeledMax: 30 });
  assert.equal(resolved.labeledMax, 30);
  assert.equal(resolved.holdout, 0.5);
  assert.equal(resolved.gammaUnlabeled, 12);
  const split = makeSplit(pool(), { protocol: "seval", labeledMax: 30 });
  assert.deepEqual(makeSplit(pool(), { protocol: "seval", ...resolved }), split);
});

Deno.test("published protocols refuse what cannot be", () => {
  for (const protocol of PUBLISHED) {
    const refused = (change: Parameters<typeof makeSplit>[1], message: RegExp) =>
      assert.throws(() => makeSplit(pool(), { ...options, protocol, ...change }), message);
    refused({ labeledMax: 121 }, /split\.labeledMax is 121/);
    refused({ gammaLabeled: 21 }, /split\.gammaLabeled is 21.*class 9.*at most 20/);
    refused({ gammaUnlabeled: 0.1 }, /split\.gammaUnlabeled is 0\.1/);
  }
  for (const protocol of ["daso", "balpoe"]) {
    assert.throws(() => makeSplit(pool(), { protocol, labeledShare: 0.1 }), /labeledShare/);
  }
});

Deno.test("balpoe learns all of a natural tail, or cuts it to the tail that is asked for", () => {
  const natural = { ...pool(), naturalTail: true }, protocol = "balpoe";
  const whole = makeSplit(natural, { protocol });
  assert.deepEqual([...whole.labeled], Array.from(natural.labels, (_, i) => i));
  assert.equal(whole.unlabeled.length, 0);
  const cut = makeSplit(natural, { protocol, labeledMax: 40, gammaLabeled: 10 });
  assert.equal(Math.max(...cut.counts.labeled), 40);
  assert.throws(() => makeSplit(natural, { protocol, labeledShare: 0.5 }), /all of a natural one/);
});
