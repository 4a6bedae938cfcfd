import assert from "node:assert/strict";
import { isPublished, type Options, resolved, SGD, tail } from "./published.ts";

const USB: Options = {
  ...SGD,
  model: "wrn-28-2",
  modelVariant: "usb",
  augment: "usb",
  steps: 2 ** 20,
  epochSteps: 1024,
  "batch.labeled": 64,
  "batch.ratio": 7,
  learningRate: 0.03,
  schedule: "cosine",
  decayRule: "dimensions",
  "average.decay": 0.999,
};

const FAMILY = ["flexmatch", "freematch", "softmatch", "adamatch", "uda", "comatch", "simmatch"];

Deno.test("the recipes of USB's bases are those of its configurations", () => {
  for (const stack of ["fixmatch", "supervised", ...FAMILY]) {
    isPublished([stack, "cifar10"], USB, { weightDecay: 5e-4 });
    isPublished([stack, "cifar100"], USB, { weightDecay: 1e-3 });
    isPublished([stack, "stl10"], USB, { weightDecay: 5e-4, model: "wrn-37-2" });
  }
  for (const stack of ["pimodel", "vat"]) {
    isPublished([stack, "cifar10"], USB, { weightDecay: 5e-4, "batch.ratio": 1 });
  }
  isPublished(["freematch", "svhn"], { "freematch.ceiling": 0.95 });
  isPublished(["simmatch", "cifar10"], { "simmatch.network": "student", "simmatch.scale": "each" });
  const large = { "simmatch.network": "average", "simmatch.momentum": 0 };
  isPublished(["simmatch", "imagenet127"], large);
});

Deno.test("USB's long-tailed recipe has its bases as its code runs them", () => {
  for (const stack of [...FAMILY, "uda+abc"]) {
    isPublished([stack, "cifar10", "recipe=usb"], {
      steps: 2 ** 18,
      "batch.ratio": 2,
      schedule: stack.includes("+") ? "constant" : "cosine",
      "split.labeledMax": 1500,
    });
  }
  isPublished(["uda", "cifar10", "recipe=usb"], { "uda.temperature": 1 });
  isPublished(["vat", "cifar10", "recipe=usb"], { "vat.xi": 1e-6, "batch.ratio": 1 });
  isPublished(["simmatch", "cifar10", "recipe=usb"], { "simmatch.scale": "batch" });
  isPublished(["remixmatch", "cifar10", "recipe=usb"], { "remixmatch.momentum": 0.999 });
});

Deno.test("USB's add-ons bring its long-tailed benchmark along", () => {
  const shared: Options = {
    ...USB,
    steps: 2 ** 18,
    "batch.ratio": 2,
    schedule: "constant",
    weightDecay: 5e-4,
    "split.includeLabeled": false,
  };
  for (const method of ["adsh", "debiaspl", "saw", "tras"]) {
    const stack = `fixmatch+${method}`;
    isPublished([stack, "cifar10"], shared, tail("adello", 1500, 3000, 100));
    isPublished([stack, "cifar100"], shared, tail("adello", 150, 300, 10));
    isPublished([stack, "stl10"], shared, tail("adello", 150, null, 10));
    assert.equal(resolved(stack, "eurosat")["split.protocol"], "free");
  }
  isPublished(["fixmatch+debiaspl", "cifar10"], { "debiaspl.tau": 0.4, "debiaspl.margin": 0.4 });
  isPublished(["remixmatch+tras", "cifar10"], shared, { "batch.ratio": 1 });
  const fork = { ...shared, augment: "adello", "split.includeLabeled": null };
  isPublished(["fixmatch+rda", "cifar10"], fork, tail("adello", 1500, 3000, 100));
  isPublished(["fixmatch+debiaspl", "cifar10", "recipe=adello"], fork, {
    "debiaspl.tau": 0.5,
    "debiaspl.margin": 0.4,
  });
});

Deno.test("SAW is SEVAL's own where its recipe is asked for", () => {
  for (const [dataset, beta] of [["cifar10", 0.999], ["imagenet127", 0]] as const) {
    isPublished(["fixmatch+saw", dataset, "recipe=seval"], {
      "saw.counts": "running",
      "saw.labeledBeta": beta,
    });
  }
});

Deno.test("ABC, CReST+ and DARP are USB's own where its recipe is asked for", () => {
  for (const recipe of ["usb", "adello"]) {
    const named = `recipe=${recipe}`;
    isPublished(["fixmatch+abc", "cifar10", named], { "abc.targets": "hard" });
    isPublished(["fixmatch+crest", "cifar10", named], { "crest.average": "moving" });
    isPublished(["fixmatch+darp", "cifar10", named], { "darp.mask": "raw" });
  }
});
