/**
 * Recipes by name, for methods that do not bring them along: what the papers' baselines train with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { algorithms } from "../../../algorithms/registry.ts";
import { recipes } from "../../../algorithms/recipes/recipes.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { ADAM, isPublished, type Options, resolved, SGD, tail } from "./published.ts";

/** Tests what a recipe makes of a stack. */
function isTrained(
  [recipe, stack, dataset, ...set]: readonly [string, string, string, ...string[]],
  ...parts: readonly Options[]
): void {
  isPublished([stack, dataset, `recipe=${recipe}`, ...set], { recipe }, ...parts);
}

const CONSTANT: Options = { schedule: "constant", warmupSteps: 0 };
const WARM: Options = {
  "average.decay": 0.999,
  "average.warmup": true,
  "average.buffers": "average",
};
const COPIED: Options = {
  "average.decay": 0.999,
  "average.warmup": false,
  "average.buffers": "copy",
};
const NONE: Options = { "average.decay": 0, "average.warmup": false, "average.buffers": "copy" };

Deno.test("daso's FixMatch, Supervised and bases are those of its configurations", () => {
  const shared: Options = {
    ...SGD,
    model: "wrn-28-2",
    modelVariant: "daso",
    steps: 250_000,
    epochSteps: 500,
    evaluateEvery: 500,
    "batch.labeled": 64,
    weightDecay: 5e-4,
    decayRule: "all",
    augment: "daso",
  };
  const own = { ...shared, ...CONSTANT, ...WARM, learningRate: 0.03 };
  const tails = {
    cifar10: tail("daso", 1500, 3000, 100),
    cifar100: tail("daso", 150, 300, 10),
    stl10: tail("daso", 450, null, 10),
  };
  for (const [dataset, split] of Object.entries(tails)) {
    isTrained(["daso", "fixmatch", dataset], own, split, {
      "batch.ratio": 2,
      "fixmatch.threshold": 0.95,
      "fixmatch.passes": "together",
      "fixmatch.strongViews": 1,
    });
    isTrained(["daso", "supervised", dataset], shared, NONE, split, {
      "batch.ratio": 0,
      learningRate: 0.1,
      schedule: "multistep",
      milestones: [199_999 / 250_000, 0.9],
      milestoneFactor: 0.01,
      warmupSteps: 6250,
    });
    for (const base of ["pseudolabel", "meanteacher", "mixmatch"]) {
      isTrained(["daso", base, dataset], own, split, { "batch.ratio": 1 });
    }
    isTrained(["daso", "remixmatch", dataset], { ...own, augment: "daso-remixmatch" }, split, {
      "batch.ratio": 1,
      "remixmatch.align": dataset !== "stl10",
    });
    isTrained(["daso", "fixmatch+crest", dataset], own, split, {
      "crest.generations": 5,
      "crest.plus": dataset !== "stl10",
    });
    isTrained(["daso", "supervised+crt", dataset], { steps: 350_000, "batch.ratio": 0 });
  }
});

Deno.test("seval's baselines have DASO's training and all labels", () => {
  const all = { "split.holdout": 0 };
  const cifar: Options = { ...SGD, ...CONSTANT, ...WARM, steps: 250_000, augment: "seval", ...all };
  isTrained(["seval", "fixmatch", "cifar10"], cifar, tail("seval", 1500, 3000, 100));
  isTrained(["seval", "fixmatch", "cifar100"], cifar, { epochSteps: 500 });
  isTrained(["seval", "fixmatch+seval", "cifar100"], { epochSteps: 2500, "split.holdout": null });
  isTrained(["seval", "fixmatch+seval", "cifar10", "seval.mode=load"], all);
  isTrained(["seval", "fixmatch+seval+crest", "cifar10"], { steps: 500_000 }, all, {
    "crest.generations": 2,
    "crest.plus": true,
  });
  const stepped = { schedule: "multistep", warmupSteps: 2500, "split.protocol": "seval", ...all };
  isTrained(["seval", "fixmatch", "semi-aves"], stepped, {
    model: "resnet-50",
    learningRate: 0.005,
    "batch.labeled": 32,
    "batch.ratio": 1,
    "average.decay": 0.9,
  });
  isTrained(["seval", "supervised", "semi-aves"], stepped, NONE, { learningRate: 0.025 });
  isTrained(["seval", "fixmatch+crest", "semi-aves"], { schedule: "cosine", warmupSteps: 2500 }, {
    "crest.generations": 5, // of 9000 steps, whose warm-up is 500
    "crest.plus": true,
  });
  isTrained(["seval", "fixmatch", "imagenet127"], stepped, ADAM, {
    model: "resnet-50",
    steps: 100_000,
    learningRate: 2e-3,
    weightDecay: 0,
  });
});

