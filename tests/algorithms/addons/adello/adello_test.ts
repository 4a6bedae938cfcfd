import assert from "node:assert/strict";
import { adello, type AdelloOptions, fixmatch, udal } from "../../../../algorithms/mod.ts";
import { imbalanceTemperature } from "../../../../algorithms/shared/flexible_alignment.ts";
import { setLayer } from "../../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../../experiment/config/resolve.ts";
import { StepCase } from "../../../golden/algorithms/step_case.ts";
import { StubModel } from "../../../golden/algorithms/stub_model.ts";
import {
  checkFit,
  compose,
  type DataInfo,
  type Plugin,
  requestDevice,
} from "../../../../core/mod.ts";

const views = [["labeled", 2], ["weak", 3], ["strong", 3]] as const;
const rows = [
  ...[1.5, 0.2, -0.3, 0, 0.2, 0.4, 1, -0.1],
  ...[2, 1, 0.5, -1, 0.1, 3.5, -0.2, -2, 6, 0, 0, 0],
  ...[1, 0.8, 0.2, -0.5, 0, 2, 0.3, -1, 3, 0.5, 0, 0.1],
];
const halfway = { step: 131_072, steps: 262_144, epoch: 128, epochSteps: 1024 };

function closeTo(got: ArrayLike<number>, want: readonly number[], within = 2e-6) {
  assert.equal(got.length, want.length);
  want.forEach((w, i) => assert.ok(Math.abs(got[i]! - w) < within, `${got[i]} is not ${w}`)); // alike
}

async function stepOf(addon: Plugin, { estimate, progress = halfway }: {
  readonly estimate?: readonly number[];
  readonly progress?: typeof halfway;
}) {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 4 } });
  const stack = compose(fixmatch(), addon);
  const c = new StepCase(device, { stack, model, data: { counts: [150, 60, 24, 10] } });
  if (estimate) c.setState(`${addon.name}/estimate`, estimate);
  const got = await c.step({ images: model.images(views, { main: rows }), y: [0, 3], progress });
  const state = await c.readState(`${addon.name}/estimate`);
  const temperature = addon.name === "adello" ? await c.readState("adello/temperature") : [];
  device.destroy();
  return { got, estimate: state, temperature };
}

Deno.test("adello() aligns both losses and distills the rest, as worked out by hand", async () => {
  const { got } = await stepOf(adello(), { estimate: [0.5, 0.3, 0.15, 0.05] });
  assert.deepEqual([...got.mask], [0, 0, 1]);
  const { labeled, unlabeled, distill } = got.terms;
  closeTo([labeled!, unlabeled!, distill!], [1.2864614453, 0.0448203805, 0.4925448425]); // its terms
  closeTo([got.loss], [1.8238266683]);
});

Deno.test("adello() softens by the estimate's imbalance when the distillation starts", async () => {
  const settings = { temperatureRule: "imbalance", distillAfter: halfway.step } as const;
  const starts = await stepOf(adello(settings), { estimate: [0.5, 0.3, 0.15, 0.05] });
  closeTo(starts.temperature, [1.3650604314], 2e-3); // of the estimate a step later
  closeTo([starts.got.terms["distill"]!], [0.6213344731], 1e-3); // its term
  const goes = await stepOf(adello({ ...settings, distillAfter: 5, temperature: 2 }), {});
  closeTo(goes.temperature, [2]);
  const before = await stepOf(adello(settings), { progress: { ...halfway, step: 100 } });
  assert.equal("distill" in before.got.terms, false);
});

Deno.test("adello() moves its estimate by the mean weak prediction", async () => {
  const { estimate } = await stepOf(adello(), {});
  closeTo(estimate, [0.2502944994, 0.250139375, 0.2498039085, 0.2497622171], 1e-7);
  const device = await requestDevice();
  const even = imbalanceTemperature(device.tensor([0.25, 0.25, 0.25, 0.25], [4]));
  closeTo(await device.read(even), [1]);
  device.destroy();
});

Deno.test("adello() can leave alignment or distillation out", async () => {
  const plain = await stepOf(adello({ align: false, distill: "none" }), {});
  const { got } = await stepOf(adello({ distill: "none" }), {});
  assert.equal("distill" in plain.got.terms, false);
  assert.ok(got.terms["labeled"]! > plain.got.terms["labeled"]! + 0.01, "rare classes cost more"); // terms
});

Deno.test("udal() aligns to the labeled prior, which leaves labels alone at first", async () => {
  const progress = { ...halfway, step: 0, epoch: 0 };
  const plain = await stepOf(adello({ align: false, distill: "none" }), { progress });
  const { got } = await stepOf(udal(), { progress });
  closeTo([got.terms["labeled"]!], [plain.got.terms["labeled"]!]); // every stack's term
  assert.ok(Math.abs(got.terms["unlabeled"]! - plain.got.terms["unlabeled"]!) > 1e-3); // as above
});

Deno.test("adello() has the settings of its repository for each data set", () => {
  const of = (dataset: string) =>
    resolveConfig([setLayer(["algorithm=fixmatch+adello", `dataset=${dataset}`])]);
  const after = (dataset: string) => (of(dataset).all["adello"] as AdelloOptions).distillAfter;
  assert.deepEqual([after("cifar10"), after("stl10")], [50_000, 0]);
  const { config } = of("cifar100");
  assert.deepEqual([config.schedule, config.steps, config.batch.ratio], ["constant", 2 ** 18, 2]);
  assert.equal(config.split.protocol, "adello");
});

Deno.test("adello() refuses bases, truths and options that it cannot have", () => {
  const info = { dataset: "toy", classes: 2, labeled: 2, unlabeled: 2, counts: [1, 1] };
  const data: DataInfo = { ...info, holdout: 0, valid: 0, features: 4, trueUnlabeledCounts: null };
  const refused = (options: Partial<AdelloOptions>, says: RegExp) =>
    assert.throws(
      () => checkFit(compose(fixmatch(), adello(options)), data, { labeled: 4, unlabeled: 8 }),
      says,
    );
  refused({ target: "true" }, /nobody knows the classes/);
  refused({ temperature: 0 }, /temperature is 0: give a number above 0/);
  refused({ minimum: 1.5 }, /minimum is 1\.5: give a number from 0 to 1/);
  // @ts-expect-error a rule that adello does not have
  adello({ temperatureRule: "warm" });
});
