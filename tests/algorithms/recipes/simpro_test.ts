import { isPublished, type Options, SGD, tail } from "./published.ts";

const SHARED: Options = {
  ...SGD,
  modelVariant: "simpro",
  epochSteps: 500,
  evaluateEvery: 500,
  schedule: "cosine",
  warmupSteps: 0,
  weightDecay: 5e-4,
  decayRule: "name",
  shrink: 0,
  "average.decay": 0.999,
  "average.warmup": false,
  "average.buffers": "copy",
};

Deno.test("simpro's recipes are those of its script", () => {
  const shared: Options = { ...SHARED, augment: "simpro", "simpro.momentum": 0.9 };
  const cifar: Options = {
    ...shared,
    model: "wrn-28-2",
    learningRate: 0.17,
    steps: 43_000,
    "batch.labeled": 64,
    "batch.ratio": 8,
  };
  const imagenet: Options = {
    ...shared,
    model: "resnet-50",
    learningRate: 0.01,
    steps: 250_000,
    "batch.labeled": 32,
    "batch.ratio": 2,
  };
  const high: Options = { "simpro.strength": 2, "simpro.threshold": 0.95 };
  const low: Options = { "simpro.strength": 1, "simpro.threshold": 0.2 };
  isPublished(["simpro", "cifar10"], cifar, high, tail("simpro", 500, 4000, 100));
  isPublished(["simpro", "cifar100"], cifar, low, tail("simpro", 50, 400, 20));
  isPublished(["simpro", "stl10"], cifar, high, tail("simpro", 450, null, 10), {
    "batch.ratio": 16,
  });
  isPublished(["simpro", "imagenet127"], imagenet, low, { "split.protocol": "simpro" });
  isPublished(["simpro", "imagenet1k"], imagenet, low, tail("simpro", 256, 1024, 256));
});

Deno.test("acr's recipes are those of its README, acr† those of SimPro's repository", () => {
  const shared: Options = {
    ...SHARED,
    augment: "acr",
    learningRate: 0.03,
    steps: 250_000,
    "batch.labeled": 64,
    "batch.ratio": 1,
    "acr.threshold": 0.95,
    "acr.strength": 2,
    "acr.targetStrength": 2,
    "acr.balancedStrength": 2,
    "acr.estimateAfter": 5,
    "acr.momentum": 0.99,
  };
  const small: Options = { model: "wrn-28-2" }, large: Options = { model: "resnet-50" };
  isPublished(["acr", "cifar10"], shared, small, tail("acr", 500, 4000, 100));
  isPublished(["acr", "cifar100"], shared, tail("acr", 50, 400, 20), { model: "wrn-28-8" });
  isPublished(["acr", "stl10"], shared, small, tail("acr", 450, null, 10));
  isPublished(["acr", "imagenet127"], shared, large, { "split.protocol": "acr" });
  isPublished(["acr", "imagenet1k"], shared, large, tail("acr", 256, 1024, 256));
  const dagger = "acr.dynamic=false";
  isPublished(["acr", "cifar10", dagger], shared, small, tail("acr", 500, 4000, 100));
  isPublished(["acr", "cifar100", dagger], shared, small, tail("acr", 50, 400, 20));
  isPublished(["acr", "imagenet127", dagger], shared, large, { "split.protocol": "simpro" });
  isPublished(["acr", "imagenet1k", dagger], shared, large, { "split.protocol": "acr" });
});
