import assert from "node:assert/strict";
import { argmax } from "../../../core/autograd/ops/extreme.ts";
import { concat, pad, permute, reshape, slice } from "../../../core/autograd/ops/layout.ts";
import * as ops from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import { BadInput } from "../../../core/bad_input.ts";
import type { Builder, Pass } from "../../../core/nn/builder.ts";
import { constant, torchDefault } from "../../../core/nn/init.ts";
import type { Model } from "../../../core/nn/model.ts";
import { modelByName } from "../../../core/nn/model_registry.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { WIDE_RESNET_VARIANTS } from "../../../core/nn/wide_resnet.ts";
import { MODEL } from "../../../experiment/onnx/onnx_schema.ts";
import { toOnnx } from "../../../experiment/onnx/to_onnx.ts";
import { randomImages, randomModel } from "../network/tiny_model.ts";
import { runOnnx } from "./run_onnx.ts";

type Made = Parameters<typeof randomModel>;

/** Asserts that ONNX Runtime gives what we predict, of more images than the network was traced on. */
async function assertSame(model: Made[0], options: Made[1] = {}): Promise<void> {
  const network = randomModel(model, options);
  const { size } = network.card.preparation;
  const images = randomImages(7, size);
  const file = await toOnnx(network);
  const ours = (await network.predict(images)).flatMap((p) => p.probabilities);
  await network.dispose();
  const theirs = await runOnnx(file, images, size);
  const { logits } = theirs, classes = network.classNames.length;
  assert.equal(theirs.probabilities.length, ours.length);
  assert.equal(logits.length, ours.length);
  ours.forEach((p, i) => {
    assert.ok(Math.abs(p - theirs.probabilities[i]!) < 1e-4, `${p}, ${theirs.probabilities[i]}`);
    // Logits have to agree too, up to what a softmax does not see.
    const first = i - i % classes;
    const gap = Math.log(p / ours[first]!), theirGap = logits[i]! - logits[first]!; // one a class
    assert.ok(Math.abs(gap - theirGap) < 1e-3 * (1 + Math.abs(gap)), `${gap}, ${theirGap}`);
  });
  // A network that says the same of all images would agree with anything.
  assert.ok(ours.some((p, i) => Math.abs(p - ours[i % classes]!) > 1e-3), "all images look alike");
}

const KNOWN: readonly (readonly [string, Model, number])[] = [
  ["small-cnn", smallCnn, 16],
  ...WIDE_RESNET_VARIANTS.flatMap((variant) =>
    [1, 2].map((width) =>
      [`wrn-16-${width}, ${variant}`, modelByName(`wrn-16-${width}`, variant), 16] as const
    )
  ),
  ["resnet-18, simpro", modelByName("resnet-18"), 16],
  ["resnet-34, daso, stem of large images", modelByName("resnet-34", "daso"), 72],
  ["resnet-50, cossl", modelByName("resnet-50", "cossl"), 16],
  ["wrn-37-2", modelByName("wrn-37-2"), 16],
  ["resnext-50, stem of large images", modelByName("resnext-50"), 72],
  ["resnet-32-experts-3", modelByName("resnet-32-experts-3"), 16],
  ["resnet-50-experts-1", modelByName("resnet-50-experts-1"), 16],
];

for (const [name, model, size] of KNOWN) {
  Deno.test(`ONNX Runtime gives what we predict: ${name}`, () => assertSame(model, { size }));
}

Deno.test("heads of methods, experts among them, and what evaluations do to logits are inside", async () => {
  const heads = { own: { classes: 4 }, several: { classes: 4, experts: 3 } };
  const evaluation = { scale: [1, 0.5, 2, 1], offsets: [3, 0, -1, 0.25] };
  await assertSame(smallCnn, { heads, head: "own", evaluation });
  await assertSame(smallCnn, { heads, head: "several" });
  await assertSame(modelByName("resnet-32-experts-2"), { head: "experts", evaluation });
});

Deno.test("the view of evaluations decides the input's size", async () => {
  const network = randomModel(smallCnn, {
    preparation: {
      size: 20,
      fit: "cover",
      stages: [{ kind: "centerCrop", size: 12 }],
      inputSize: 12,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
  });
  const large = randomImages(1, 20);
  const middle = Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => {
    const y = Math.floor(i / 36) + 4, x = Math.floor(i / 3) % 12 + 4;
    return large[(y * 20 + x) * 3 + i % 3]!; // the middle is inside
  });
  const [ours] = await network.predict(large);
  const theirs = await runOnnx(await toOnnx(network), middle, 12);
  await network.dispose();
  ours!.probabilities.forEach((p, c) => assert.ok(Math.abs(p - theirs.probabilities[c]!) < 1e-5));
});

