import assert from "node:assert/strict";
import {
  abc,
  adamatch,
  algorithms,
  basesOf,
  daso,
  distalign,
  pimodel,
  reweight,
  seval,
  vat,
} from "../../algorithms/mod.ts";
import {
  argmax,
  compose,
  crossEntropy,
  defineAlgorithm,
  missingCapabilities,
  requestDevice,
} from "../../core/mod.ts";
import { describeCapability } from "../../core/training/plugin/capabilities.ts";
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

Deno.test("an add-on composes with a base, or the message names what the base lacks", () => {
  const made = algorithms.map((make) => ({ make, ...make.spec }));
  for (const base of made.filter(({ kind }) => kind === "base")) {
    for (const addon of made.filter(({ kind }) => kind === "addon")) {
      const pair = () => compose(base.make(), addon.make());
      const [missing] = missingCapabilities(addon.make.spec, base.make.spec);
      if (missing === undefined) assert.equal(pair().name, `${base.name}+${addon.name}`);
      else assert.throws(pair, (e: Error) => e.message.includes(describeCapability(missing)));
    }
  }
  assert.throws(() => compose(pimodel(), abc()), /'abc' needs a strong view of unlabeled images/);
  assert.throws(() => compose(vat(), seval()), /guessed from logits that no loss learns/);
  assert.throws(() => compose(adamatch(), distalign()), /that start as plain predictions/);
});
