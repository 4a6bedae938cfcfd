import type { Recipe } from "../../core/mod.ts";

/**
 * Settings of FixMatch-like methods as USB trains them (Wang et al., "USB: A unified semi-supervised
 * learning benchmark", NeurIPS 2022, classic-CV configurations): SGD 0.03 with Nesterov momentum
 * 0.9, cosine over 7/16 of a half wave, decay 5e-4 on weights of more than one dimension, average
 * 0.999, Wide ResNet 28-2, USB's views. On `synthetic` a small, short run that a laptop's CPU
 * finishes.
 */
export function usbRecipe({ dataset }: { readonly dataset: string }): Recipe {
  const published: Recipe = {
    model: "wrn-28-2",
    modelVariant: "usb",
    steps: 2 ** 20,
    epochSteps: 1024,
    batch: { labeled: 64, ratio: 7 },
    learningRate: 0.03,
    schedule: "cosine",
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: dataset === "cifar100" ? 1e-3 : 5e-4,
    decayRule: "dimensions",
    average: { decay: 0.999, warmup: false, buffers: "copy" },
    augment: "usb",
  };
  if (dataset !== "synthetic") return published;
  return {
    ...published,
    model: "wrn-10-1",
    modelVariant: "daso",
    imageSize: 16,
    steps: 800,
    epochSteps: 100,
    batch: { labeled: 32, ratio: 1 },
    learningRate: 0.2,
    weightDecay: 2e-3,
    split: { labeledMax: 15, gammaLabeled: 15, unlabeledMax: 800, gammaUnlabeled: 15 },
    average: { decay: 0.99, warmup: true, buffers: "average" },
    augment: "default",
  };
}