Deno.test("the file says what it is", async () => {
  const network = randomModel(smallCnn, { state: "f00d", classNames: ["ä", "b", "c", "d"] });
  interface Named {
    readonly name: string;
  }
  const file = MODEL.toObject(MODEL.decode(await toOnnx(network))) as {
    readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
    readonly graph: Record<"input" | "output" | "initializer", readonly Named[]>;
  };
  await network.dispose();
  const metadata = new Map(file.metadataProps.map(({ key, value }) => [key, value]));
  assert.deepEqual(JSON.parse(metadata.get("classNames")!), ["ä", "b", "c", "d"]);
  assert.equal(metadata.get("state"), "f00d");
  assert.equal(metadata.get("size"), "16");
  assert.equal(metadata.get("model"), "small-cnn");
  assert.deepEqual(file.graph.input.map(({ name }) => name), ["images"]);
  assert.deepEqual(file.graph.output.map(({ name }) => name), ["probabilities", "logits"]);
  const weights = file.graph.initializer.map(({ name }) => name);
  assert.ok(weights.includes("conv1.weight") && weights.includes("bn3.running_var"));
});

/** A network whose features come from what `body` makes of the maps of a convolution. */
function ownModel(
  features: number,
  body: (maps: Tensor, x: Tensor, pass: Pass) => Tensor,
  declare: (b: Builder) => void = () => {},
): Model {
  return {
    name: "own",
    build(b, { classes }) {
      const conv = b.conv2d("conv", 3, 4, 3, { padding: 1, stride: 2, bias: torchDefault(27) });
      declare(b);
      const fc = b.linear("fc", features, classes);
      return {
        features,
        forward: (x, pass) => body(conv(x, pass), x, pass),
        heads: { main: fc },
      };
    },
  };
}

const { globalAvgPool: pooled } = ops;

const OWN: Readonly<Record<string, Model>> = {
  "functions of one value": ownModel(4, (maps) => {
    const positive = ops.add(ops.square(ops.clamp(ops.tanh(maps), -0.8, 0.9)), 0.5);
    const y = ops.sqrt(ops.log(ops.exp(ops.div(2, ops.sub(3, ops.mul(positive, 0.5))))));
    const z = ops.add(ops.sigmoid(ops.neg(maps)), ops.abs(ops.leakyRelu(maps, 0.3)));
    const bounded = ops.maximum(ops.minimum(z, 0.8), 0.1);
    const powers = ops.add(ops.pow(y, 3), ops.add(ops.pow(maps, 2), ops.pow(positive, 0.7)));
    return pooled(ops.add(ops.mul(powers, ops.reciprocal(positive)), ops.relu(bounded)));
  }),
  "values that broadcast": ownModel(4, (maps) => {
    const channels = maps.device.tensor([1, 2, 3, 4], [4]);
    const places = maps.device.tensor(Array.from({ length: 8 * 4 }, (_, i) => i / 9), [8, 4]);
    const half = maps.device.tensor([0.5], []);
    const most = ops.minimum(ops.maximum(maps, channels), places);
    return pooled(ops.mul(ops.add(ops.div(most, channels), places), half));
  }),
  "pieces of maps, turned and put together": ownModel(64, (maps) => {
    const wider = pad(maps, { axis: 2, before: 1, after: 2 });
    const both = concat([wider, slice(wider, { axis: 3, start: 1, end: 3 })], 3);
    const turned = permute(both, [0, 3, 1, 2]); // [images, 6, 8, 11]
    const rows = reshape(slice(turned, { axis: 2, end: 4 }), [turned.shape[0]!, 6 * 4 * 11]);
    return slice(rows, { axis: 1, start: 7, end: 71 });
  }),
  "pooling, and reductions of some axes": ownModel(8, (maps) => {
    const means = ops.avgPool2d(maps, { kernel: 3, stride: 2, padding: 1 });
    const most = ops.maxPool2d(maps, { kernel: 2 });
    const sums = ops.sum(ops.mul(means, most), 2); // [images, 4, 4]
    const centred = ops.sub(sums, ops.mean(sums, -1, { keepAxes: true }));
    const kept = ops.mean(most, [1, 2], { keepAxes: true });
    return concat([ops.mean(centred, 1), ops.sum(ops.mul(most, kept), [1, 2])], 1);
  }),
  "attention over places": ownModel(4, (maps) => {
    const tokens = reshape(maps, [maps.shape[0]!, 64, 4]);
    const scores = ops.softmax(ops.matmul(tokens, tokens, { transposeB: true }));
    const mixed = ops.matmul(scores, ops.l2Normalize(tokens));
    return ops.mean(ops.logSoftmax(mixed), 1);
  }),
  "rows of constants": ownModel(4, (maps) => {
    const mixer = maps.device.tensor(Array.from({ length: 16 }, (_, i) => Math.sin(i)), [4, 4]);
    const bent = ops.linear(maps, mixer, maps.device.tensor([1, 0, 2, 0], [4]));
    return ops.matmul(pooled(ops.detach(bent)), ops.transpose(mixer));
  }),
  "maps seen through a view of their own": ownModel(
    256,
    (maps) => maps.view([maps.shape[0]!, 256]),
  ),
};

