import assert from "node:assert/strict";
import { abc, basesOf, daso, distalign, reweight } from "../../algorithms/mod.ts";
import { argmax, compose, crossEntropy, defineAlgorithm, requestDevice } from "../../core/mod.ts";
import { runSteps, tinyTrainer } from "../core/training/tiny_trainer.ts";

/** A base that nobody in the toolkit has heard of. */
const outside = defineAlgorithm({
  name: "outside",
  kind: "base",
  paper: "a test",
  defaults: {},
  provides: ["pseudo-labels", "plain-guesses"],
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  loss: (s, t) => ({
    labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y),
    unlabeled: crossEntropy(s.student.strong[0]!.logits(), argmax(t.probs, 1)),
  }),
});

Deno.test("a base from outside carries the add-ons whose wishes it meets", async () => {
  const device = await requestDevice();
  const stack = compose(outside(), distalign(), daso({ warmup: 0, period: 1 }), abc());
  const trainer = await tinyTrainer(device, { stack });
  await runSteps(trainer, 3);
  const { loss } = await trainer.drain();
  assert.ok(loss["alignment"]! > 0 && loss["abc labeled"]! >= 0); // DASO's and ABC's terms
  assert.throws(() => compose(outside(), reweight()), /a labeled loss that weighs its samples/);
  device.destroy();
});

Deno.test("basesOf() looks at bases from outside, too", () => {
  assert.ok(!basesOf(daso.spec).includes("outside"));
  assert.ok(basesOf(daso.spec, [outside]).includes("outside"));
  assert.ok(!basesOf(reweight.spec, [outside]).includes("outside"));
});
