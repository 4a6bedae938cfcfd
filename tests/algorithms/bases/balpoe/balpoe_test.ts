import assert from "node:assert/strict";
import { balpoe, cutBox, tauList } from "../../../../algorithms/mod.ts";
import { checkFit, compose, mergeNeeds } from "../../../../core/mod.ts";

const DATA = {
  dataset: "made",
  classes: 2,
  labeled: 3,
  unlabeled: 0,
  counts: [2, 1],
  holdout: 0,
  valid: 0,
  features: 4,
  trueUnlabeledCounts: null,
};

Deno.test("balpoe() refuses options that make no sense, all in one sentence each", () => {
  const refused = (options: Parameters<typeof balpoe>[0], why: RegExp) =>
    assert.throws(
      () => checkFit(compose(balpoe(options)), DATA, { labeled: 4, unlabeled: 8 }),
      why,
    );
  refused({ tau: [] }, /tau is \[\]/);
  refused({ tau: [0, 1, 2], tauForm: "limits" }, /lowest and the highest/);
  refused({ alpha: 0 }, /alpha is 0/);
  refused({ experts: 1.5 }, /experts is 1.5/);
  refused({ testPrior: [1] }, /for each of 2 classes/);
});

Deno.test("balpoe() asks for an expert for each τ and for no pass over unmixed images", () => {
  const needs = mergeNeeds(compose(balpoe({ tau: [0, 2], tauForm: "uniform", experts: 4 })), DATA);
  assert.equal(needs.heads["experts"]?.experts, 4);
  assert.equal(needs.studentPass, false);
  assert.equal(needs.evalHead, "experts");
});

Deno.test("tauList() has the middle of its range as mean, whatever its form", () => {
  for (const tauForm of ["limits", "uniform"] as const) {
    for (const experts of [1, 2, 3, 7]) {
      const list = tauList({ tau: [-1, 3], tauForm, experts });
      assert.equal(list.length, experts);
      assert.ok(Math.abs(list.reduce((a, b) => a + b, 0) / experts - 1) < 1e-12);
    }
  }
});

Deno.test("cutBox() is clipped to the image and weighs what stays", () => {
  assert.equal(cutBox(8, { lambda: 1, row: 3, column: 3 }).share, 1);
  const box = cutBox(8, { lambda: 0, row: 7, column: 0 });
  assert.deepEqual(box, { rows: [3, 8], columns: [0, 4], share: 1 - 20 / 64 });
});
