import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/mod.ts";
import { StepCase } from "./step_case.ts";
import { StubModel } from "./stub_model.ts";
import { compose, defineAlgorithm, mean, mul, requestDevice } from "../../../core/mod.ts";

const progress = { step: 0, steps: 10, epoch: 0, epochSteps: 5 };
const images = [["labeled", 1], ["weak", 2], ["strong", 2]] as const;
const logits = [Math.log(3), 0, 5, 0, 0, 1, 0, 0, 0, 0];

Deno.test("StepCase runs the real step and hands back gradients by the given logits", async () => {
  const device = await requestDevice();
  const model = new StubModel({ heads: { main: 2 } });
  const c = new StepCase(device, { stack: compose(fixmatch()), model, data: { counts: [3, 1] } });
  const reading = await c.step({
    images: model.images(images, { main: logits }),
    y: [1],
    progress,
  });
  assert.deepEqual([...reading.mask], [1, 0]);
  assert.ok(Math.abs(reading.loss - Math.log(4) - Math.log(2) / 2) < 1e-6);
  const want = [0.75, -0.75, 0, 0, 0, 0, -0.25, 0.25, 0, 0];
  model.gradient(reading, "main").forEach((g, i) => assert.ok(Math.abs(g - want[i]!) < 1e-6));
  device.destroy();
});

Deno.test("StepCase gives state, draws, average and probes to the method", async () => {
  const device = await requestDevice();
  const method = defineAlgorithm({
    name: "method",
    kind: "base",
    paper: "none",
    defaults: {},
    needs: () => ({
      views: { labeled: ["weak"] },
      passes: [{ net: "student", inputs: ["labeled"] }, { net: "average", inputs: ["labeled"] }],
    }),
    state: () => ({ kept: { shape: [2] } }),
    loss: (s) => ({
      product: mean(mul(s.student.labeled[0]!.features, s.random("u").uniform([2]))),
    }),
    priorUpdate(s) {
      s.state.kept = mul(s.average.labeled[0]!.features, 1).view([2]);
    },
    epoch(h) {
      h.state.kept = h.write([7, 8], [2]);
    },
  });
  const model = new StubModel({ features: 2, heads: { main: 1 }, average: true });
  const c = new StepCase(device, { stack: compose(method()), model, data: { counts: [3, 1] } });
  c.setState("method/kept", [1, 2]);
  const reading = await c.step({
    images: model.images([["labeled", 1]], { features: [3, 4], main: [0] }, { features: [5, 6] }),
    y: [0],
    progress,
    random: { "method/u": { uniform: [0.5, 0.25] } },
    probe: () => ({ kept: c.state.of("method")["kept"]! }),
  });
  assert.equal(reading.loss, 1.25);
  assert.deepEqual([...model.gradient(reading, "features")], [0.25, 0.125]);
  assert.deepEqual(Array.from(reading.probed["kept"]!), [1, 2]);
  assert.deepEqual([...await c.readState("method/kept")], [5, 6]);
  await c.between("epoch", { progress });
  assert.deepEqual([...await c.readState("method/kept")], [7, 8]);
  await assert.rejects(
    c.step({ images: model.images([["labeled", 1]], {}), y: [0], progress }),
    /draws 2 uniform numbers of 'method\/u', the case gives none/,
  );
  device.destroy();
});
