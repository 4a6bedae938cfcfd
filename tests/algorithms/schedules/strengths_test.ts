import assert from "node:assert/strict";
import { abcKeepProbability } from "../../../algorithms/addons/abc.ts";
import { crestAlignmentExponent } from "../../../algorithms/addons/crest/crest.ts";
import { sevalTargetPrecision } from "../../../algorithms/addons/seval/seval_target_precision.ts";
import { adelloSmoothing } from "../../../algorithms/shared/flexible_alignment.ts";
import { udaSignalAnnealing } from "../../golden/optim/uda_signal_annealing.ts";

Deno.test("abcKeepProbability() changes between periods only and keeps the rarest class", () => {
  const common = abcKeepProbability({ share: 0.5, periods: 4, periodSteps: 10 });
  assert.deepEqual([0, 9, 10, 19, 40].map(common), [1, 1, 0.875, 0.875, 0.5]);
  assert.equal(abcKeepProbability({ share: 1, periods: 4, periodSteps: 10 })(39), 1);
});

Deno.test("adelloSmoothing() goes from 1 to its minimum, by steps or by epochs", () => {
  const bySteps = adelloSmoothing({ steps: 8, minimum: 0, power: 1 });
  assert.deepEqual([0, 3, 8].map(bySteps), [1, 0.625, 0]);
  const byEpochs = adelloSmoothing({ steps: 8, minimum: 0, power: 1, epochSteps: 2 });
  assert.deepEqual([0, 3, 8].map(byEpochs), [1, 0.75, 0]);
});

Deno.test("crestAlignmentExponent() falls by generations and is 1 for a single one", () => {
  assert.deepEqual([0, 1, 2].map(crestAlignmentExponent({ generations: 3 })), [1, 0.75, 0.5]);
  assert.equal(crestAlignmentExponent({ generations: 1 })(0), 1);
});

Deno.test("sevalTargetPrecision() is a line", () => {
  const target = sevalTargetPrecision({ start: 0.5, end: 1, steps: 100 });
  assert.deepEqual([0, 50, 100].map(target), [0.5, 0.75, 1]);
});

Deno.test("udaSignalAnnealing() rises from chance to 1", () => {
  const linear = udaSignalAnnealing({ classes: 4, steps: 100, shape: "linear" });
  assert.deepEqual([0, 50, 100, 200].map(linear), [0.25, 0.625, 1, 1]);
  const at = (shape: "none" | "exponential" | "logarithmic") =>
    udaSignalAnnealing({ classes: 4, steps: 100, shape })(50);
  assert.equal(at("none"), 1);
  assert.ok(at("exponential") < 0.625 && at("logarithmic") > 0.625);
});
