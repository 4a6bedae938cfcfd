import { ADAM, isPublished, type Options, SGD, tail } from "./published.ts";

const SHARED: Options = {
  modelVariant: "usb",
  schedule: "constant",
  warmupSteps: 0,
  decayRule: "dimensions",
  shrink: 0,
  "average.decay": 0.999,
  "average.warmup": false,
  "average.buffers": "copy",
  augment: "adello",
  "batch.labeled": 64,
  "fixmatch.threshold": 0.95,
  "fixmatch.lambda": 1,
  "fixmatch.targets": "hard",
};

const CLASSIC: Options = {
  ...SHARED,
  ...SGD,
  model: "wrn-28-2",
  steps: 262_144,
  epochSteps: 1024,
  evaluateEvery: 1024,
  "batch.ratio": 2,
  learningRate: 0.03,
  weightDecay: 5e-4,
};

Deno.test("adello's recipes are those of its configurations", () => {
  const shared: Options = {
    ...CLASSIC,
    "adello.minimum": 0.1,
    "adello.power": 2,
    "adello.byEpoch": false,
    "adello.momentum": 0.999,
    "adello.distill": "complement",
    "adello.distillAfter": 50_000,
    "adello.distillWeight": 1,
    "adello.temperature": 1,
    "adello.temperatureRule": "fixed",
  };
  const of = (dataset: string, ...parts: Options[]) =>
    isPublished(["fixmatch+adello", dataset], shared, ...parts);
  of("cifar10", tail("adello", 1500, 3000, 100));
  of("cifar100", tail("adello", 150, 300, 50));
  of("stl10", tail("adello", 150, null, 20), { "adello.distillAfter": 0 });
  of("eurosat", tail("adello", 700, 1400, 100));
  of("tissuemnist", tail("adello", 6500, 13_000, 100));
});

Deno.test("udal's recipes have ADELLO's training and its own α, by epochs", () => {
  const own = { "udal.minimum": 0.1, "udal.power": 2, "udal.byEpoch": true };
  isPublished(["fixmatch+udal", "cifar10"], CLASSIC, own, tail("adello", 1500, 3000, 100));
  isPublished(["fixmatch+udal", "stl10"], CLASSIC, own, tail("adello", 150, null, 20));
});

Deno.test("adello on small ImageNet has the optimizer of its repository's baselines", () => {
  isPublished(["fixmatch+adello", "imagenet127"], SHARED, ADAM, {
    model: "resnet-50",
    steps: 250_000,
    epochSteps: 500,
    learningRate: 2e-3,
    weightDecay: 1e-4,
    "split.protocol": "adello",
  });
});
