import assert from "node:assert/strict";
import { compileViews } from "../../../../datasets/views/compile/compile_views.ts";
import { Code, HEAD, Head, STEP } from "../../../../kernels/augment/program.ts";
import { BadInput } from "../../../../core/bad_input.ts";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { augment, drawViews, viewSize } from "../../../../datasets/views/augment.ts";
import { cosslPool } from "../../../../datasets/views/published/cossl.ts";
import { augmentationNames, namedRecipes } from "../../../../datasets/views/published/registry.ts";
import { datasetNames } from "../../../../datasets/sets/set_info.ts";

const half = [0.5, 0.5, 0.5] as const;
const recipesOf = (name: string, dataset: string, size: number) =>
  namedRecipes(name, { dataset, size, mean: half, std: half });

Deno.test("namedRecipes() has views of one size for every augmentation and data set", () => {
  for (const name of augmentationNames) {
    for (const dataset of datasetNames) {
      for (const size of [16, 32, 64, 96]) {
        const { weak, strong, identity, labeled = weak } = recipesOf(name, dataset, size);
        const from = { height: size, width: size };
        const [first, ...others] = [weak, strong, identity, labeled].map((r) => viewSize(r, from));
        for (const other of others) assert.deepEqual(other, first, `${name}, ${dataset}, ${size}`);
      }
    }
  }
});

Deno.test("namedRecipes() has the sizes that systems train at", () => {
  const at = (name: string, dataset: string, size: number) =>
    viewSize(recipesOf(name, dataset, size).weak, { height: size, width: size }).height;
  for (const name of ["simpro", "acr", "daso", "daso-remixmatch", "seval", "adello"]) {
    assert.equal(at(name, "stl10", 96), 32, name);
  }
  assert.equal(at("cossl", "food101", 256), 224);
  assert.equal(at("seval", "semi-aves", 256), 224);
  assert.equal(at("adello", "food101", 256), 224);
  assert.equal(at("adello", "tissuemnist", 28), 32);
});

Deno.test("namedRecipes() normalises as each system does", () => {
  const mean = (name: string, dataset: string) => recipesOf(name, dataset, 32).weak.mean[0];
  assert.equal(mean("simpro", "cifar10"), 0.5);
  assert.equal(mean("adello", "cifar10"), 0.485);
  assert.equal(mean("usb", "stl10"), 112.4 / 255);
  assert.equal(mean("daso", "cifar100"), 0.5071);
  assert.equal(recipesOf("daso", "cifar100", 32).weak.mean[1], 0.4865);
  assert.equal(mean("seval", "imagenet127"), 0.4914);
  assert.equal(mean("torchssl", "cifar10"), 125.3 / 255);
});

Deno.test("acr crops labeled images of small ImageNet before it flips them", () => {
  const kinds = (dataset: string) =>
    recipesOf("acr", dataset, 32).labeled?.stages.map(({ kind }) => kind);
  assert.deepEqual(kinds("imagenet127"), ["crop", "flip"]);
  assert.equal(kinds("cifar10"), undefined);
});

Deno.test("cosslPool() can keep no bit", () => {
  const bits = (pool: ReturnType<typeof cosslPool>) =>
    pool.find(({ operation }) => operation === "posterize")?.values;
  assert.deepEqual(bits(cosslPool()), [1]);
  assert.deepEqual(bits(cosslPool({ posterizeBits: 0 })), [0]);
});

Deno.test("namedRecipes() tells the nearest name of an unknown augmentation", () => {
  assert.throws(() => recipesOf("simpr", "cifar10", 32), (error) => {
    assert.ok(error instanceof BadInput);
    assert.match(error.message, /no augmentation 'simpr'; did you mean 'simpro'\?/);
    return true;
  });
});

Deno.test("every recipe runs and gives finite numbers", async () => {
  const device = await requestDevice();
  const size = 24;
  const bytes = Uint8Array.from({ length: 4 * size * size * 3 }, (_, i) => i * i % 251);
  const images = device.tensor(bytes, [4, size, size, 3], "u8");
  const indices = device.tensor([0, 1, 2, 3], [4], "i32");
  const made = augmentationNames.flatMap((name) => {
    const { weak, strong, identity } = recipesOf(name, "cifar10", size);
    return [weak, strong, identity].map((recipe) =>
      augment(images, indices, recipe, { seed: 0, step: 0, name })
    );
  });
  for (const values of await device.readAll(made)) {
    assert.ok(values.every((v) => Math.abs(v) < 3.1));
    assert.ok(values.some((v) => v !== values[0]));
  }
  device.destroy();
});

Deno.test("no recipe draws a step that the kernel of its views does not know", async () => {
  const device = await requestDevice(), n = 600;
  for (const [dataset, size] of [["cifar10", 32], ["imagenet127", 64]] as const) {
    const images = device.tensor(new Uint8Array(size * size * 3), [1, size, size, 3], "u8");
    for (const name of augmentationNames) {
      const { weak, strong } = recipesOf(name, dataset, size);
      for (const recipe of [weak, strong]) {
        const { codes } = compileViews([recipe], { height: size, width: size });
        const program = drawViews(images, [{ recipe, name }], { seed: 1, step: 0, n });
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
