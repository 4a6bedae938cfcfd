import assert from "node:assert/strict";
import { darp } from "../../algorithms/addons/darp/darp.ts";
import { fixmatch } from "../../algorithms/bases/fixmatch.ts";
import { BadInput } from "../../core/bad_input.ts";
import { requestDevice } from "../../core/autograd/request_device.ts";
import { smallCnn } from "../../core/nn/small_cnn.ts";
import { compose } from "../../core/training/plugin/compose.ts";
import { syntheticDataset } from "../../datasets/images/synthetic.ts";
import { labelPool } from "../../datasets/split/label_pool.ts";
import { makeSplit } from "../../datasets/split/protocols/make_split.ts";
import { resolveSettings } from "../../experiment/config/resolve.ts";
import { openTrainer } from "../../experiment/open_trainer.ts";

Deno.test("openTrainer() refuses what does not fit the data before it reads an image", async () => {
  const whole = await syntheticDataset({ size: 16, train: 200, test: 20 });
  const unread = () => assert.fail("an image was read");
  const { bytes: _, ...train } = whole.train;
  const dataset = { ...whole, train: { ...train, read: unread } };
  const split = makeSplit(labelPool(dataset), { labeledMax: 4, gammaLabeled: 2, unlabeledMax: 8 });
  const { config, stack } = resolveSettings(
    compose(fixmatch(), darp({ counts: [1, 2] })),
    dataset.name,
    [],
  );
  const device = await requestDevice();
  const model = smallCnn;
  await assert.rejects(openTrainer({ device, dataset, split, model, stack, config }), (error) => {
    assert.ok(error instanceof BadInput);
    assert.match(error.message, /^The methods do not fit the data: darp: counts are 2 numbers/);
    return true;
  });
  device.destroy();
});
