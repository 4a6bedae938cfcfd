/** What every run of the table has in common: options of `train`. */
export const SHARED: Readonly<Record<string, string | number | boolean>> = {
  model: "wrn-10-1",
  modelVariant: "daso",
  steps: 300,
  epochSteps: 15,
  schedule: "cosine",
  learningRate: 0.03,
  weightDecay: 5e-4,
  decayRule: "dimensions",
  shrink: 0,
  "optimizer.kind": "sgd",
  "optimizer.momentum": 0.9,
  "optimizer.nesterov": true,
  "average.decay": 0.98,
  "average.warmup": true,
  "average.buffers": "average",
  augment: "simpro",
  "batch.labeled": 16,
  "batch.ratio": 1,
  "split.protocol": "free",
  "split.labeledMax": 450,
  "split.gammaLabeled": 50,
  "split.gammaUnlabeled": 50,
  "split.includeLabeled": false,
  evaluateEvery: 150,
  logEvery: 30,
  checkpointEvery: 1000,
};

/** Class distributions of the unlabeled images, each of about 1400 images. */
export const SHAPES: Readonly<Record<string, { readonly "split.unlabeledMax": number }>> = {
  consistent: { "split.unlabeledMax": 500 },
  uniform: { "split.unlabeledMax": 140 },
  reversed: { "split.unlabeledMax": 500 },
};

/** A row of the table. */
export interface Entry {
  /** Name of its runs' folders. */
  readonly name: string;
  /** Method stack. */
  readonly algorithm: string;
  /** Its options beside the shared ones. */
  readonly set: Readonly<Record<string, string | number>>;
  /** Whether unlabeled images play no role, so that one shape of them is enough. */
  readonly labelsOnly?: boolean;
  /** Entry whose run has to come first, and the option that takes its folder. */
  readonly after?: { readonly name: string; readonly option: string };
  /** Whether it only serves another entry and has no row of its own. */
  readonly hidden?: boolean;
  /** Logged state that estimates the class distribution of the unlabeled images. */
  readonly estimate?: string;
}

const FIXMATCH = { "fixmatch.threshold": 0.7 };
const SEVAL = {
  "seval.period": 20,
  "seval.piDecay": 0.9,
  "seval.thresholdDecay": 0.9,
  "seval.thresholdGroups": 5,
  "seval.threshold": 0.7,
};

/**
 * The methods with options that fit 300 steps: what counts steps is scaled down with the run, slow
 * averages are faster, and pseudo-labels count from 0.7 on, as few would reach 0.95. Logits are
 * adjusted with strength 1, where SimPro and ACR have 2 for ten classes.
 */
export const ENTRIES: readonly Entry[] = [
  { name: "supervised", algorithm: "supervised", set: {}, labelsOnly: true },
  { name: "fixmatch", algorithm: "fixmatch", set: FIXMATCH },
  {
    name: "simpro",
    algorithm: "simpro",
    set: { "simpro.threshold": 0.7, "simpro.strength": 1 },
    estimate: "simpro/unlabeledPrior",
  },
  {
    name: "adello",
    algorithm: "fixmatch+adello",
    set: { ...FIXMATCH, "adello.momentum": 0.98, "adello.distillAfter": 57 },
    estimate: "adello/estimate",
  },
  {
    name: "acr",
    algorithm: "acr",
    set: {
      "acr.threshold": 0.7,
      "acr.momentum": 0.98,
      "acr.estimateAfter": 1,
      "acr.strength": 1,
      "acr.targetStrength": 1,
      "acr.balancedStrength": 1,
    },
    estimate: "acr/estimate",
  },
  {
    name: "daso",
    algorithm: "fixmatch+daso",
    set: { ...FIXMATCH, "daso.warmup": 20, "daso.period": 20, "daso.queue": 32 },
  },
  {
    name: "cossl",
    algorithm: "fixmatch+cossl",
    set: {
      ...FIXMATCH,
      "cossl.startSteps": 1000,
      "cossl.startAverage": 0.98,
      "cossl.weightDecay": "always",
    },
  },
  {
    name: "seval0",
    algorithm: "fixmatch+seval",
    set: { ...SEVAL, "split.holdout": 0.5, "seval.target": 0.75 },
    hidden: true,
  },
  {
    name: "seval",
    algorithm: "fixmatch+seval",
    set: { ...SEVAL, "split.holdout": 0, "seval.mode": "load" },
    after: { name: "seval0", option: "seval.curriculum" },
  },
];
