import assert from "node:assert/strict";
import { darp } from "../../algorithms/addons/darp/darp.ts";
import { ccl } from "../../algorithms/bases/ccl/ccl.ts";
import { cpe } from "../../algorithms/bases/cpe/cpe.ts";
import { fixmatch } from "../../algorithms/bases/fixmatch.ts";
import { mixmatch } from "../../algorithms/bases/mixmatch.ts";
import { remixmatch } from "../../algorithms/bases/remixmatch/remixmatch.ts";
import { supervised } from "../../algorithms/bases/supervised.ts";
import { BadInput } from "../../core/bad_input.ts";
import { requestDevice } from "../../core/autograd/request_device.ts";
import { expertResNet } from "../../core/nn/expert_resnet.ts";
import type { Model } from "../../core/nn/model.ts";
import { smallCnn } from "../../core/nn/small_cnn.ts";
import { compose, type Stack } from "../../core/training/plugin/compose.ts";
import { defineAlgorithm } from "../../core/training/plugin/define_algorithm.ts";
import { syntheticDataset } from "../../datasets/images/synthetic.ts";
import { labelPool } from "../../datasets/split/label_pool.ts";
import type { Split } from "../../datasets/split/split.ts";
import { makeSplit } from "../../datasets/split/protocols/make_split.ts";
import type { Views, ViewSpec } from "../../datasets/views/view_spec.ts";
import { objectLayer } from "../../experiment/config/layers.ts";
import { resolveSettings } from "../../experiment/config/resolve.ts";
import { openTrainer } from "../../experiment/open_trainer.ts";

const whole = await syntheticDataset({ size: 16, train: 200, test: 20 });
const unread = () => assert.fail("an image was read");
const dataset = {
  ...whole,
  train: { images: 200, labels: whole.train.labels, read: unread },
  test: { images: 20, labels: whole.test.labels, read: unread },
};
const dealt = makeSplit(labelPool(dataset), { labeledMax: 4, gammaLabeled: 2, unlabeledMax: 8 });
const nothing = new Int32Array();

/** A stream of no image. */
const streaming = defineAlgorithm({
  name: "streaming",
  kind: "addon",
  paper: "none",
  defaults: { batch: 2, from: "all" as "all" | "unlabeled" },
  needs: ({ batch, from }) => ({
    streams: { more: { from, view: "weak", sampler: "uniform", net: "student", batch } },
  }),
});

const plain: ViewSpec = { stages: [], mean: [0, 0, 0], std: [1, 1, 1] };

/** What is refused: methods, settings and splits, and the sentence. */
const cases: readonly [what: string, RefusedRun, says: RegExp][] = [
  [
    "options of a method that do not fit the classes",
    { stack: compose(fixmatch(), darp({ counts: [1, 2] })) },
    /^The methods do not fit the data: darp: counts are 2 numbers/,
  ],
  [
    "a class without a labeled image",
    { split: { ...dealt, counts: { ...dealt.counts, labeled: [4, 0, 3, 2, 2, 2, 0, 2, 2, 2] } } },
    new RegExp(
      `^No image of class '${whole.classNames[1]}' \\(nor of '${
        whole.classNames[6]
      }'\\) of synthetic ` +
        "is labeled in a split of protocol free: give each class more",
    ),
  ],
  [
    "the same, named by the classes' own order where a split ranks them",
    {
      split: {
        ...dealt,
        relabel: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        counts: { ...dealt.counts, labeled: [4, 4, 4, 4, 4, 4, 4, 4, 4, 0] },
      },
    },
    new RegExp(`^No image of class '${whole.classNames[0]}' of synthetic is labeled`),
  ],
  [
    "a test set without an image",
    { split: { ...dealt, test: nothing } },
    /^The data set synthetic has no test image to evaluate on: set a share .*, or train without evaluation \(--test-share 0\)$/,
  ],
  [
    "a split without unlabeled images",
    { split: { ...dealt, unlabeled: nothing } },
    /^'fixmatch' needs unlabeled images, but the split of synthetic has none/,
  ],
  [
    "a step without unlabeled images",
    { settings: { batch: { labeled: 4, ratio: 0.1 } } },
    /^'fixmatch' needs unlabeled images, but a step of 4 labeled ones has none: give a larger batch.ratio$/,
  ],
  [
    "a batch that MixMatch cannot cut",
    { stack: compose(mixmatch()), settings: { batch: { labeled: 4, ratio: 0.75 } } },
    /mixmatch: a step of 4 .* 2 views of 3 .* cannot be cut into batches of 4: give a batch.ratio/,
  ],
  [
    "a batch that ReMixMatch cannot cut",
    { stack: compose(remixmatch()), settings: { batch: { labeled: 4, ratio: 1.5 } } },
    /remixmatch: a step of 4 .* 3 views of 6 .* cannot be cut into batches of 4: give a batch.ratio/,
  ],
  [
    "a stream of a set without images",
    {
      stack: compose(supervised(), streaming({ from: "unlabeled" })),
      split: { ...dealt, unlabeled: nothing },
    },
    /^The stream 'more' of 'supervised\+streaming' draws unlabeled images, but the split of synthetic has none$/,
  ],
  [
    "a stream that draws nothing",
    { stack: compose(supervised(), streaming({ batch: 0 })) },
    /^The stream 'more' .* draws 0 images a step: give a whole number of at least 1$/,
  ],
  [
    "a network without a map to normalise",
    { stack: compose(cpe()), model: expertResNet({ experts: 2 }) },
    /^The methods ask for the class-wise batch norms .* 'resnet-32-experts-2' does not hand one out/,
  ],
  [
    "views without one for contrastive losses",
    { stack: compose(ccl()), views: { weak: plain, strong: plain, identity: plain } },
    /^'ccl' asks for contrast views of labeled images, which the given views do not have: give/,
  ],
];

interface RefusedRun {
  readonly stack?: Stack;
  readonly model?: Model;
  readonly views?: Views;
  readonly split?: Split;
  readonly settings?: object;
}

Deno.test("openTrainer() refuses what does not fit the data before it reads an image", async (t) => {
  const device = await requestDevice();
  for (const [what, run, says] of cases) {
    await t.step(what, async () => {
      const { stack: given = compose(fixmatch()), split = dealt, settings = {} } = run;
      const { model = smallCnn, views } = run;
      const layers = [objectLayer(settings, "a test")];
      const { config, stack } = resolveSettings(given, dataset.name, layers);
      const opened = openTrainer({
        ...{ device, dataset, split, model, stack, config },
        ...(views ? { views } : {}),
      });
      await assert.rejects(opened, (error) => {
        assert.ok(error instanceof BadInput, `${error}`);
        assert.match(error.message, says);
        return true;
      });
    });
  }
  device.destroy();
});
