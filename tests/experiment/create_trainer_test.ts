import assert from "node:assert/strict";
import { fixmatch } from "../../algorithms/bases/fixmatch.ts";
import { smallCnn } from "../../core/nn/small_cnn.ts";
import { saveTrainer, stateHash } from "../../core/training/checkpoint.ts";
import { syntheticDataset } from "../../datasets/images/synthetic.ts";
import {
  type ClassifierTrainer,
  createTrainer,
  type CreateTrainerOptions,
} from "../../experiment/create_trainer.ts";
import { train } from "../../experiment/train.ts";

const dataset = await syntheticDataset({ size: 16, train: 400, test: 20 });

const split = { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 };

/** A run of six steps that is logged every second and evaluated every third. */
const options: CreateTrainerOptions = {
  dataset,
  model: smallCnn,
  algorithm: fixmatch(),
  split,
  settings: { steps: 6, logEvery: 2, evaluateEvery: 3, batch: { labeled: 4, ratio: 2 } },
};

/** Hash of all that the run consists of. */
const stateOf = async ({ trainer }: ClassifierTrainer) =>
  await stateHash(await saveTrainer(trainer));

Deno.test("a run in pieces tells every step, log row and evaluation once, and ends as train() does", async () => {
  const told: string[] = [];
  using trainer = await createTrainer({
    ...options,
    onStep: (done) => told.push(`step ${done}`),
    onLog: ({ step }) => told.push(`log ${step}`),
    onEvaluate: ({ images }, step) => told.push(`${images} images after ${step}`),
  });
  assert.equal(trainer.config.steps, 6);
  assert.equal(trainer.split.test.length, 20);
  assert.equal(trainer.done, 0);
  await trainer.run({ until: 2 });
  assert.equal(trainer.done, 2);
  await trainer.run({ until: 2 }); // there already
  await trainer.run();
  await trainer.run();
  const expected = [
    ...["step 1", "log 2", "step 2", "20 images after 3", "step 3", "log 4", "step 4", "step 5"],
    ...["log 6", "20 images after 6", "step 6"],
  ];
  assert.deepEqual(told, expected);
  const scores = await trainer.evaluate();
  assert.equal((await trainer.readLog()).step, 6);
  assert.deepEqual(told, expected); // nothing has changed since
  const whole = await train(options);
  assert.deepEqual(scores, whole.evaluation);
  assert.equal((await trainer.network()).card.state, whole.network.card.state);
});

Deno.test("a signal ends run() after the step it is in, and the run can be continued", async () => {
  const stop = new AbortController(), scored: number[] = [];
  using trainer = await createTrainer({
    ...options,
    onEvaluate(_, step) {
      scored.push(step);
      stop.abort();
    },
  });
  await trainer.run({ signal: stop.signal });
  assert.deepEqual(scored, [3]);
  assert.equal(trainer.done, 3);
  await trainer.run({ signal: stop.signal });
  assert.equal(trainer.done, 3);
  const early = await trainer.network();
  assert.equal(early.card.step, 3);
  const before = early.save();
  await trainer.run();
  assert.equal(trainer.done, 6);
  assert.deepEqual(early.save(), before); // a copy
  using other = await createTrainer(options);
  await other.run();
  assert.equal(await stateOf(trainer), await stateOf(other));
});

Deno.test("validation images are evaluated by request, and nobody else is told", async () => {
  let told = 0;
  using trainer = await createTrainer({
    ...options,
    split: { ...split, valid: 10 },
    onEvaluate: () => told++,
  });
  await trainer.run({ until: 1 });
  assert.equal((await trainer.evaluate({ on: "valid" })).images, 10);
  assert.equal((await trainer.evaluate()).images, 20);
  assert.equal(told, 1);
});

Deno.test("what is returned to a trainer's calls is awaited", async () => {
  let last = 0;
  using trainer = await createTrainer({
    ...options,
    async onStep(done) {
      assert.equal(last, done - 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      last = done;
    },
  });
  await trainer.run({ until: 3 });
  assert.equal(last, 3);
});

Deno.test("createTrainer() refuses what cannot work before it reads an image", async () => {
  using trainer = await createTrainer(options);
  for (const until of [7, 2.5, -1, NaN]) {
    await assert.rejects(trainer.run({ until }), /^BadInput: Cannot train until step .* up to 6/);
  }
  const untested = { ...dataset, test: { ...dataset.test, images: 0, labels: new Int32Array() } };
  const none = { ...split, testShare: 0 };
  await assert.rejects(
    createTrainer({ ...options, dataset: untested, split: none, onEvaluate() {} }),
    /^BadInput: Cannot evaluate: there are no test images of synthetic/,
  );
  await assert.rejects(
    train({ ...options, dataset: untested, split: none }),
    /^BadInput: Cannot evaluate/,
  );
  using silent = await createTrainer({ ...options, dataset: untested, split: none });
  await silent.run({ until: 1 });
  await assert.rejects(silent.evaluate(), /^BadInput: Cannot evaluate/);
  await assert.rejects(
    silent.evaluate({ on: "valid" }),
    /^BadInput: .* validation images: .* none/,
  );
});