for (const [name, model] of Object.entries(OWN)) {
  Deno.test(`a network of one's own is written: ${name}`, () => assertSame(model));
}

const REFUSED: readonly (readonly [Model, RegExp])[] = [
  [
    ownModel(4, (maps) => ops.mul(pooled(maps), ops.norm(pooled(maps), 1, { keepAxes: true }))),
    /'own' as ONNX: norm stands in the way, ONNX has no form for it/,
  ],
  [
    ownModel(4, (maps) => ops.add(pooled(maps), ops.oneHot(argmax(pooled(maps), 1), 4))),
    /add stands in the way, it uses f32\[5, 4\], made by an operation that has no ONNX form/,
  ],
  [
    ownModel(4, (maps) => ops.add(pooled(maps), maps.device.zeros([maps.shape[0]!, 4]))),
    /add stands in the way, what it adds or multiplies by depends on the number of images/,
  ],
  [
    ownModel(4, (maps) => ops.sub(pooled(maps), ops.mean(pooled(maps), 0))),
    /mean stands in the way, it goes over the images/,
  ],
  [
    ownModel(8, (maps) => concat([pooled(maps), maps.device.zeros([maps.shape[0]!, 4])], 1)),
    /concat stands in the way, what it joins depends on the number of images/,
  ],
  [
    ownModel(4, (maps) => reshape(ops.transpose(pooled(maps)), [maps.shape[0]!, 4])),
    /permute stands in the way, it moves the axis of the images/,
  ],
  [
    ownModel(4, (_, x, { weights }) => pooled(ops.conv2d(x, ops.mul(weights.parameters[0]!, 2)))),
    /conv2d stands in the way, its filter is computed, not a parameter/,
  ],
  [
    ownModel(4, (_, x, { weights }) => {
      const plus = x.device.zeros([...x.shape.slice(0, 3), 4]);
      return pooled(ops.conv2d(x, weights.parameters[0]!, { padding: 1, plus }));
    }),
    /conv2d stands in the way, what it adds depends on the number of images/,
  ],
  [
    ownModel(
      4,
      (maps, _, { weights }) => ops.add(pooled(maps), ops.mean(weights.parameters[0]!, [0, 1, 2])),
    ),
    /mean stands in the way, it uses the filter 'conv.weight', which only conv2d may/,
  ],
  [
    {
      name: "frozen",
      build(b, { classes }) {
        const norm = b.batchNorm("norm", 3);
        return {
          features: 3,
          forward: (x, pass) => pooled(norm(x, { ...pass, norm: "frozen" })),
          heads: { main: b.linear("fc", 3, classes, { bias: constant(0) }) },
        };
      },
    },
    /batchNorm stands in the way, it takes the statistics of a batch \(mode 'frozen'\)/,
  ],
];

for (const [model, message] of REFUSED) {
  Deno.test(`a network that ONNX cannot hold is refused: ${message.source}`, async () => {
    const network = randomModel(model);
    await assert.rejects(toOnnx(network), (error) => {
      assert.ok(error instanceof BadInput);
      assert.match(error.message, message);
      return true;
    });
    await network.dispose();
  });
}
