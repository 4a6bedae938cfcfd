import { ADAM, isPublished, type Options, SGD, tail } from "./published.ts";

const SHARED: Options = {
  modelVariant: "daso",
  decayRule: "all",
  shrink: 0,
  "average.warmup": true,
  "average.buffers": "average",
};

const CIFAR: Options = {
  ...SHARED,
  ...SGD,
  model: "wrn-28-2",
  steps: 250_000,
  epochSteps: 500,
  evaluateEvery: 500,
  "batch.labeled": 64,
  learningRate: 0.03,
  schedule: "constant",
  warmupSteps: 0,
  weightDecay: 5e-4,
  "average.decay": 0.999,
};

/** FixMatch and what stands on it. */
const FIXMATCH: Options = {
  ...CIFAR,
  "batch.ratio": 2,
  augment: "daso",
  "fixmatch.threshold": 0.95,
  "fixmatch.lambda": 1,
};

const TAILS = {
  cifar10: tail("daso", 1500, 3000, 100),
  cifar100: tail("daso", 150, 300, 10),
  stl10: tail("daso", 450, null, 10),
} as const;

const DATASETS = ["cifar10", "cifar100", "stl10"] as const;

Deno.test("daso's recipes are those of its configurations", () => {
  const shared: Options = {
    ...FIXMATCH,
    "daso.temperature": 0.05,
    "daso.queue": 256,
    "daso.warmup": 5000,
    "daso.period": 100,
    "daso.align": 1,
    "daso.adaptive": true,
  };
  isPublished(["fixmatch+daso", "cifar10"], shared, TAILS.cifar10, { "daso.spread": 1.5 });
  isPublished(["fixmatch+daso", "cifar100"], shared, TAILS.cifar100, { "daso.spread": 0.3 });
  isPublished(["fixmatch+daso", "stl10"], shared, TAILS.stl10, { "daso.spread": 0.3 });
  for (const other of ["split.unlabeled=reversed", "split.gammaUnlabeled=1"]) {
    isPublished(["fixmatch+daso", "cifar10", other], shared, { "daso.spread": 0.3 });
  }
});

Deno.test("add-ons of DASO's repository bring its training to FixMatch", () => {
  for (const dataset of DATASETS) {
    const all = [FIXMATCH, TAILS[dataset]];
    isPublished(["fixmatch+abc", dataset], ...all, { "abc.threshold": 0.95, "abc.lambda": 1 });
    isPublished(["fixmatch+crest", dataset], ...all, {
      "crest.generations": 5,
      "crest.alpha": 3,
      "crest.minimum": 0.5,
      "crest.progressive": true,
      "crest.batches": 128,
      "crest.plus": dataset !== "stl10",
    });
    isPublished(["fixmatch+darp", dataset], ...all, {
      "darp.warmup": 0.4,
      "darp.period": 10,
      "darp.alpha": 2,
      "darp.rounds": 10,
    });
    for (const stack of ["logitadjust", "reweight", "distalign", "daso+abc", "crest+logitadjust"]) {
      isPublished([`fixmatch+${stack}`, dataset], ...all);
    }
    isPublished(["fixmatch+crt", dataset], ...all, { steps: 350_000, "crt.share": 2 / 7 });
  }
  for (const stack of ["remixmatch+crt", "fixmatch+darp+crt", "fixmatch+crt+darp"]) {
    isPublished([stack, "cifar10"], { steps: 350_000, learningRate: 0.03 });
  }
  isPublished(["fixmatch+ldam", "cifar10"], { "ldam.from": 0.8, "ldam.scale": 30 });
});

Deno.test("an add-on of another system keeps its own training beside DASO's", () => {
  const adello = { augment: "adello", steps: 262_144, "split.protocol": "adello" };
  isPublished(["fixmatch+adello+abc", "cifar10"], adello);
  isPublished(["fixmatch+abc+adello", "cifar10"], adello);
  const cossl = { augment: "cossl", steps: 250_500, "split.protocol": "cossl" };
  isPublished(["fixmatch+cossl+daso", "cifar10"], cossl);
});

Deno.test("darp has the estimates of DASO's repository where sets differ", () => {
  const first = (tailOf: readonly string[], dataset: string, counts: readonly number[]) =>
    isPublished(["fixmatch+darp", dataset, ...tailOf], { "darp.counts": counts });
  first([], "cifar10", []);
  first(["split.unlabeled=reversed"], "cifar10", [
    ...[929.7, 516.5, 155.4, 283.1, 336.4, 263.7, 486.8, 1142.6, 1464.6, 1845],
  ]);
  first(["split.gammaUnlabeled=1", "split.labeledMax=500"], "cifar10", [
    ...[1920.6, 5610.8, 5990.6, 5159.4, 3305, 3350.1, 2958.7, 4801.1, 4255.1, 2584.5],
  ]);
  first(["split.gammaLabeled=20"], "stl10", [
    ...[9850.5, 16701.2, 10500.4, 3772.8, 3024.3, 17131.2, 14513.3, 9055.5, 7387.4, 8022.4],
  ]);
  first(["split.gammaLabeled=50", "split.unlabeled=reversed"], "cifar10", []);
});

