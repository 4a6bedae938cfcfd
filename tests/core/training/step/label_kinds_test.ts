import assert from "node:assert/strict";
import { fixmatch } from "../../../../algorithms/mod.ts";
import {
  compose,
  defineAlgorithm,
  mul,
  oneHot,
  requestDevice,
  restoreTrainer,
  saveTrainer,
} from "../../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../tiny_trainer.ts";

const device = await requestDevice();
globalThis.addEventListener("unload", () => device.destroy());

/** Reports what FixMatch learns from anyway, and that everything is of class 2; estimates thirds. */
const reporter = defineAlgorithm({
  name: "reporter",
  kind: "addon",
  paper: "a test",
  defaults: {},
  state: (_, { classes }) => ({
    shares: { shape: [classes], init: "uniform", logged: true, estimates: "unlabeled" },
    joint: { shape: [classes], init: "prior", logged: true, estimates: "all" },
    other: { shape: [classes], init: 1, logged: true },
  }),
  pseudoLabel(s, t) {
    s.logLabels("own", t.probs);
    const rows = t.probs.shape[0]!; // one an image
    const twos = t.probs.device.tensor(new Int32Array(rows).fill(2), [rows], "i32");
    s.logLabels("two", oneHot(twos, s.data.classes), mul(s.weights("unlabeled"), 0));
    return t;
  },
  loss: () => ({}),
});

const stack = () => compose(fixmatch({ threshold: 0.4 }), reporter());

Deno.test("rows say how good reported pseudo-labels are, and how far estimates are from the truth", async () => {
  const trainer = await tinyTrainer(device, { stack: stack() });
  await runSteps(trainer, 4);
  const row = await trainer.drain(),
    { own, two } = {
      own: row.otherPseudoLabels?.["reporter/own"],
      two: row.otherPseudoLabels?.["reporter/two"],
    };
  assert.ok(row.pseudoLabels && own && two);
  assert.equal(own.accuracy, row.pseudoLabels.accuracy);
  assert.deepEqual(own.recall, row.pseudoLabels.recall);
  assert.deepEqual([two.maskRate, two.usedAccuracy, two.imbalance], [0, null, 1]);
  assert.deepEqual(two.recall, [0, 0, 1]);
  assert.equal(two.averageRecall, 1 / 3);
  // 18, 12 and 9 unlabeled images; 8, 4 and 2 labeled ones.
  const { "reporter/shares": shares, "reporter/joint": joint, ...others } = row.priors;
  assert.ok(shares && joint);
  const { counts, trueUnlabeledCounts: hidden } = trainer.data;
  const total = hidden!.reduce((a, b) => a + b, 0); // the labels are known
  const l1 = hidden!.reduce((sum, n) => sum + Math.abs(n / total - 1 / 3), 0);
  assert.ok(Math.abs(shares.l1 - l1) < 1e-6 && shares.kl > 0);
  assert.ok(joint.l1 > 0 && counts.length === 3);
  assert.deepEqual(others, {});
  assert.ok(row.labeledAccuracy! >= 0 && row.labeledAccuracy! <= 1); // FixMatch sees them as they are
});

Deno.test("counts of reported pseudo-labels go on after a checkpoint, which has them within a period", async () => {
  const whole = await tinyTrainer(device, { stack: stack() });
  await runSteps(whole, 3);
  const saved = await saveTrainer(whole);
  assert.ok(saved.tensors.has("log/kinds/reporter/own"));
  await runSteps(whole, 2);
  const row = await whole.drain();
  assert.ok(![...(await saveTrainer(whole)).tensors.keys()].some((key) => key.includes("kinds")));
  const resumed = await tinyTrainer(device, { stack: stack() });
  await runSteps(resumed, 1);
  restoreTrainer(resumed, saved, "a test");
  await resumed.setup();
  await runSteps(resumed, 2);
  assert.deepEqual(await resumed.drain(), row);
});
