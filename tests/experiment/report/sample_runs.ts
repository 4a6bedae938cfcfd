import { scoreLogits } from "../../../core/training/metrics/evaluation.ts";
import type { ReadRun } from "../../../experiment/run/read_run_deno.ts";

/** What differs between two sample runs. */
export interface SampleOptions {
  readonly path?: string;
  readonly algorithm?: string;
  readonly seed?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly classNames?: readonly string[];
  /** Labeled images of each class; falling by default. */
  readonly labeled?: readonly number[];
  /** Null where nobody knows. */
  readonly unlabeled?: readonly number[] | null;
  /** What plugins logged, by step. */
  state?(step: number): Readonly<Record<string, readonly number[]>>;
  /** Whether it has ended. */
  readonly finished?: boolean;
}

/** Steps of the log periods of a sample. */
export const STEPS = [10, 20, 30, 40];

/** Share of the test images of class `c` that a sample with a seed gets right after some steps. */
export function sampleRecall(c: number, step: number, seed: number): number {
  return Math.max(0, Math.min(1, step / 40 - 0.15 * c + 0.05 * seed));
}

/** A run as it would be read from its folder: ten test images a class, wrong ones taken for the next. */
export function sampleRun(given: SampleOptions = {}): ReadRun {
  const { algorithm = "fixmatch", seed = 1, classNames = ["ant", "bee", "cat"] } = given;
  const classes = classNames.length;
  const { path = `/runs/${algorithm}-${seed}`, finished = true, state = () => ({}) } = given;
  const labeled = given.labeled ?? classNames.map((_, c) => 40 - c);
  const unlabeled = given.unlabeled === undefined
    ? classNames.map((_, c) => 100 - 2 * c)
    : given.unlabeled;
  const rows = STEPS.map((step) => ({
    step,
    epoch: 0,
    seconds: step,
    imagesPerSecond: 100,
    learningRate: 0.03,
    loss: { labeled: 2 - step / 40, unlabeled: step / 100 },
    mask: step / 80,
    values: {},
    state: state(step),
    priors: {},
    pseudoLabels: {
      maskRate: step / 80,
      accuracy: step / 50,
      usedAccuracy: step > 10 ? 0.9 : null,
      precision: classNames.map((_, c) => c === 0 ? null : 0.5),
      recall: classNames.map(() => 0.25),
    },
  }));
  const evaluations = STEPS.map((step) => ({ step, evaluation: evaluationAt(step) }));
  const last = evaluations[evaluations.length - 1]!.evaluation;
  const history = (value: number) => ({
    ...{ recentMean: value / 2, recentMedian: value / 2, best: value, last: value },
  });
  return {
    path,
    config: { seed, algorithm, dataset: "toy", model: "small-cnn", steps: 40, ...given.options },
    environment: null,
    split: {
      ...{ dataset: "toy", fingerprint: "f00d", protocol: "free", seed },
      counts: { labeled, unlabeled, test: classNames.map(() => 10) },
    },
    rows,
    evaluations,
    summary: !finished ? null : {
      ...{ status: "finished", algorithm, dataset: "toy", model: "small-cnn", seed, steps: 40 },
      ...{ seconds: 40, imagesPerSecond: 100, adapter: { name: "a GPU", software: false } },
      state: "0123456789abcdef",
      evaluation: { ...last, rule: "last" },
      validation: null,
      best: null,
      history: {
        evaluations: 4,
        top1: history(last.top1),
        balancedAccuracy: history(last.balancedAccuracy),
      },
      pseudoLabels: rows[rows.length - 1]!.pseudoLabels,
      classNames,
    } as NonNullable<ReadRun["summary"]>,
  };

  function evaluationAt(step: number) {
    const labels = classNames.flatMap((_, c) => Array<number>(10).fill(c));
    const logits = labels.flatMap((label, i) => {
      const right = (i % 10) / 10 < sampleRecall(label, step, seed) - 1e-9;
      const taken = right ? label : (label + 1) % classes;
      return classNames.map((_, c) => c === taken ? 1 + (i % 10) / 3 : 0);
    });
    const scores = scoreLogits({ logits, labels, classes, trainCounts: labeled });
    return { ...scores, network: "ema" as const, head: "main", classNames };
  }
}