Deno.test("DASO's other bases have the recipes of its configurations", () => {
  for (const dataset of DATASETS) {
    const all = [CIFAR, TAILS[dataset], { "batch.ratio": 1 }];
    const remix = { "remixmatch.align": dataset !== "stl10" };
    isPublished(["pseudolabel", dataset], ...all, {
      "pseudolabel.threshold": 0.95,
      "pseudolabel.lambda": 1,
      "pseudolabel.rampShare": 0.4,
      augment: "daso",
    });
    isPublished(["meanteacher", dataset], ...all, {
      "meanteacher.lambda": 50,
      "meanteacher.ramp": "linear",
      "meanteacher.rampShare": 0.4,
    });
    isPublished(["mixmatch", dataset], ...all, {
      "mixmatch.alpha": 0.5,
      "mixmatch.temperature": 0.5,
      "mixmatch.lambda": 100,
      "mixmatch.rampShare": 0.016,
    });
    isPublished(["remixmatch", dataset], ...all, remix, {
      "remixmatch.alpha": 0.75,
      "remixmatch.temperature": 0.5,
      "remixmatch.lambda": 1.5,
      "remixmatch.unmixed": 0.5,
      "remixmatch.rotation": 0.5,
      "remixmatch.rampShare": 0.016,
      "remixmatch.labeledView": "weak",
      augment: "daso-remixmatch",
    });
    isPublished(["usadtm", dataset], ...all, {
      "batch.ratio": 2,
      "usadtm.warmup": 500,
      "usadtm.threshold": 0.85,
      "usadtm.clustering": 0.1,
    });
  }
  isPublished(["remixmatch+daso", "cifar10"], { "remixmatch.align": false, "daso.spread": 1.5 });
  isPublished(["remixmatch+daso", "cifar100"], { "remixmatch.align": true, "daso.spread": 0.3 });
  isPublished(["remixmatch+daso", "stl10"], { "remixmatch.align": false, "daso.spread": 0.3 });
});

Deno.test("CReST+ aligns in the place of ReMixMatch, CReST leaves that to it", () => {
  const aligned = { "crest.plus": true, "remixmatch.align": false };
  isPublished(["remixmatch+crest", "cifar10"], CIFAR, aligned);
  const own = { "crest.plus": false, "remixmatch.align": true };
  isPublished(["remixmatch+crest", "cifar10", "crest.plus=false"], CIFAR, own);
  isPublished(["remixmatch+crest", "stl10"], { "crest.plus": false, "remixmatch.align": false });
});

Deno.test("add-ons of DASO's repository have its supervised baseline", () => {
  for (const addon of ["ldam", "reweight", "logitadjust"]) {
    isPublished([`supervised+${addon}`, "cifar100"], CIFAR, TAILS.cifar100, {
      learningRate: 0.1,
      schedule: "multistep",
      milestones: [199_999 / 250_000, 0.9],
      milestoneFactor: 0.01,
      warmupSteps: 6250,
      "average.decay": 0,
      "average.warmup": false,
      "average.buffers": "copy",
    });
  }
});

Deno.test("Semi-Aves and small ImageNet are trained as SEVAL's code has them", () => {
  const shared: Options = {
    ...SHARED,
    model: "resnet-50",
    schedule: "multistep",
    milestoneFactor: 0.1,
    warmupSteps: 2500,
    "batch.ratio": 1,
    augment: "seval",
    "split.protocol": "seval",
  };
  const aves: Options = {
    ...shared,
    ...SGD,
    steps: 45_000,
    "batch.labeled": 32,
    learningRate: 0.005,
    milestones: [1 / 3, 2 / 3],
    weightDecay: 3e-4,
    weightsPart: "body",
    "average.decay": 0.9,
  };
  const imagenet: Options = {
    ...shared,
    ...ADAM,
    steps: 100_000,
    "batch.labeled": 64,
    learningRate: 2e-3,
    milestones: [0.5, 0.75],
    weightDecay: 0,
    "average.decay": 0.999,
  };
  isPublished(["fixmatch+daso", "semi-aves"], aves, { "daso.spread": 0.5, "split.holdout": 0 });
  isPublished(["fixmatch+daso", "imagenet127"], imagenet, { "daso.spread": 0.5 });
  isPublished(["fixmatch+seval", "semi-aves"], aves, { "split.holdout": null });
  isPublished(["fixmatch+seval", "imagenet127"], imagenet, { "split.holdout": null });
  isPublished(["supervised+ldam", "semi-aves"], { learningRate: 0.025, steps: 45_000 });
});

Deno.test("by name DASO trains Semi-Aves as its paper says", () => {
  const paper: Options = {
    model: "resnet-34",
    "batch.labeled": 256,
    learningRate: 0.04,
    steps: 45_000,
  };
  isPublished(["fixmatch+daso", "semi-aves", "recipe=daso"], paper, { "batch.ratio": 5 });
  isPublished(["supervised", "semi-aves", "recipe=daso"], paper, { "batch.ratio": 0 });
});
