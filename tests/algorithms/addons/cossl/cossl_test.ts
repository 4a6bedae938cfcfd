import assert from "node:assert/strict";
import { blendChances, cossl, fixmatch, simpro } from "../../../../algorithms/mod.ts";
import { imprint, imprintedProbs, tailSet } from "../../../../algorithms/addons/cossl/tail_set.ts";
import { compose, mergeNeeds } from "../../../../core/mod.ts";

const DATA = {
  dataset: "made",
  classes: 2,
  labeled: 4,
  unlabeled: 3,
  counts: [3, 1],
  holdout: 0,
  valid: 0,
  features: 2,
  trueUnlabeledCounts: null,
};

Deno.test("cossl() refuses options that make no sense and bases without pseudo-labels", () => {
  const refused = (options: Parameters<typeof cossl>[0], why: RegExp) =>
    assert.throws(() => compose(fixmatch(), cossl(options)), why);
  refused({ pretrain: 1.5 }, /pretrain is 1.5/);
  refused({ least: -0.1 }, /least is -0.1/);
  refused({ startSteps: 0.5 }, /startSteps is 0.5/);
  assert.throws(
    () => compose(simpro(), cossl()),
    /'cossl' needs pseudo-labels that add-ons may change, which 'simpro'/,
  );
});

Deno.test("cossl() evaluates the balanced head, but not before it has started", () => {
  const needs = mergeNeeds(compose(fixmatch(), cossl({ pretrain: 0.8, strongViews: 2 })), DATA);
  assert.equal(needs.evalHead, "balanced");
  assert.equal(needs.evalHeadFrom, 0.8);
  assert.deepEqual(needs.unlabeled, ["weak", "strong", "strong"]);
  assert.equal(needs.streams["any"]?.from, "all");
});

Deno.test("blendChances() never blends the most frequent class", () => {
  const counts = [1500, 899, 539, 323, 193, 116, 69, 41, 25, 15];
  const chances = blendChances(counts);
  assert.equal(chances[0], 0);
  assert.ok(Math.abs(chances[9]! - 0.99) < 1e-12); // of ten classes
});

Deno.test("tailSet() takes the rows that look most like a rare class, whatever they are", () => {
  const width = 2, classes = 2, labels = [0, 0, 0, 1];
  const labeled = { values: Float32Array.of(2, 0, 4, 0, 3, 0, 0, 3), width };
  const unlabeled = { values: Float32Array.of(1, 1, 0, 5, 5, 0), width };
  const weights = imprint(labeled, labels, classes);
  assert.deepEqual([...weights], [1, 0, 0, 1]);
  const { features, labels: all, made } = tailSet({
    labeled,
    labels,
    unlabeled,
    labeledProbs: imprintedProbs(labeled, weights),
    unlabeledProbs: imprintedProbs(unlabeled, weights),
    classes,
  }, { anchor: () => 0, share: () => 0.25 });
  assert.deepEqual(made.map(({ other }) => other), [5, 4]);
  assert.deepEqual([...features.subarray(8)], [0, 4.5, 0.75, 1.5]);
  assert.deepEqual([...all], [0, 0, 0, 1, 1, 1]);
});