Deno.test("cossl's baselines are those of its scripts", () => {
  const cifar: Options = {
    ...ADAM,
    ...CONSTANT,
    model: "wrn-28-2",
    modelVariant: "cossl",
    steps: 250_000,
    epochSteps: 500,
    "batch.labeled": 64,
    "batch.ratio": 1,
    learningRate: 2e-3,
    weightDecay: 0, // Adam has none; weights shrink
    shrink: 4e-5,
    "average.decay": 0.999,
    "average.warmup": false,
    "average.buffers": "average",
    augment: "cossl",
  };
  isTrained(["cossl", "fixmatch", "cifar10"], cifar, tail("cossl", 1500, 3000, 100), {
    "split.includeLabeled": true,
    "fixmatch.passes": "apart",
    "fixmatch.strongViews": 2,
  });
  isTrained(["cossl", "mixmatch", "cifar10"], cifar, {
    "split.includeLabeled": false,
    "mixmatch.lambda": 75,
    "mixmatch.alpha": 0.75,
    "mixmatch.rampShare": 1,
  });
  isTrained(["cossl", "remixmatch", "cifar100"], cifar, tail("cossl", 150, 300, 100), {
    "split.includeLabeled": false,
    "remixmatch.target": "counts",
    "remixmatch.labeledView": "strong",
    "remixmatch.rampShare": 1,
    "remixmatch.restart": 0,
  });
  isTrained(["cossl", "fixmatch+cossl", "cifar10"], {
    ...cifar,
    steps: 250_500,
    weightDecay: 4e-5,
    "cossl.pretrain": 401 / 501,
    "cossl.weightDecay": "co-learning",
  });
  const crest = { "crest.generations": 6, "crest.shares": "geometric", "crest.by": "logit" };
  isTrained(["cossl", "fixmatch+crest", "cifar10"], { steps: 6 * 64 * 1024 }, crest);
  isTrained(["cossl", "remixmatch+crest", "cifar100"], { steps: 6 * 128 * 1024 }, crest);
  isTrained(["cossl", "fixmatch", "imagenet127"], { ...cifar, model: "resnet-50" });
  const food: Options = { ...SGD, model: "resnet-50", "batch.labeled": 256, "batch.ratio": 2 };
  isTrained(["cossl", "fixmatch", "food101"], food, {
    steps: 1000 * 32,
    "fixmatch.passes": "each",
    "fixmatch.threshold": 0.9,
    "fixmatch.strongViews": 1,
  });
  isTrained(["cossl", "fixmatch+cossl", "food101", "split.gammaLabeled=50"], food, {
    steps: 1001 * 37,
    epochSteps: 37,
    warmupSteps: 5 * 37,
  });
});

Deno.test("USB and ADELLO train with a constant rate what is made for imbalance", () => {
  const shared: Options = {
    ...SGD,
    ...COPIED,
    model: "wrn-28-2",
    modelVariant: "usb",
    steps: 2 ** 18,
    epochSteps: 1024,
    evaluateEvery: 1024,
    "batch.labeled": 64,
    learningRate: 0.03,
    weightDecay: 5e-4,
    decayRule: "dimensions",
    "split.protocol": "adello",
  };
  const two = { "batch.ratio": 2 };
  const forks = {
    usb: { "split.includeLabeled": false },
    adello: { "split.includeLabeled": null },
  };
  for (const [recipe, split] of Object.entries(forks)) {
    const all = { ...shared, ...split, augment: recipe };
    isTrained([recipe, "fixmatch", "cifar10"], all, two, { schedule: "cosine" });
    isTrained([recipe, "remixmatch", "cifar10"], all, { "batch.ratio": 1, schedule: "cosine" });
    isTrained([recipe, "fixmatch+abc", "cifar10"], all, two, { schedule: "constant" });
    isTrained([recipe, "fixmatch+darp", "cifar10", "split.unlabeled=reversed"], all, two, {
      schedule: "constant",
      "darp.warmup": 200 / 256,
      "darp.counts": [],
    });
    isTrained([recipe, "fixmatch+crest", "cifar10"], two, {
      steps: 6 * 65_536,
      "crest.generations": 6,
      "crest.plus": true,
      "crest.shares": "geometric",
    });
    isTrained([recipe, "fixmatch+daso", "cifar10"], { "daso.spread": 1.5, "daso.warmup": 5120 });
    isTrained([recipe, "supervised", "cifar10"], {
      schedule: "cosine",
      "batch.ratio": 0,
      "split.includeLabeled": false,
    });
  }
  isTrained(["adello", "fixmatch", "stl10"], tail("adello", 150, null, 20));
  isTrained(["adello", "fixmatch+adello", "stl10"], { "adello.distillAfter": 0 });
  const imagenet = { ...ADAM, model: "resnet-50", weightDecay: 1e-4, schedule: "constant" };
  isTrained(["adello", "supervised", "imagenet127"], imagenet, { steps: 250_000 });
  isTrained(["adello", "fixmatch+crest", "imagenet127"], imagenet, {
    steps: 125_000,
    "crest.generations": 5,
    "batch.ratio": 1,
  });
});

