import assert from "node:assert/strict";
import { adsh, debiaspl, fixmatch, rda, saw, tras } from "../../../algorithms/mod.ts";
import { algorithms, basesOf } from "../../../algorithms/registry.ts";
import { compose, requestDevice } from "../../../core/mod.ts";
import { restoreTrainer, saveTrainer, stateHash } from "../../../core/training/checkpoint.ts";
import { runSteps, tinyTrainer } from "../../core/training/tiny_trainer.ts";

/** USB's add-ons, whose epochs, warm-ups and thresholds a few steps reach. */
const ADDONS = [
  adsh({ threshold: 0.3 }),
  debiaspl(),
  rda(),
  saw(),
  tras({ warmup: 0.01, threshold: 0.3 }),
];

const settings = { epochSteps: 2 };

for (const addon of ADDONS) {
  Deno.test(`${addon.name} trains on every base that has what it asks for`, async () => {
    const device = await requestDevice(), names = basesOf(addon.spec);
    assert.ok(names.includes("fixmatch"));
    for (const base of algorithms.filter(({ spec }) => names.includes(spec.name))) {
      const stack = compose(base(), addon);
      const trainer = await tinyTrainer(device, { stack, settings });
      await runSteps(trainer, 3);
      const { loss } = await trainer.drain(); // throws where a loss is not finite
      assert.ok(Object.keys(loss).length > 1, stack.name);
    }
    device.destroy();
  });

  Deno.test(`${addon.name} goes on from a checkpoint as if nothing had happened`, async () => {
    const device = await requestDevice(), stack = compose(fixmatch({ threshold: 0.4 }), addon);
    const whole = await tinyTrainer(device, { stack, settings });
    await runSteps(whole, 3); // an epoch has ended
    const saved = await saveTrainer(whole);
    await runSteps(whole, 2);
    const resumed = await tinyTrainer(device, { stack, settings });
    restoreTrainer(resumed, saved, "a test");
    await runSteps(resumed, 2);
    const [a, b] = await Promise.all([saveTrainer(whole), saveTrainer(resumed)]);
    assert.equal(await stateHash(b), await stateHash(a));
    device.destroy();
  });
}
