import { z } from "zod";
import { UNLABELED_SHAPES } from "../../datasets/split/long_tail.ts";
import { WIDE_RESNET_VARIANTS } from "../../core/nn/wide_resnet.ts";
import { MAX_SEED } from "../../core/random.ts";
import type { RunConfig } from "./run_config.ts";

const count = z.int().min(1).max(2 ** 31 - 1);
const rate = z.number().positive().max(1000);
const share = z.number().min(0).max(1);

/** An optimizer and its settings. */
const optimizer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd"),
    momentum: z.number().min(0).lt(1),
    nesterov: z.boolean(),
    dampening: z.number().min(0).lt(1).exactOptional(),
  }),
  z.strictObject({
    kind: z.enum(["adam", "adamw"]),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    eps: z.number().positive(),
    epsBeforeCorrection: z.boolean().exactOptional(),
  }),
]);

/** Every option of a run but those of its methods: types and ranges. */
export const configSchema: z.ZodType<RunConfig> = z.strictObject({
  seed: z.int().min(0).max(MAX_SEED),
  steps: count,
  epochSteps: count,
  algorithm: z.string().min(1),
  plugins: z.array(z.string().min(1)),
  dataset: z.string().min(1),
  dataDir: z.string().min(1).nullable(),
  imageSize: z.int().min(4).max(1024).nullable(),
  model: z.string().min(1),
  modelVariant: z.enum(WIDE_RESNET_VARIANTS),
  weights: z.string().min(1).nullable(),
  weightsPart: z.enum(["all", "body"]),
  batch: z.strictObject({ labeled: count, ratio: z.number().min(0).max(1000) }),
  split: z.strictObject({
    protocol: z.string().min(1),
    labeledMax: count.nullable(),
    unlabeledMax: z.int().min(0).nullable(),
    gammaLabeled: z.number().min(1).max(1e9).nullable(),
    gammaUnlabeled: z.number().min(1).max(1e9).nullable(),
    unlabeled: z.enum(UNLABELED_SHAPES).nullable(),
    unlabeledCounts: z.array(z.int().min(0)).nullable(),
    labeledShare: z.number().gt(0).max(1).nullable(),
    includeLabeled: z.boolean().nullable(),
    holdout: z.number().min(0).nullable(),
    valid: z.int().min(0).nullable(),
  }),
  learningRate: rate,
  schedule: z.enum(["constant", "cosine", "multistep", "multistep-epochs", "half-cosine-epochs"]),
  warmupSteps: z.int().min(0),
  milestones: z.array(share),
  milestoneFactor: z.number().positive().max(1),
  optimizer,
  weightDecay: z.number().min(0).max(1000),
  decayRule: z.enum(["all", "name", "dimensions"]),
  shrink: z.number().min(0).lt(1),
  average: z.strictObject({
    decay: share,
    warmup: z.boolean(),
    buffers: z.enum(["copy", "average"]),
  }),
  augment: z.string().min(1),
  logEvery: count,
  evaluateEvery: count,
  checkpointEvery: count,
  loader: z.strictObject({ residentBytes: z.int().min(0).nullable() }),
  adapter: z.enum(["high-performance", "low-power", "fallback"]),
});

/** What an option is if neither the method's recipe nor the user says. */
export const DEFAULTS: RunConfig = {
  seed: 0,
  steps: 1000,
  epochSteps: 500,
  algorithm: "fixmatch",
  plugins: [],
  dataset: "synthetic",
  dataDir: null,
  imageSize: null,
  model: "wrn-28-2",
  modelVariant: "usb",
  weights: null,
  weightsPart: "all",
  batch: { labeled: 64, ratio: 2 },
  split: {
    protocol: "free",
    labeledMax: null,
    unlabeledMax: null,
    gammaLabeled: null,
    gammaUnlabeled: null,
    unlabeled: null,
    unlabeledCounts: null,
    labeledShare: null,
    includeLabeled: null,
    holdout: null,
    valid: null,
  },
  learningRate: 0.03,
  schedule: "cosine",
  warmupSteps: 0,
  milestones: [0.8, 0.9],
  milestoneFactor: 0.1,
  optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  decayRule: "dimensions",
  shrink: 0,
  average: { decay: 0.999, warmup: false, buffers: "copy" },
  augment: "default",
  logEvery: 20,
  evaluateEvery: 200,
  checkpointEvery: 100,
  loader: { residentBytes: null },
  adapter: "high-performance",
};