Deno.test("simpro, acr and balpoe train other methods in their settings", () => {
  const shared = { ...SGD, ...COPIED, modelVariant: "simpro", schedule: "cosine" };
  isTrained(["simpro", "fixmatch", "cifar10"], shared, tail("simpro", 500, 4000, 100), {
    steps: 43_000,
    learningRate: 0.17,
    "batch.ratio": 8,
    augment: "simpro",
  });
  isTrained(["simpro", "fixmatch", "stl10"], shared, { "batch.ratio": 16 });
  isTrained(["simpro", "fixmatch", "imagenet127"], shared, {
    model: "resnet-50",
    "batch.labeled": 32,
    "batch.ratio": 2,
  });
  const acr = { ...shared, steps: 250_000, learningRate: 0.03, "batch.ratio": 1, augment: "acr" };
  isTrained(["acr", "fixmatch", "cifar100"], acr, tail("acr", 50, 400, 20), { model: "wrn-28-2" });
  isTrained(["acr", "acr", "cifar100"], acr, { model: "wrn-28-8" });
  isTrained(["balpoe", "supervised", "cifar100"], SGD, NONE, tail("balpoe", 500, null, 100), {
    model: "resnet-32-experts-1",
    steps: 200 * 85,
    "batch.labeled": 128,
    "batch.ratio": 0,
  });
  for (const [gamma, epoch] of [[10, 153], [50, 99], [100, 85]] as const) {
    isTrained(["balpoe", "balpoe", "cifar100", `split.gammaLabeled=${gamma}`], {
      model: "resnet-32-experts-3",
      steps: 200 * epoch,
      warmupSteps: 5 * epoch,
    });
  }
});

Deno.test("cdmad trains FixMatch and ReMixMatch as its two scripts", () => {
  const shared: Options = {
    ...ADAM,
    ...CONSTANT,
    model: "wrn-28-2",
    modelVariant: "cdmad",
    epochSteps: 500,
    weightDecay: 0,
    "average.decay": 0.999,
    "average.buffers": "average",
    "batch.ratio": 2,
    augment: "cossl",
  };
  const fix = { ...shared, steps: 250_000, "batch.labeled": 32, learningRate: 1.5e-3 };
  const remix = { ...shared, steps: 150_000, "batch.labeled": 64, learningRate: 2e-3 };
  isTrained(["cdmad", "fixmatch+cdmad", "cifar10"], fix, tail("cossl", 1500, 3000, 100), {
    shrink: 0.04 * 1.5e-3,
    "split.includeLabeled": true,
    "cdmad.startEpoch": 100,
    "fixmatch.threshold": 0,
    "fixmatch.targets": "soft",
    "fixmatch.temperature": 1,
    "fixmatch.passes": "single",
    "fixmatch.strongViews": 2,
    "fixmatch.logFloor": 1e-8,
  });
  isTrained(["cdmad", "remixmatch+cdmad", "cifar10"], remix, {
    shrink: 0.04 * 2e-3,
    "split.includeLabeled": false,
    "remixmatch.align": true,
    "remixmatch.rotation": 1,
    "remixmatch.lambda": 2,
    "remixmatch.temperature": 1,
    "remixmatch.plainLabeled": true,
    "remixmatch.unmixedPass": "after",
    "remixmatch.restartEpochs": true,
    "remixmatch.rampShare": 1,
  });
  isTrained(["cdmad", "fixmatch", "cifar100"], fix, tail("cossl", 150, 300, 20), {
    shrink: 0.08 * 1.5e-3,
  });
  isTrained(["cdmad", "fixmatch+cdmad", "stl10"], fix, tail("cossl", 450, null, 10), {
    shrink: 0.01 * 1.5e-3,
  });
  // 33,720 images: large enough for the smaller decays, and the two sets differ.
  isTrained(["cdmad", "remixmatch+cdmad", "cifar10", "split.unlabeled=uniform"], remix, {
    shrink: 0.02 * 2e-3,
    "remixmatch.align": false,
    "remixmatch.rotation": 0.5,
  });
  isPublished(["fixmatch+cdmad", "cifar10"], fix, { "fixmatch.passes": "single" });
});

