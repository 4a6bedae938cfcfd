import assert from "node:assert/strict";
import { abc, daso, fixmatch, meanteacher, remixmatch } from "../../../../algorithms/mod.ts";
import { StepCase } from "../../../golden/algorithms/step_case.ts";
import { StubModel } from "../../../golden/algorithms/stub_model.ts";
import { compose, mergeNeeds, requestDevice, type Stack } from "../../../../core/mod.ts";

const data = { counts: [3, 1], labeled: 4, unlabeled: 8, features: 2 };
const info = {
  ...data,
  dataset: "toy",
  classes: 2,
  holdout: 0,
  valid: 0,
  trueUnlabeledCounts: null,
};
const views = [["labeled", 2], ["weak", 2], ["strong", 2]] as const;
const progress = (step: number) => ({ step, steps: 100, epoch: 0, epochSteps: 100 });

Deno.test("daso() keeps queues of averaged features and counts labels before it blends", async () => {
  const device = await requestDevice();
  const model = new StubModel({ features: 2, heads: { main: 2 }, average: true });
  const stack = compose(fixmatch(), daso({ queue: 2, warmup: 1, period: 2 }));
  const c = new StepCase(device, { stack, model, data });
  const rows = {
    main: [0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0],
    features: new Float32Array(12).fill(1),
  };
  const images = model.images(views, rows, { features: [1, 2, 3, 4] });
  const first = await c.step({ images, y: [0, 0], progress: progress(0) });
  assert.deepEqual(Object.keys(first.terms).sort(), ["labeled", "unlabeled"]);
  assert.deepEqual([...await c.readState("daso/queue")], [1, 2, 3, 4, 0, 0, 0, 0]);
  assert.deepEqual([...await c.readState("daso/counts")], [1, 1]);
  const second = await c.step({ images, y: [0, 1], progress: progress(1) });
  assert.ok("alignment" in second.terms);
  assert.deepEqual([...await c.readState("daso/queue")], [3, 4, 1, 2, 3, 4, 0, 0]);
  assert.deepEqual([...await c.readState("daso/distribution")], [2, 2]);
  assert.deepEqual([...await c.readState("daso/counts")], [0, 0]);
  device.destroy();
});

Deno.test("daso() leaves labels alone where no label was counted", async () => {
  const device = await requestDevice();
  const model = new StubModel({ features: 2, heads: { main: 2 }, average: true });
  const c = new StepCase(device, {
    stack: compose(fixmatch(), daso({ warmup: 0, align: 0 })),
    model,
    data,
  });
  const rows = {
    main: [0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0],
    features: new Float32Array(12).fill(1),
  };
  const images = model.images(views, rows, { features: [1, 2, 3, 4] });
  const { probs } = await c.step({ images, y: [0, 1], progress: progress(0) });
  const want = [0.8807971, 0.1192029, 0.2689414, 0.7310586];
  want.forEach((p, i) => assert.ok(Math.abs(probs[i]! - p) < 1e-6)); // two rows of two
  device.destroy();
});

Deno.test("daso() runs the average once over what it and Mean Teacher need", () => {
  const { passes } = mergeNeeds(compose(meanteacher(), daso()), info);
  assert.deepEqual(passes.filter(({ net }) => net === "average"), [
    { net: "average", inputs: ["labeled", "weak/0"] },
  ]);
});

Deno.test("abc() asks for a pass of its own on ReMixMatch, and for none on FixMatch", () => {
  const own = (stack: Stack) => mergeNeeds(stack, info).passes.filter(({ name }) => name === "abc");
  assert.equal(own(compose(remixmatch(), daso(), abc())).length, 1);
  assert.deepEqual(own(compose(fixmatch(), daso(), abc())), []);
});

Deno.test("abc() has the last word on the evaluated head and keeps the rarest class whole", async () => {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 2, abc: 2 } });
  const c = new StepCase(device, { stack: compose(fixmatch(), abc()), model, data });
  const rows = { main: new Float32Array(12), abc: [1, 0, 0, 1, 4, 0, 0, 4, 0, 0, 0, 0] };
  const { terms } = await c.step({
    images: model.images(views, rows),
    y: [0, 1],
    progress: progress(100),
    random: {
      // A third of class 0 is kept, all of class 1.
      "abc/labeled": { uniform: [0.5, 0.9] },
      "abc/unlabeled": { uniform: [0.5, 0.9] },
    },
  });
  assert.ok(Math.abs(terms["abc labeled"]! - Math.log(1 + Math.exp(-1)) / 2) < 1e-6);
  assert.ok(Math.abs(terms["abc unlabeled"]! - Math.LN2 / 2) < 1e-6);
  device.destroy();
});
