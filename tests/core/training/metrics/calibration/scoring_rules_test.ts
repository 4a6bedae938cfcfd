import assert from "node:assert/strict";
import {
  brierScore,
  negativeLogLikelihood,
} from "../../../../../core/training/metrics/calibration/scoring_rules.ts";

Deno.test("negativeLogLikelihood() stays finite for a confident error", () => {
  assert.equal(negativeLogLikelihood([2000, 0], [1], { classes: 2 }), 2000);
  assert.equal(negativeLogLikelihood([0, 0], [1], { classes: 2 }), Math.log(2));
});

Deno.test("brierScore() reaches 2 for a sure error and 0 for a sure success", () => {
  assert.equal(brierScore([1, 0], [1], { classes: 2 }), 2);
  assert.equal(brierScore([1, 0], [0], { classes: 2 }), 0);
});
