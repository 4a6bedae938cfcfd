import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { runSteps, tinyTrainer } from "./tiny_trainer.ts";

const device = await requestDevice();

Deno.test("a Trainer makes no more buffers, textures and bind groups after its third step", async () => {
  const settings = { steps: 1000 };
  const trainer = await tinyTrainer(device, { stack: compose(fixmatch()), settings });
  await runSteps(trainer, 3);
  await trainer.drain();
  const { pool, textures } = device;
  const made = () => [pool.created, pool.bytes, textures.created, device.counts.bindGroups];
  const after = made();
  let early = 0;
  for (let step = 4; step <= 1000; step++) {
    await runSteps(trainer, 1);
    if (step % 20 === 0) await trainer.drain();
    if (step === 500) early = Deno.memoryUsage().rss;
  }
  assert.deepEqual(made(), after);
  await trainer.evaluate();
  const grown = (Deno.memoryUsage().rss - early) / 2 ** 20;
  assert.ok(grown < 24, `the process grew by ${grown.toFixed(1)} MiB`);
});