Deno.test("cpe trains as USB does, with cuts for each number of classes", () => {
  const shared = { ...SGD, ...CONSTANT, ...COPIED, modelVariant: "usb", learningRate: 0.03 };
  const sizes = { steps: 2 ** 18, epochSteps: 1024, "batch.labeled": 64, "batch.ratio": 2 };
  isTrained(["cpe", "cpe", "cifar10"], shared, sizes, tail("adello", 1500, 3000, 100), {
    "split.includeLabeled": false,
    "cpe.cuts": [0.2, 0.4],
    "cpe.estimateAfter": 4,
  });
  isTrained(["cpe", "cpe", "cifar100"], shared, sizes, { "cpe.cuts": [0.35, 0.7] });
  isTrained(["cpe", "fixmatch", "cifar10"], { schedule: "cosine", steps: 2 ** 18 });
});

Deno.test("ccl trains as ACR does, its estimates by the unlabeled classes", () => {
  const shared = { ...SGD, ...COPIED, modelVariant: "simpro", schedule: "cosine", augment: "ccl" };
  const cifar = { ...shared, steps: 250_000, learningRate: 0.03, "batch.ratio": 1 };
  isTrained(["ccl", "ccl", "cifar10"], cifar, tail("acr", 500, 4000, 100), {
    "ccl.momentum": 0.5,
    "ccl.allMomentum": 0.9,
    "ccl.estimateAfter": 20,
    "ccl.refresh": 0,
  });
  isTrained(["ccl", "ccl", "cifar10", "split.unlabeled=reversed"], cifar, {
    "ccl.momentum": 0.999,
    "ccl.allMomentum": 0.999,
    "ccl.estimateAfter": 5,
    "ccl.refresh": 100,
  });
  isTrained(["ccl", "ccl", "cifar100"], cifar, { model: "wrn-28-2", "ccl.allMomentum": 0.5 });
  isTrained(["ccl", "acr", "cifar100"], cifar, { model: "wrn-28-2" });
  isTrained(["ccl", "ccl", "stl10"], cifar, tail("acr", 450, null, 10), { "ccl.smooth": 1.5 });
  isTrained(["ccl", "ccl", "imagenet127"], shared, {
    model: "resnet-50",
    "batch.labeled": 32,
    "batch.ratio": 2,
    "ccl.strength": 0.1,
    "ccl.smooth": 1.5,
  });
});

Deno.test("a recipe of one's own wish changes a method of another system in its options alone", () => {
  isTrained(["simpro", "fixmatch+daso", "cifar100"], { "daso.spread": 0.3, steps: 43_000 });
  isTrained(["daso", "simpro", "cifar100"], { "simpro.threshold": 0.2, steps: 250_000 });
  // Beneath another system's CoSSL the base is not the one of CoSSL's scripts.
  isTrained(["daso", "fixmatch+cossl", "cifar10"], { "fixmatch.passes": "together" });
});

Deno.test("every recipe has a short run of every base on generated images", () => {
  const bases = algorithms.filter(({ spec }) => spec.kind === "base").map(({ spec }) => spec.name);
  for (const { name } of recipes) {
    for (const base of bases) {
      const { steps, imageSize } = resolved(base, "synthetic", `recipe=${name}`);
      assert.deepEqual([steps, imageSize], [4000, 16], `${base} with ${name}`);
    }
  }
});

Deno.test("a recipe that there is not is named with the nearest", () => {
  assert.throws(
    () => resolved("fixmatch", "cifar10", "recipe=dazo"),
    (error) => error instanceof BadInput && /did you mean 'daso'/.test(error.message),
  );
  assert.throws(() => resolved("fixmatch", "cifar10", "recipe=[daso]"), /give the name of one/);
});
