import assert from "node:assert/strict";
import { indicesByClass, type LabelPool } from "../../../datasets/split/label_pool.ts";
import { defaultSplitOptions } from "../../../datasets/split/protocols/split_options.ts";
import {
  completeSplit,
  labeledInUnlabeled,
  requireComplete,
  sourceClasses,
  splitShortage,
} from "../../../datasets/split/split.ts";
import {
  type GivenSplit,
  makeSplit,
  protocols,
  resolveSplit,
} from "../../../datasets/split/protocols/make_split.ts";
import { formatSplit, parseSplit } from "../../../datasets/split/split_json.ts";

const pool: LabelPool = {
  name: "toy",
  fingerprint: "f00d",
  classes: 2,
  labels: [0, 1, 1, 0, -1],
  testLabels: [1, 0],
};
const options = defaultSplitOptions(pool);
const chosen = { protocol: "free", options, labeled: [0, 1], unlabeled: [2] };

Deno.test("completeSplit() counts classes, under their new names where they are relabeled", () => {
  assert.deepEqual(completeSplit(pool, chosen).counts, {
    labeled: [1, 1],
    unlabeled: [0, 1],
    test: [1, 1],
  });
  assert.deepEqual(
    completeSplit(pool, { ...chosen, relabel: [1, 0] }).counts.unlabeled,
    [1, 0],
  );
  assert.equal(completeSplit(pool, { ...chosen, unlabeled: [2, 4] }).counts.unlabeled, null);
});

Deno.test("completeSplit() refuses images that cannot be what they are said to be", () => {
  const refused = (change: object, message: RegExp) =>
    assert.throws(() => completeSplit(pool, { ...chosen, ...change }), message);
  refused({ labeled: [5] }, /image 5/);
  refused({ labeled: [4] }, /no label/);
  refused({ valid: [4] }, /no label/);
  refused({ test: [2] }, /image 2/);
  refused({ options: { ...options, holdout: 1 } }, /class 0 without a labeled image/);
});

Deno.test("a class of a small tail has a labeled image by our own protocol, and is refused by others", () => {
  const sizes = [30, 12, 4, 1];
  const tail: LabelPool = {
    ...pool,
    classes: 4,
    naturalTail: true,
    labels: sizes.flatMap((size, c) => new Array<number>(size).fill(c)),
    testLabels: [0, 1, 2, 3],
  };
  const names = ["ant", "bee", "cat", "dog"];
  requireComplete(makeSplit(tail, {}), names);
  assert.deepEqual(makeSplit(tail, {}).counts.labeled, [3, 1, 1, 1]);
  for (const protocol of ["simpro", "acr", "adello", "cossl"]) {
    assert.throws(
      () => requireComplete(makeSplit(tail, { protocol }), names),
      /^BadInput: No image of class 'cat' \(nor of 'dog'\) of toy is labeled in a split of protocol/,
    );
    requireComplete(makeSplit(tail, { protocol, labeledShare: 0.6 }), names);
  }
  assert.throws(
    () => makeSplit({ ...tail, labels: [] }, {}),
    /^BadInput: Cannot split toy: it has no training image$/,
  );
  const split = makeSplit(tail, { protocol: "seval", holdout: 0 });
  assert.deepEqual(split.counts.labeled, [4, 0, 0, 0]);
  assert.throws(
    () => requireComplete(split, names),
    /^BadInput: No image of class 'bee' \(nor of 'cat', 'dog'\) of toy is labeled in a split of protocol seval/,
  );
});

Deno.test("another seed is another split, in all of its bits", () => {
  const even: LabelPool = {
    ...pool,
    classes: 4,
    labels: Array.from({ length: 200 }, (_, i) => i % 4),
    testLabels: Array.from({ length: 400 }, (_, i) => i % 4),
  };
  const tail: LabelPool = { ...even, naturalTail: true };
  const cases: [LabelPool, GivenSplit][] = [
    ...["free", "adello", "daso", "seval", "cossl"].map((protocol): [LabelPool, GivenSplit] => [
      even,
      { protocol, labeledMax: 20, gammaLabeled: 2, unlabeledMax: 10, gammaUnlabeled: 2 },
    ]),
    [even, { protocol: "simpro", unlabeled: "random", gammaUnlabeled: 4, unlabeledMax: 20 }],
    [tail, { protocol: "simpro" }],
  ];
  for (const [pool, given] of cases) {
    const texts = [0, 5, 2 ** 32, 2 ** 32 + 5, 2 ** 33, Number.MAX_SAFE_INTEGER].map((seed) => {
      const split = makeSplit(pool, { holdout: 0.5, ...given, seed });
      return formatSplit({ ...split, seed: 0 });
    });
    // A shape of four classes has 24 orders, so two may be the same by chance.
    const distinct = given.unlabeled === "random" ? 3 : texts.length;
    assert.ok(new Set(texts).size >= distinct, `${given.protocol}`);
  }
});

Deno.test("labeledInUnlabeled() marks labeled images", () => {
  const split = completeSplit(pool, { ...chosen, unlabeled: [2, 1, 3, 0] });
  assert.deepEqual([...labeledInUnlabeled(split)], [0, 1, 0, 1]);
});

Deno.test("indicesByClass() leaves images without a label out and refuses foreign labels", () => {
  assert.deepEqual(indicesByClass(pool.labels, 2), [[0, 3], [1, 2]]);
  assert.throws(() => indicesByClass([0, 2], 2), /Label 2 of image 1/);
});

Deno.test("parseSplit() names what is wrong with a file", () => {
  const split = completeSplit(pool, chosen);
  assert.deepEqual(parseSplit(formatSplit(split), "x"), split);
  const json = JSON.parse(formatSplit(split));
  const refused = (change: object, message: RegExp) =>
    assert.throws(() => parseSplit(JSON.stringify({ ...json, ...change }), "split.json"), message);
  assert.throws(() => parseSplit("{", "split.json"), /split\.json.*not JSON/);
  assert.throws(() => parseSplit("[]", "split.json"), /not an object/);
  refused({ labeled: [0.5] }, /labeled is not a list/);
  refused({ test: "all" }, /test is not a list/);
  refused({ seed: -1 }, /seed/);
  refused({ counts: null }, /counts is not an object/);
  refused({ dataset: 3 }, /dataset is not a text/);
});

const plenty: LabelPool = {
  name: "toy",
  fingerprint: "",
  classes: 5,
  labels: Int32Array.from({ length: 500 }, (_, i) => i % 5),
  testLabels: [0, 1, 2, 3, 4],
};

function shortage(given: GivenSplit): string | null {
  return splitShortage(makeSplit(plenty, given), resolveSplit(plenty, given));
}

Deno.test("splitShortage() tells that a protocol had fewer images than asked", () => {
  assert.match(
    shortage({ protocol: "acr", unlabeledMax: 400, gammaUnlabeled: 2 })!,
    /unlabeledMax is 400, but no class has more than 100 .*protocol acr/,
  );
  assert.equal(shortage({ protocol: "acr", unlabeledMax: 90 }), null);
});

Deno.test("splitShortage() has nothing to say of what protocols do by default", () => {
  for (const protocol of protocols.keys()) {
    for (const unlabeled of ["consistent", "uniform", "reversed"] as const) {
      if (protocol === "balpoe" && unlabeled !== "consistent") continue; // has no unlabeled images
      assert.equal(shortage({ protocol, unlabeled }), null, `${protocol} ${unlabeled}`);
    }
  }
});

Deno.test("sourceClasses() turns ranks round", () => {
  assert.deepEqual(sourceClasses([2, 0, 1]), [1, 2, 0]);
});
