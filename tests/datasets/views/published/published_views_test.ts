import assert from "node:assert/strict";
import { compileViews } from "../../../../datasets/views/compile/compile_views.ts";
import { Code, HEAD, Head, STEP } from "../../../../kernels/augment/program.ts";
import { BadInput } from "../../../../core/bad_input.ts";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { augment, drawViews, viewSize } from "../../../../datasets/views/augment.ts";
import { cosslChoices } from "../../../../datasets/views/published/cossl.ts";
import {
  augmentationNames,
  publishedViews,
} from "../../../../datasets/views/published/published_views.ts";
import { datasetNames } from "../../../../datasets/sets/set_info.ts";

const half = [0.5, 0.5, 0.5] as const;
const viewsOf = (name: string, dataset: string, size: number) =>
  publishedViews(name, { dataset, size, mean: half, std: half });

Deno.test("publishedViews() has views of one size for every augmentation and data set", () => {
  for (const name of augmentationNames) {
    for (const dataset of datasetNames) {
      for (const size of [16, 32, 64, 96]) {
        const { weak, strong, identity, labeled = weak } = viewsOf(name, dataset, size);
        const from = { height: size, width: size };
        const [first, ...others] = [weak, strong, identity, labeled].map((r) => viewSize(r, from));
        for (const other of others) assert.deepEqual(other, first, `${name}, ${dataset}, ${size}`);
      }
    }
  }
});

Deno.test("publishedViews() has the sizes that systems train at", () => {
  const at = (name: string, dataset: string, size: number) =>
    viewSize(viewsOf(name, dataset, size).weak, { height: size, width: size }).height;
  for (const name of ["simpro", "acr", "daso", "daso-remixmatch", "seval", "adello"]) {
    assert.equal(at(name, "stl10", 96), 32, name);
  }
  assert.equal(at("cossl", "food101", 256), 224);
  assert.equal(at("seval", "semi-aves", 256), 224);
  assert.equal(at("adello", "food101", 256), 224);
  assert.equal(at("adello", "tissuemnist", 28), 32);
});

Deno.test("publishedViews() normalises as each system does", () => {
  const mean = (name: string, dataset: string) => viewsOf(name, dataset, 32).weak.mean[0];
  assert.equal(mean("simpro", "cifar10"), 0.5);
  assert.equal(mean("adello", "cifar10"), 0.485);
  assert.equal(mean("usb", "stl10"), 112.4 / 255);
  assert.equal(mean("daso", "cifar100"), 0.5071);
  assert.equal(viewsOf("daso", "cifar100", 32).weak.mean[1], 0.4865);
  assert.equal(mean("seval", "imagenet127"), 0.4914);
  assert.equal(mean("torchssl", "cifar10"), 125.3 / 255);
});

Deno.test("acr crops labeled images of small ImageNet before it flips them", () => {
  const kinds = (dataset: string) =>
    viewsOf("acr", dataset, 32).labeled?.stages.map(({ kind }) => kind);
  assert.deepEqual(kinds("imagenet127"), ["crop", "flip"]);
  assert.equal(kinds("cifar10"), undefined);
});

Deno.test("cosslChoices() can keep no bit", () => {
  const bits = (choices: ReturnType<typeof cosslChoices>) =>
    choices.find(({ operation }) => operation === "posterize")?.values;
  assert.deepEqual(bits(cosslChoices()), [1]);
  assert.deepEqual(bits(cosslChoices({ posterizeBits: 0 })), [0]);
});

Deno.test("publishedViews() tells the nearest name of an unknown augmentation", () => {
  assert.throws(() => viewsOf("simpr", "cifar10", 32), (error) => {
    assert.ok(error instanceof BadInput);
    assert.match(error.message, /no augmentation 'simpr'; did you mean 'simpro'\?/);
    return true;
  });
});

Deno.test("every view runs and gives finite numbers", async () => {
  const device = await requestDevice();
  const size = 24;
  const bytes = Uint8Array.from({ length: 4 * size * size * 3 }, (_, i) => i * i % 251);
  const images = device.tensor(bytes, [4, size, size, 3], "u8");
  const indices = device.tensor([0, 1, 2, 3], [4], "i32");
  const made = augmentationNames.flatMap((name) => {
    const { weak, strong, identity } = viewsOf(name, "cifar10", size);
    return [weak, strong, identity].map((spec) =>
      augment(images, indices, spec, { seed: 0, step: 0, name })
    );
  });
  for (const values of await device.readAll(made)) {
    assert.ok(values.every((v) => Math.abs(v) < 3.1));
    assert.ok(values.some((v) => v !== values[0]));
  }
  device.destroy();
});

Deno.test("no view draws a step that the kernel of its views does not know", async () => {
  const device = await requestDevice(), n = 600;
  for (const [dataset, size] of [["cifar10", 32], ["imagenet127", 64]] as const) {
    const images = device.tensor(new Uint8Array(size * size * 3), [1, size, size, 3], "u8");
    for (const name of augmentationNames) {
      const { weak, strong } = viewsOf(name, dataset, size);
      for (const spec of [weak, strong]) {
        const { codes } = compileViews([spec], { height: size, width: size });
        const program = drawViews(images, [{ spec, name }], { seed: 1, step: 0, n });
        const words = await device.read(program), row = words.length / n;
        const drawn = new Set<number>();
        for (let i = 0; i < n; i++) {
          const steps = words[i * row + Head.steps]!; // a word of the row's head, and its steps
          for (let k = 0; k < steps; k++) drawn.add(words[i * row + HEAD + k * STEP]! & 0xff);
        }
        drawn.delete(Code.none);
        assert.deepEqual(
          [...drawn].filter((code) => !codes.includes(code)),
          [],
          `${name} ${dataset}`,
        );
        device.free(program);
      }
    }
  }
  device.destroy();
});
