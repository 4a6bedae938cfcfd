import { entryOf, type Recipe } from "../../../core/mod.ts";

/** What both share. */
const STEPPED: Recipe = {
  model: "resnet-50",
  modelVariant: "daso",
  schedule: "multistep",
  milestoneFactor: 0.1,
  warmupSteps: 2500,
  decayRule: "all",
};

const SOLVERS: Readonly<Record<string, Recipe>> = {
  "semi-aves": {
    ...STEPPED,
    weightsPart: "body",
    steps: 45_000,
    epochSteps: 500,
    evaluateEvery: 500,
    batch: { labeled: 32, ratio: 1 },
    learningRate: 0.005,
    milestones: [1 / 3, 2 / 3],
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    weightDecay: 3e-4,
    average: { decay: 0.9, warmup: true, buffers: "average" },
  },
  imagenet127: {
    ...STEPPED,
    steps: 100_000,
    epochSteps: 1000,
    evaluateEvery: 1000,
    batch: { labeled: 64, ratio: 1 },
    learningRate: 2e-3,
    milestones: [0.5, 0.75],
    optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    weightDecay: 0,
    average: { decay: 0.999, warmup: true, buffers: "average" },
  },
};

/**
 * How SEVAL's code trains every method on the data sets that it adds to DASO's: a ResNet-50 in each
 * case, on Semi-Aves one that was trained on ImageNet before (`weights` takes a safetensors file of
 * torchvision's), on small ImageNet a fresh one with the stem for small images. Null for other data
 * sets.
 */
export function publishedSolver(dataset: string): Recipe | null {
  return entryOf(SOLVERS, dataset) ?? null;
}
