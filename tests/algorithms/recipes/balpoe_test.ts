import { isPublished, type Options, SGD, tail } from "./published.ts";

Deno.test("balpoe's long training is that of its configurations", () => {
  const long = "balpoe.training=long";
  isPublished(["balpoe", "cifar100", long], {
    steps: 400 * 85,
    warmupSteps: 10 * 85,
    milestones: [0.8, 0.9], // epochs 320 and 360
    augment: "balpoe-long",
    learningRate: 0.1,
  });
  isPublished(["balpoe", "imagenet1k", long], { steps: 400 * 1810, augment: "balpoe-long" });
});

Deno.test("balpoe's recipes are those of its standard training", () => {
  const shared: Options = {
    ...SGD,
    weightDecay: 5e-4,
    decayRule: "all",
    shrink: 0,
    "average.decay": 0,
    augment: "balpoe",
    "batch.ratio": 0,
    "balpoe.mix": "mixup",
    "balpoe.tauForm": "list",
  };
  const cifar: Options = {
    ...shared,
    model: "resnet-32-experts-3",
    "batch.labeled": 128,
    learningRate: 0.1,
    schedule: "multistep-epochs",
    milestones: [0.8, 0.9],
    milestoneFactor: 0.1,
    "balpoe.tau": [0, 1, 2],
  };
  isPublished(["balpoe", "cifar10"], cifar, tail("balpoe", 5000, null, 100), {
    steps: 200 * 97, // 12,406 images
    epochSteps: 97,
    warmupSteps: 5 * 97,
    "balpoe.alpha": 0.8,
  });
  isPublished(["balpoe", "cifar100"], cifar, tail("balpoe", 500, null, 100), {
    steps: 200 * 85, // 10,847 images
    epochSteps: 85,
    warmupSteps: 5 * 85,
    "balpoe.alpha": 0.4,
  });
  for (const dataset of ["imagenet1k", "imagenet127"]) {
    isPublished(["balpoe", dataset], shared, {
      model: "resnet-50-experts-3",
      "batch.labeled": 64,
      learningRate: 0.025,
      schedule: "half-cosine-epochs",
      warmupSteps: 0,
      steps: 180 * 1810, // 115,846 images of ImageNet-LT
      epochSteps: 1810,
      "balpoe.alpha": 0.3,
      "balpoe.tau": [0, 1.25, 2.5],
    });
  }
  const large: Options = { ...shared, schedule: "half-cosine-epochs", warmupSteps: 0 };
  isPublished(["balpoe", "imagenet-lt"], large, {
    model: "resnet-50-experts-3",
    "batch.labeled": 64,
    learningRate: 0.025,
    steps: 180 * 1810,
    "balpoe.alpha": 0.3,
    "balpoe.tau": [0, 1.25, 2.5],
    "split.protocol": "balpoe",
  });
  isPublished(["balpoe", "inaturalist2018"], large, {
    model: "resnet-50-experts-3",
    "batch.labeled": 512,
    learningRate: 0.2,
    weightDecay: 2e-4,
    steps: 100 * 854, // 437,513 images
    "balpoe.alpha": 0.2,
    "balpoe.tau": [-1, 1, 3],
    "split.protocol": "balpoe",
  });
});
