import assert from "node:assert/strict";
import { simpro } from "../../../algorithms/mod.ts";
import { StepCase } from "../../golden/algorithms/step_case.ts";
import { StubModel } from "../../golden/algorithms/stub_model.ts";
import { compose, requestDevice } from "../../../core/mod.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import { setLayer } from "../../../experiment/config/layers.ts";

const progress = { step: 0, steps: 1, epoch: 0, epochSteps: 1 };
const data = { counts: [6, 3, 1], labeled: 10, unlabeled: 20 };
const views = [["labeled", 2], ["labeled", 2], ["weak", 2], ["strong", 2], ["strong", 2]] as const;

function closeTo(got: ArrayLike<number>, want: readonly number[], within = 1e-5) {
  assert.equal(got.length, want.length);
  want.forEach((w, i) => assert.ok(Math.abs(got[i]! - w) < within, `${got[i]} is not ${w}`)); // alike
}

Deno.test("simpro() adjusts, masks and moves both priors as worked out by hand", async () => {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 3 } });
  const method = simpro({ strength: 1, threshold: 0.6 });
  const c = new StepCase(device, { stack: compose(method), model, data });
  const labeled = [2, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1];
  const unlabeled = [2, 0, 0, 0, 0.5, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 2];
  const images = model.images(views, { main: [...labeled, ...unlabeled] });
  const got = await c.step({ images, y: [0, 1], progress });
  closeTo(got.probs, [0.786986, 0.106507, 0.106507, 0.274069, 0.451863, 0.274069]);
  assert.deepEqual([...got.mask], [1, 0]);
  closeTo([got.terms["labeled"]!, got.terms["unlabeled"]!], [0.2859959, 0.4454316]); // its terms
  await c.between("epoch", { progress });
  closeTo(await c.readState("simpro/unlabeledPrior"), [0.339349, 0.305325, 0.305325]);
  closeTo(await c.readState("simpro/prior"), [0.599566, 0.306884, 0.09355]);
  assert.deepEqual([...await c.readState("simpro/labeledCounts")], [0, 0, 0]);
  device.destroy();
});

Deno.test("simpro() shrinks the unlabeled prior evenly after an epoch that keeps nothing", async () => {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 3 } });
  const c = new StepCase(device, { stack: compose(simpro()), model, data });
  const images = model.images(views, { main: new Float32Array(30) });
  await c.step({ images, y: [0, 1], progress });
  await c.between("epoch", { progress });
  closeTo(await c.readState("simpro/unlabeledPrior"), [0.3, 0.3, 0.3]);
  closeTo(await c.readState("simpro/prior"), [0.59, 0.32, 0.09]);
  device.destroy();
});

Deno.test("simpro() has the settings of its script for each data set", () => {
  const of = (dataset: string) =>
    resolveConfig([setLayer(["algorithm=simpro", `dataset=${dataset}`])]);
  assert.deepEqual(of("cifar10").all["simpro"], { strength: 2, threshold: 0.95, momentum: 0.9 });
  assert.deepEqual(of("cifar100").all["simpro"], { strength: 1, threshold: 0.2, momentum: 0.9 });
  assert.equal(of("cifar100").config.learningRate, 0.17);
  assert.equal(of("stl10").config.batch.ratio, 16);
  assert.equal(of("imagenet127").config.model, "resnet-50");
});

Deno.test("simpro() refuses options out of range and those it does not have", () => {
  assert.throws(() => compose(simpro({ threshold: 2 })), /simpro\.threshold is 2/);
  // @ts-expect-error an option that simpro does not have
  simpro({ tau: 2 });
});
