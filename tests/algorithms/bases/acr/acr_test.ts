import assert from "node:assert/strict";
import { strengthFrom } from "../../../../algorithms/bases/acr/class_anchors.ts";
import { acr } from "../../../../algorithms/mod.ts";
import { setLayer } from "../../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../../experiment/config/resolve.ts";
import { StepCase } from "../../../golden/algorithms/step_case.ts";
import { StubModel } from "../../../golden/algorithms/stub_model.ts";
import { type Algorithm, compose, mergeNeeds, requestDevice } from "../../../../core/mod.ts";
import type { AcrOptions } from "../../../../algorithms/mod.ts";

const views = [["labeled", 2], ["weak", 3], ["strong", 3], ["strong", 3]] as const;
const rows = {
  main: [
    ...[2, 0, 0, 0, 1, 0],
    ...[9, 0, 0, 0, 0, 5, 5, 0, 1.6],
    ...[3, 0, 0, 0, 0, 1, 0, 2, 1],
    ...[1, 1, 0, 0, 1, 1, 0, 0, 0],
  ],
  balanced: [
    ...[1, 0, 0, 0, 0, 1],
    ...[4, 0, 0, 0, 0, 5, 0, 1, 0],
    ...[2, 0, 0, 0, 0, 2, 1, 0, 0],
    ...[0, 0, 0, 0, 0, 3, 0, 2, 0],
  ],
};

function closeTo(got: ArrayLike<number>, want: readonly number[], within = 1e-5) {
  assert.equal(got.length, want.length);
  want.forEach((w, i) => assert.ok(Math.abs(got[i]! - w) < within, `${got[i]} is not ${w}`)); // alike
}

/** A step of epoch 6 on the rows above, from the state as it starts. */
async function stepOf(options: Partial<AcrOptions>, isLabeled = [0, 0, 0]) {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 3, balanced: 3 } });
  const c = new StepCase(device, {
    stack: compose(acr(options)),
    model,
    data: { counts: [6, 3, 1] },
  });
  const progress = { step: 6, steps: 8, epoch: 6, epochSteps: 1 };
  const got = await c.step({ images: model.images(views, rows), y: [0, 2], isLabeled, progress });
  const estimate = await c.readState("acr/estimate");
  await c.between("epoch", { progress: { ...progress, epoch: 7 } });
  const strength = await c.readState("acr/strength");
  device.destroy();
  return { got, estimate, strength: strength[0]! }; // one number
}

Deno.test("acr() keeps what either prediction is sure of, as worked out by hand", async () => {
  const { got, estimate } = await stepOf({});
  assert.deepEqual([...got.mask], [1, 1, 1], "the third is kept by the raw prediction");
  const terms = ["labeled", "labeledBalanced", "unlabeled", "unlabeledBalanced"];
  const want = [0.8954947, 1.4813063, 0.8127626, 0.2787708];
  closeTo(terms.map((name) => got.terms[name]!), want); // its terms
  closeTo(estimate, [0.335, 0.33, 0.335]);
});

Deno.test("acr() leaves labeled images out of the estimate", async () => {
  const { estimate } = await stepOf({}, [1, 0, 0]);
  closeTo(estimate, [0.33, 0.33, 0.34]);
});

Deno.test("acr() moves its strength each epoch, ACR† does not", async () => {
  const { strength } = await stepOf({});
  assert.ok(strength > 0.5 && strength < 1, `${strength}`);
  assert.equal((await stepOf({ dynamic: false })).strength, 2);
});

Deno.test("strengthFrom() weighs the labeled prior's distance, and is NaN without numbers", () => {
  closeTo([strengthFrom([2, 1, 0], 2), strengthFrom([0, 0, 0], 2)], [1.3304819, 2 / 3]);
  assert.ok(Number.isNaN(strengthFrom([1, Infinity, 0], 2)));
});

Deno.test("acr() evaluates its balanced head and has the settings of its README", () => {
  const info = { dataset: "toy", classes: 3, labeled: 3, unlabeled: 3, counts: [1, 1, 1] };
  const data = { ...info, holdout: 0, valid: 0, features: 4, trueUnlabeledCounts: null };
  assert.equal(mergeNeeds(compose(acr()), data).evalHead, "balanced");
  const of = (dataset: string) =>
    resolveConfig([setLayer(["algorithm=acr", `dataset=${dataset}`])]).config;
  assert.equal(of("cifar10").split.protocol, "acr");
  assert.equal(of("cifar100").model, "wrn-28-8");
  assert.equal(of("imagenet127").model, "resnet-50");
  assert.throws(
    () => compose(acr({ estimator: "sum" as "count" })),
    /acr\.estimator is 'sum': give presence or count/,
  );
  const typed: Algorithm<AcrOptions> = acr;
  // @ts-expect-error an estimator that acr does not have
  typed({ estimator: "sum" });
});
