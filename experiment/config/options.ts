import { z } from "zod";
import { ADAPTER_CHOICES } from "../../core/autograd/adapter.ts";
import { DECAY_RULES } from "../../core/nn/optimizer.ts";
import { WIDE_RESNET_VARIANTS } from "../../core/nn/wide_resnet.ts";
import { MAX_SEED } from "../../core/random.ts";
import { LABELED_SAMPLERS, SCHEDULE_KINDS } from "../../core/training/plugin/recipe.ts";
import { UNLABELED_SHAPES } from "../../datasets/split/long_tail.ts";
import { optimizerSchema } from "./optimizer_options.ts";
import type { RunOption, RunOptions } from "./run_option.ts";

const count = z.int().min(1).max(2 ** 31 - 1);
const share = z.number().min(0).max(1);
const text = z.string().min(1);

/** Every option of a run but those of its methods, in the order in which `config.yaml` has them. */
const ROWS: RunOptions = {
  seed: {
    type: z.int().min(0).max(MAX_SEED),
    default: 0,
    doc:
      "Same seed, same adapter and driver: same result, bit for bit; on the command line −1 draws one.",
    recipe: false,
  },
  steps: {
    type: count,
    default: 1000,
    doc: "Training steps in all, those before `--resume` included: the horizon of all schedules.",
    recipe: true,
  },
  epochSteps: {
    type: count,
    default: 500,
    doc: "Steps of an epoch, wherever a method counts epochs.",
    recipe: true,
  },
  recipe: {
    type: text.nullable(),
    default: null,
    doc: "Whose published settings the methods train with; null for those they bring along.",
    recipe: false,
  },
  experiment: {
    type: text.nullable(),
    default: null,
    doc: "Row of a published table whose settings lie beneath all others; null for none.",
    recipe: false,
  },
  algorithm: {
    type: text,
    default: "fixmatch",
    doc: "A base and its add-ons, joined by `+`.",
    recipe: false,
  },
  plugins: {
    type: z.array(text),
    default: [],
    doc: "Files and package specifiers of modules from outside.",
    recipe: false,
  },
  dataset: {
    type: text,
    default: "synthetic",
    doc: "Name of the data set.",
    recipe: false,
  },
  dataDir: {
    type: text.nullable(),
    default: null,
    doc: "Folder of the data set's files, or its parent.",
    recipe: false,
  },
  imageSize: {
    type: z.int().min(4).max(1024).nullable(),
    default: null,
    doc: "Width and height of the images in pixels; null for the data set's own.",
    recipe: true,
  },
  model: {
    type: text,
    default: "wrn-28-2",
    doc: "Name of the network.",
    recipe: true,
  },
  modelVariant: {
    type: z.enum(WIDE_RESNET_VARIANTS),
    default: "usb",
    doc: "Whose published form of the network.",
    recipe: true,
  },
  weights: {
    type: text.nullable(),
    default: null,
    doc: "Safetensors file with PyTorch-named weights to start from; null for random ones.",
    recipe: false,
  },
  weightsPart: {
    type: z.enum(["all", "body"]),
    default: "all",
    doc:
      "What is taken of `weights`: `all`, or `body` to leave out linear layers trained on other classes.",
    recipe: true,
  },
  from: {
    type: text.nullable(),
    default: null,
    doc: "Folder of an earlier run whose network to start from; null for none.",
    recipe: false,
  },
  fromPart: {
    type: z.enum(["network", "files"]),
    default: "network",
    doc: "What is taken of `from`: its network, or nothing but `files` that a method reads of it.",
    recipe: true,
  },
  sampler: {
    type: z.enum(LABELED_SAMPLERS),
    default: "uniform",
    doc: "How labeled images are drawn: one by one, or rare classes as often as frequent ones.",
    recipe: true,
  },
  samplerBeta: {
    type: share,
    default: 0.999,
    doc:
      "β of the `class-aware` sampler, which weighs an image of a class of n by (1 − β) ÷ (1 − βⁿ).",
    recipe: true,
  },
  "batch.labeled": {
    type: count,
    default: 64,
    doc: "Labeled images of a step.",
    recipe: true,
  },
  "batch.ratio": {
    type: z.number().min(0).max(1000),
    default: 2,
    doc: "Unlabeled images for each labeled one: μ in the papers.",
    recipe: true,
  },
  "split.protocol": {
    type: text,
    default: "free",
    doc: "`free`, or the system whose published split is made.",
    recipe: true,
  },
  "split.labeledMax": {
    type: count.nullable(),
    default: null,
    doc: "Labeled images of the largest class: N1.",
    recipe: true,
  },
  "split.unlabeledMax": {
    type: z.int().min(0).nullable(),
    default: null,
    doc: "Unlabeled images of the largest class: M1.",
    recipe: true,
  },
  "split.gammaLabeled": {
    type: z.number().min(1).max(1e9).nullable(),
    default: null,
    doc: "N1 ÷ labeled images of the smallest class, at least 1.",
    recipe: true,
  },
  "split.gammaUnlabeled": {
    type: z.number().min(1).max(1e9).nullable(),
    default: null,
    doc: "M1 ÷ unlabeled images of the smallest class, at least 1.",
    recipe: true,
  },
  "split.unlabeled": {
    type: z.enum(UNLABELED_SHAPES).nullable(),
    default: null,
    doc: "Shape of the unlabeled class counts.",
    recipe: false,
  },
  "split.unlabeledCounts": {
    type: z.array(z.int().min(0)).nullable(),
    default: null,
    doc: "Unlabeled images of each class where the shape is `counts`.",
    recipe: false,
  },
  "split.labeledShare": {
    type: z.number().gt(0).max(1).nullable(),
    default: null,
    doc: "Share of each class that is labeled, in place of counts.",
    recipe: false,
  },
  "split.includeLabeled": {
    type: z.boolean().nullable(),
    default: null,
    doc: "Whether the labeled images are in the unlabeled set too.",
    recipe: true,
  },
  "split.holdout": {
    type: z.number().min(0).nullable(),
    default: null,
    doc: "Labeled images kept for calibration: a share of each class below 1, or how many.",
    recipe: true,
  },
  "split.valid": {
    type: z.int().min(0).nullable(),
    default: null,
    doc:
      "Images set aside for validation; with none they are the data set's own `valid` part, if it has one.",
    recipe: false,
  },
  "split.testShare": {
    type: z.number().min(0).lt(1).nullable(),
    default: null,
    doc:
      "Share of each class's training images to test on, for data without test images; 0 to train without evaluation, null for the data set's own.",
    recipe: false,
  },
  learningRate: {
    type: z.number().positive().max(1000),
    default: 0.03,
    doc: "Learning rate of the schedule's highest point.",
    recipe: true,
  },
  schedule: {
    type: z.enum(SCHEDULE_KINDS),
    default: "cosine",
    doc: "How the learning rate moves.",
    recipe: true,
  },
  warmupSteps: {
    type: z.int().min(0),
    default: 0,
    doc: "Steps in which the learning rate rises to its highest point.",
    recipe: true,
  },
  milestones: {
    type: z.array(share),
    default: [0.8, 0.9],
    doc: "Shares of the run after which the `multistep` schedules go down.",
    recipe: true,
  },
  milestoneFactor: {
    type: z.number().positive().max(1),
    default: 0.1,
    doc: "What each milestone multiplies the learning rate by.",
    recipe: true,
  },
  optimizer: {
    type: optimizerSchema,
    default: { kind: "sgd", momentum: 0.9, nesterov: true },
    doc: "The optimizer with all of its settings.",
    recipe: true,
  },
  weightDecay: {
    type: z.number().min(0).max(1000),
    default: 5e-4,
    doc: "Weight decay of the parameters that `decayRule` picks.",
    recipe: true,
  },
  decayRule: {
    type: z.enum(DECAY_RULES),
    default: "dimensions",
    doc: "Which parameters are decayed.",
    recipe: true,
  },
  shrink: {
    type: z.number().min(0).lt(1),
    default: 0,
    doc:
      "Share of all weights and running statistics that each step takes off after the average (CoSSL); 0 for none.",
    recipe: true,
  },
  clipGradient: {
    type: z.number().positive().nullable(),
    default: null,
    doc: "Longest gradient, in the 2-norm of all parameters, not shortened; null for any.",
    recipe: true,
  },
  layerDecay: {
    type: z.number().positive().max(1),
    default: 1,
    doc:
      "What the learning rate is multiplied by from a layer to the one before it; 1 for the same rate everywhere.",
    recipe: true,
  },
  "average.decay": {
    type: share,
    default: 0.999,
    doc: "Share of the old average that a step keeps.",
    recipe: true,
  },
  "average.warmup": {
    type: z.boolean(),
    default: false,
    doc:
      "Whether the average starts as the plain mean of all steps: decay min(1 − 1/(t+1), `decay`).",
    recipe: true,
  },
  "average.buffers": {
    type: z.enum(["copy", "average"]),
    default: "copy",
    doc: "Whether running statistics are copied from the network or averaged as well.",
    recipe: true,
  },
  augment: {
    type: text,
    default: "default",
    doc: "Whose weak and strong views.",
    recipe: true,
  },
  logEvery: {
    type: count,
    default: 20,
    doc: "Steps of a log period.",
    recipe: false,
  },
  evaluateEvery: {
    type: count,
    default: 200,
    doc: "Steps from one evaluation to the next; there is always one at the end.",
    recipe: true,
  },
  checkpointEvery: {
    type: count,
    default: 100,
    doc: "Steps from one checkpoint to the next.",
    recipe: false,
  },
  keepBest: {
    type: z.enum(["validation"]).nullable(),
    default: null,
    doc:
      "`validation` keeps the network that recognises the validation images best in `best.safetensors`.",
    recipe: false,
  },
  precision: {
    type: z.enum(["f32", "f16"]),
    default: "f32",
    doc:
      "In which precision a step keeps activations and their gradients: `f16` halves the memory of a step and what a GPU moves; sums, weights and evaluation stay in single precision.",
    recipe: false,
  },
  "loader.residentBytes": {
    type: z.int().min(0).nullable(),
    default: null,
    doc:
      "Images live on the GPU while they have at most so many bytes, and are streamed otherwise; null for what the adapter's buffers can hold. The result is the same.",
    recipe: false,
  },
  "loader.prefetch": {
    type: z.int().min(1).max(16),
    default: 3,
    doc:
      "Steps whose images are read ahead where they are streamed; each holds its images in memory. The result is the same.",
    recipe: false,
  },
  adapter: {
    type: z.enum(ADAPTER_CHOICES),
    default: "high-performance",
    doc: "Which adapter to ask for.",
    recipe: false,
  },
  tune: {
    type: z.boolean(),
    default: true,
    doc: "Whether kernels of GPUs are chosen by their time, before the first step; same result.",
    recipe: false,
  },
};

/** Key of an option. */
export type OptionKey = keyof RunOptions;

/** Every option of a run but those of its methods, by its key, in the order of `config.yaml`. */
export const OPTIONS: ReadonlyMap<string, RunOption> = new Map(Object.entries(ROWS));

/** What an option is, in a sentence. */
export function optionDoc(key: OptionKey): string {
  return ROWS[key].doc;
}
