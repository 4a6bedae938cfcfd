import assert from "node:assert/strict";
import { remixmatch } from "../../../../algorithms/mod.ts";
import { compose, requestDevice } from "../../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../../../core/training/tiny_trainer.ts";

const device = await requestDevice();

Deno.test("remixmatch() starts its mean of predictions anew where it is to", async () => {
  const stack = compose(remixmatch({ restart: 0.5 }));
  const settings = { steps: 6, batch: { labeled: 4, ratio: 1 } };
  const trainer = await tinyTrainer(device, { stack, settings });
  const held: number[] = [];
  for (let step = 0; step < 6; step++) {
    await runSteps(trainer, 1);
    held.push((await device.read(trainer.state.tensors.get("remixmatch/held")!))[0]!); // declared
  }
  assert.deepEqual(held, [1, 2, 3, 1, 2, 3]);
});

Deno.test("remixmatch() refuses options that make no sense", () => {
  const refused = (options: Parameters<typeof remixmatch>[0], why: RegExp) =>
    assert.throws(() => compose(remixmatch(options)), why);
  refused({ restart: 2 }, /restart is 2/);
  refused({ labeledView: "identity" as "weak" }, /labeledView is 'identity'/);
  refused({ alpha: 0 }, /alpha is 0/);
  refused({ batches: 0.5 }, /batches is 0.5: give a whole number of at least 1/);
  refused({ target: "sum" as "shares" }, /target is 'sum'/);
});
