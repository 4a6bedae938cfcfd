import assert from "node:assert/strict";
import { supervised } from "../../../algorithms/bases/supervised.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { scoreLogits } from "../../../core/training/metrics/evaluation.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { syntheticDataset } from "../../../datasets/images/synthetic.ts";
import type { GivenSplit } from "../../../datasets/split/protocols/make_split.ts";
import { predictions } from "../../../experiment/evaluation/predictions.ts";
import { train } from "../../../experiment/train.ts";

const whole = await syntheticDataset({ size: 16, train: 300, test: 30 });
const { classNames, size, train: { images, labels, read } } = whole;
/** The same images without a test part. */
const untested = await memoryDataset({
  ...{ name: "untested", classNames, size },
  train: { bytes: await read([...Array(images).keys()]), labels: labels! },
});

const trained = (dataset: typeof whole, split: GivenSplit) =>
  train({
    dataset,
    model: smallCnn,
    algorithm: supervised(),
    split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 0, ...split },
    settings: { steps: 4, batch: { labeled: 4 } },
  });

Deno.test("predictions() are those that train() has evaluated, in the order of the split", async () => {
  for (const [dataset, split] of [[whole, {}], [untested, { testShare: 0.1 }]] as const) {
    const run = await trained(dataset, split), found = await predictions(run, dataset);
    assert.deepEqual(found.images, run.split.test);
    const { loss, ...scores } = scoreLogits(found);
    const own = run.evaluation;
    assert.equal(found.labels.length, 30);
    assert.deepEqual(scores.confusion, own.confusion);
    assert.deepEqual([scores.many, scores.few, scores.top5], [own.many, own.few, own.top5]);
    assert.ok(Math.abs(loss - own.loss) < 1e-6);
    assert.ok(Math.abs(scores.calibration.ece - own.calibration.ece) < 1e-6);
    for (let row = 0; row < 30; row++) {
      const shares = found.probabilities.subarray(row * 10, (row + 1) * 10);
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-12);
    }
    const source = dataset === whole ? dataset.test : dataset.train;
    assert.deepEqual([...found.labels], Array.from(found.images, (i) => source.labels![i]));
    await run.network.dispose();
  }
});

Deno.test("predictions() refuses another data set; train() one that leaves nothing to evaluate", async () => {
  const run = await trained(whole, {});
  await assert.rejects(predictions(run, untested), {
    name: "TypeError",
    message: /trained on synthetic, .* no test images of untested$/,
  });
  await run.network.dispose();
  for (const split of [{}, { testShare: 0 }]) {
    await assert.rejects(trained(untested, split), (error) => {
      return error instanceof BadInput &&
        /no test images of untested; .* 0\.2 \}$/.test(error.message);
    });
  }
});
