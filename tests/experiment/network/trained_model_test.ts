import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { exp } from "../../../core/autograd/ops/pointwise.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { globalAvgPool } from "../../../core/autograd/ops/pool.ts";
import type { Model } from "../../../core/nn/model.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../core/safetensors.ts";
import { defineAlgorithm } from "../../../core/training/plugin/define_algorithm.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { syntheticDataset } from "../../../datasets/images/synthetic.ts";
import { loadModel } from "../../../experiment/network/trained_model.ts";
import { toOnnx } from "../../../experiment/onnx/to_onnx.ts";
import { train, type TrainOptions } from "../../../experiment/train.ts";
import { randomImages, randomModel } from "./tiny_model.ts";

const own: Model = {
  name: "mine",
  build(b, { classes }) {
    const conv = b.conv2d("conv", 3, 4, 3, { padding: 1 });
    const norm = b.batchNorm("norm", 4, { activation: { kind: "relu" } });
    return {
      features: 4,
      forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
      heads: { main: b.linear("fc", 4, classes) },
    };
  },
};

const dataset = await syntheticDataset({ size: 16, train: 400, test: 40 });
const trained = (more: Partial<TrainOptions> = {}) =>
  train({
    dataset,
    model: own,
    algorithm: fixmatch(),
    split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
    settings: { steps: 5, batch: { labeled: 4, ratio: 2 } },
    ...more,
  });

Deno.test("train() gives back the network that it has evaluated", async () => {
  const { network, evaluation, split } = await trained();
  const images = await dataset.test.read(split.test);
  const found = await network.predict(images);
  const confusion = evaluation.confusion.map((row) => row.map(() => 0));
  found.forEach(({ predicted, confidence, probabilities, class: name }, i) => {
    confusion[dataset.test.labels![split.test[i]!]!]![predicted]!++;
    assert.equal(confidence, Math.max(...probabilities));
    assert.equal(name, dataset.classNames[predicted]);
  });
  assert.deepEqual(confusion, evaluation.confusion);
  assert.deepEqual(network.stateDict().get("conv.weight")?.shape, [4, 3, 3, 3]);
  await network.dispose();

  // Through a file, which names a network that only its owner knows.
  const bytes = network.save();
  assert.throws(() => loadModel(bytes), /no model 'mine'.*a network of your own is given as the/);
  const loaded = loadModel(bytes, { model: own });
  assert.deepEqual(await loaded.predict(images), found);
  assert.deepEqual(loaded.card, network.card);
  await loaded.dispose();
  // Who disposes may go on.
  assert.deepEqual(await loaded.predict(images), found);
  await loaded.dispose();
});

Deno.test("predict() takes pictures of any size, and those of a canvas", async () => {
  const network = randomModel(smallCnn, { size: 8 });
  const [width, height] = [21, 13], pixels = width * height;
  const rgb = randomImages(1, 21).slice(0, 3 * pixels);
  const rgba = new Uint8ClampedArray(4 * pixels).map((_, i) =>
    i % 4 === 3 ? 7 : rgb[Math.floor(i / 4) * 3 + i % 4]! // three bytes a pixel
  );
  const [a, b] = await network.predict([
    { width, height, data: rgb },
    { width, height, data: rgba },
  ]);
  assert.deepEqual(a, b);
  assert.deepEqual(await network.predict([]), []);
  await assert.rejects(network.predict([{ width, height, data: rgb.subarray(1) }]), {
    name: "TypeError",
    message: /21 x 13 pixels has three or four bytes a pixel, not 818 in all/,
  });
  await assert.rejects(network.predict(rgb), /819 bytes are no whole images of 8 x 8 x 3 bytes/);
  await network.dispose();
});

Deno.test("a network runs on the device that it is given, and leaves it open", async () => {
  const device = await requestDevice();
  const { network } = await trained({ device });
  const images = await dataset.test.read([0, 1]);
  const found = await network.predict(images);
  await network.dispose();
  const loaded = loadModel(network.save(), { model: own, device });
  assert.deepEqual(await loaded.predict(images), found);
  await loaded.dispose();
  device.destroy();
});

Deno.test("loadModel() refuses what is no exported network, by name", () => {
  const bytes = randomModel(smallCnn).save();
  const { tensors, metadata } = decodeSafetensors(bytes, "m");
  const refused = (change: Record<string, string | undefined>, message: RegExp) => {
    const changed = Object.entries({ ...metadata, ...change });
    const kept = Object.fromEntries(changed.filter(([, v]) => v !== undefined)) as typeof metadata;
    assert.throws(() => loadModel(encodeSafetensors(tensors, kept), { name: "m" }), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, message);
      return true;
    });
  };
  assert.throws(() => loadModel(bytes.subarray(0, 99), { name: "m" }), BadInput);
  refused({ classNames: undefined }, /m as a model: its metadata have no 'classNames', as files/);
  refused({ classNames: "[3]" }, /m as a model: its classNames cannot be read/);
  refused({ mean: "[0.5, 0.5" }, /its mean cannot be read \(it is not JSON\)/);
  refused({ size: "-4" }, /its size cannot be read \(it is no whole number\)/);
  refused({ prepare: '{"size":8,"fit":"cover","stages":[{"kind":"cutout"}]}' }, /its prepare/);
  refused({ evaluationScale: "[1]", evaluationOffsets: "[1]" }, /4 classes, but 1 numbers/);
  refused({ model: "wrn-11-1" }, /no Wide ResNet of depth 11/);
});

Deno.test("a network whose weights are not the card's is refused when it is opened", async () => {
  const { tensors, metadata } = decodeSafetensors(randomModel(smallCnn).save(), "m");
  const model = loadModel(encodeSafetensors(tensors, { ...metadata, model: "wrn-10-1" }));
  await assert.rejects(
    model.open(),
    /Cannot load the weights: missing: .* 'conv1\.weight' has shape/,
  );
});

Deno.test("a network is trained though its method's evaluations cannot be repeated, and says so", async () => {
  const curved = defineAlgorithm({
    name: "curved",
    kind: "addon",
    paper: "none",
    defaults: {},
    adjustEvaluation: (_, logits) => exp(logits),
  });
  const { network, evaluation } = await trained({ algorithm: compose(fixmatch(), curved()) });
  assert.equal(evaluation.images, 40);
  const message = /'fixmatch\+curved' changes the logits of its evaluations by more than a factor/;
  await assert.rejects(network.predict(await dataset.test.read([0])), message);
  await assert.rejects(toOnnx(network), message);
  assert.throws(() => network.save(), message);
});
