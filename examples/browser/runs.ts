import {
  compose,
  type Dataset,
  type Evaluation,
  fixmatch,
  type LogRow,
  smallCnn,
  train,
  type TrainedModel,
} from "@longtail/longtail";
import { adello, simpro } from "@longtail/longtail/algorithms";
import type { Plugin, Stack } from "@longtail/longtail/core";
import { labelPool, makeSplit, rankedClassNames, type Split } from "@longtail/longtail/datasets";

/** A method that the page offers. */
export interface Method {
  /** What people read. */
  readonly title: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** The method for a run of some hundred steps: what counts steps is scaled down with the run. */
  algorithm(steps: number): Plugin | Stack;
}

/** Pseudo-labels count from here on: in so short a run few would reach the published 0.95. */
const THRESHOLD = 0.7;

/** The methods by the values of the form. */
export const METHODS: Readonly<Record<string, Method>> = {
  "fixmatch": {
    title: "FixMatch",
    does: "Takes its own confident guesses for labels.",
    algorithm: () => fixmatch({ threshold: THRESHOLD }),
  },
  "simpro": {
    title: "SimPro",
    does: "Estimates how the unlabeled images are distributed, and corrects its guesses by that.",
    algorithm: () => simpro({ threshold: THRESHOLD, strength: 1 }),
  },
  "fixmatch+adello": {
    title: "FixMatch + ADELLO",
    does: "Bends the classifier from the long tail towards balance, and learns from doubts too.",
    algorithm: (steps) =>
      compose(
        fixmatch({ threshold: THRESHOLD }),
        adello({ momentum: 0.98, distillAfter: Math.round(steps / 5) }),
      ),
  },
};

/** Distributions of the unlabeled images by the values of the form. */
export const SHAPES = {
  consistent: { title: "the same long tail", unlabeledMax: 400 },
  uniform: { title: "all classes alike", unlabeledMax: 140 },
  reversed: { title: "the tail turned around", unlabeledMax: 400 },
} as const;

/** What somebody chose. */
export interface Choice {
  readonly method: string;
  readonly steps: number;
  /** Labeled images of the first class for each one of the last: γ. */
  readonly imbalance: number;
  readonly shape: keyof typeof SHAPES;
}

/** Which images are labeled, unlabeled, for testing. */
export function splitOf(
  dataset: Dataset,
  { imbalance, shape }: Pick<Choice, "imbalance" | "shape">,
): Split {
  return makeSplit(labelPool(dataset), {
    labeledMax: 100,
    gammaLabeled: imbalance,
    unlabeled: shape,
    unlabeledMax: SHAPES[shape].unlabeledMax,
    gammaUnlabeled: imbalance,
  });
}

/** Class names in the order of a split's counts. */
export const classNamesOf = ({ classNames }: Dataset, split: Split): readonly string[] =>
  rankedClassNames(classNames, split);

/** A run: what was chosen, and what came of it so far. */
export interface Run extends Choice {
  /** Counts from 0; decides the look of its lines. */
  readonly index: number;
  /** Rows of the log. */
  readonly log: LogRow[];
  /** Scores on the test images, with the steps done by then. */
  readonly scores: { readonly step: number; readonly evaluation: Evaluation }[];
}

/** Who is told while a run goes on. */
export interface Watcher {
  /** Ends it after the step it is in. */
  readonly signal: AbortSignal;
  /** There is a new row of the log, or there are new scores. */
  onChange(news: "log" | "scores"): void;
}

/** Trains as it was chosen; the run grows while it goes on. */
export async function trainRun(
  run: Run,
  dataset: Dataset,
  { signal, onChange }: Watcher,
): Promise<TrainedModel> {
  const { steps } = run, every = (times: number) => Math.max(1, Math.round(steps / times));
  const { network } = await train({
    dataset,
    split: splitOf(dataset, run),
    model: smallCnn,
    algorithm: METHODS[run.method]!.algorithm(steps), // one of the form's values
    signal,
    settings: {
      steps,
      epochSteps: every(20),
      batch: { labeled: 16, ratio: 2 },
      optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
      schedule: "cosine",
      learningRate: 0.03,
      average: { decay: 0.98, warmup: true, buffers: "average" },
      logEvery: every(50),
      evaluateEvery: every(15),
    },
    onLog(row) {
      run.log.push(row);
      onChange("log");
    },
    onEvaluate(evaluation, step) {
      run.scores.push({ step, evaluation });
      onChange("scores");
    },
  });
  return network;
}
