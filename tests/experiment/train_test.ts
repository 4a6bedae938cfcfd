import assert from "node:assert/strict";
import { fixmatch } from "../../algorithms/bases/fixmatch.ts";
import { smallCnn } from "../../core/nn/small_cnn.ts";
import { syntheticDataset } from "../../datasets/images/synthetic.ts";
import { train, type TrainOptions } from "../../experiment/train.ts";

const dataset = await syntheticDataset({ size: 16, train: 400, test: 20 });

/** A run of six steps that is logged every second and evaluated every third. */
const trained = (more: Partial<TrainOptions> = {}) =>
  train({
    dataset,
    model: smallCnn,
    algorithm: fixmatch(),
    split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
    settings: { steps: 6, logEvery: 2, evaluateEvery: 3, batch: { labeled: 4, ratio: 2 } },
    ...more,
  });

Deno.test("train() tells scores on the way, which change nothing", async () => {
  const logged: number[] = [], scored: number[] = [];
  const told = await trained({
    onLog: ({ step }) => void logged.push(step),
    onEvaluate: ({ images }, step) => {
      assert.equal(images, 20);
      scored.push(step);
    },
  });
  assert.deepEqual(logged, [2, 4, 6]);
  assert.deepEqual(scored, [3, 6]);
  assert.equal(told.network.card.state, (await trained()).network.card.state);
});

Deno.test("a signal ends train() after the step it is in, with a network of that step", async () => {
  const stop = new AbortController(), scored: number[] = [];
  const { network, log, evaluation } = await trained({
    signal: stop.signal,
    onEvaluate: (_, step) => {
      scored.push(step);
      stop.abort();
    },
  });
  assert.deepEqual(scored, [3]);
  assert.equal(log.step, 3);
  assert.equal(network.card.step, 3);
  assert.equal(evaluation.images, 20);
  await assert.rejects(
    trained({ signal: AbortSignal.abort(new Error("enough")) }),
    /^Error: enough/,
  );
});

Deno.test("a timer gets its turn while train() trains, so that it can end it", async () => {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { log } = await trained({
    signal: stop.signal,
    settings: { steps: 100_000, logEvery: 100_000, batch: { labeled: 4, ratio: 2 } },
    model: {
      ...smallCnn,
      build(b, input) {
        const network = smallCnn.build(b, input);
        const forward: typeof network.forward = (x, pass) => {
          timer ??= setTimeout(() => stop.abort(), 100); // from the first step on
          return network.forward(x, pass);
        };
        return { ...network, forward };
      },
    },
  });
  assert.ok(log.step > 0 && log.step < 10_000, `ended after ${log.step} steps`);
});
