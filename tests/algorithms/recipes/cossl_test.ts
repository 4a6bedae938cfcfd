import { ADAM, isPublished, type Options, SGD, tail } from "./published.ts";

const SHARED: Options = {
  modelVariant: "cossl",
  schedule: "constant",
  decayRule: "all",
  "average.decay": 0.999,
  "average.warmup": false,
  "average.buffers": "average",
  augment: "cossl",
  "cossl.least": 0.6,
  "cossl.decay": 5e-4,
  "cossl.pseudo": "raw",
};

const ADAPTIVE: Options = {
  ...SHARED,
  ...ADAM,
  steps: 250_500,
  epochSteps: 500,
  evaluateEvery: 500,
  "batch.labeled": 64,
  "batch.ratio": 1,
  learningRate: 2e-3,
  warmupSteps: 0,
  weightDecay: 4e-5,
  shrink: 4e-5,
  "cossl.pretrain": 401 / 501,
  "cossl.weightDecay": "co-learning",
  "cossl.average": 0,
  "cossl.startSteps": 5000,
  "cossl.startBatch": 64,
  "cossl.startRate": 2e-3,
  "cossl.startAverage": 0.999,
  "cossl.startOptimizer": "adam",
};

const OF_BASE: Readonly<Record<string, Options>> = {
  fixmatch: {
    "fixmatch.threshold": 0.95,
    "fixmatch.passes": "apart",
    "cossl.strongViews": 2,
    "cossl.shrink": "pretraining",
    "split.includeLabeled": true,
  },
  mixmatch: {
    "mixmatch.lambda": 75,
    "mixmatch.alpha": 0.75,
    "mixmatch.temperature": 0.5,
    "mixmatch.rampShare": 500 / 501,
    "cossl.ramp": "one",
    "cossl.startView": "weak",
    "cossl.shrink": "always",
    "split.includeLabeled": false,
  },
  remixmatch: {
    "remixmatch.lambda": 1.5,
    "remixmatch.unmixed": 0.5,
    "remixmatch.rotation": 0.5,
    "remixmatch.alpha": 0.75,
    "remixmatch.align": true,
    "remixmatch.labeledView": "strong",
    "remixmatch.rampShare": 500 / 501,
    "remixmatch.restart": 401 / 501,
    "cossl.ramp": "full",
    "cossl.startLabeled": "strong",
    "cossl.shrink": "pretraining",
    "split.includeLabeled": false,
  },
};

Deno.test("cossl's recipes on CIFAR are those of its scripts", () => {
  const cifar: Options = {
    ...ADAPTIVE,
    model: "wrn-28-2",
    "cossl.view": "strong",
    "cossl.start": "set",
  };
  for (const [base, own] of Object.entries(OF_BASE)) {
    isPublished([`${base}+cossl`, "cifar10"], cifar, own, tail("cossl", 1500, 3000, 100));
    isPublished([`${base}+cossl`, "cifar100"], cifar, own, tail("cossl", 150, 300, 100));
  }
});

Deno.test("cossl's recipe of small ImageNet is that of its script", () => {
  isPublished(["fixmatch+cossl", "imagenet127"], ADAPTIVE, OF_BASE["fixmatch"]!, { // listed above
    model: "resnet-50",
    "cossl.view": "weak",
    "cossl.start": "loop",
    "split.protocol": "cossl",
  });
});

Deno.test("cossl's recipe of Food-101 is that of its script", () => {
  isPublished(["fixmatch+cossl", "food101"], SHARED, SGD, tail("cossl", 250, 500, 100), {
    model: "resnet-50",
    steps: 1001 * 32,
    epochSteps: 32,
    "batch.labeled": 256,
    "batch.ratio": 2,
    learningRate: 0.04,
    warmupSteps: 5 * 32,
    weightDecay: 3e-4,
    shrink: 0,
    "fixmatch.threshold": 0.9,
    "fixmatch.passes": "each",
    "cossl.pretrain": 801 / 1001,
    "cossl.strongViews": 0,
    "cossl.view": "strong",
    "cossl.weightDecay": "always",
    "cossl.average": 0.9,
    "cossl.start": "plain",
    "cossl.startSteps": 250,
    "cossl.startBatch": 256,
    "cossl.startRate": 0.04,
    "cossl.startAverage": 0.99,
    "cossl.startOptimizer": "sgd",
  });
});
