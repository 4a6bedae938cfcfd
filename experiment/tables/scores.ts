import { named } from "../../core/names.ts";
import type { HistorySummary } from "../../core/training/metrics/history.ts";

/** What a table needs of a run's summary. */
export interface ScoredSummary {
  /** Steps done. */
  readonly steps: number;
  /** The last evaluation. */
  readonly evaluation: object | null;
  /** What the evaluations come to by the rules that look at many of them. */
  readonly history: object | null;
}

/** A column of scores: what is measured, and which evaluation counts. */
export interface Measure {
  /** E.g. `top1`. */
  readonly metric: string;
  /** Key of {@linkcode RULES}; any other means that nobody said. */
  readonly rule: string;
}

/** Which evaluation counts, in words. */
export const RULES: Readonly<Record<string, string>> = {
  last: "last",
  median20: "median of last 20",
  mean20: "mean of last 20",
  best: "best on test",
};

const HISTORY: Readonly<Record<string, keyof HistorySummary>> = {
  median20: "recentMedian",
  mean20: "recentMean",
  best: "best",
};

/** Published tables' short names of metrics. */
const SHORT: Readonly<Record<string, string>> = {
  balanced: "balancedAccuracy",
  gm: "geometricMean",
  ece: "calibration.ece",
  mce: "calibration.mce",
};

/** Scores that are fractions, by where an evaluation has them, in words. */
const WORDS: Readonly<Record<string, string>> = {
  top1: "top-1",
  top5: "top-5",
  balancedAccuracy: "balanced accuracy",
  many: "many",
  medium: "medium",
  few: "few",
  geometricMean: "geometric mean",
  macroF1: "macro F1",
  "calibration.ece": "ECE",
  "calibration.mce": "MCE",
};

/**
 * Scores of the last evaluation by their names, as columns.
 *
 * @param names Keys of an evaluation such as `balancedAccuracy`, or published tables' short ones.
 * @throws {BadInput} If there is no score of a name that is a fraction; names the nearest.
 */
export function measuresOf(names: readonly string[]): Measure[] {
  const known = [...Object.keys(SHORT), ...Object.keys(WORDS)];
  const find = named(known.map((name) => [name, SHORT[name] ?? name]), "score");
  return [...new Set(names.map((name) => find(name.trim())))].map((metric) => ({
    metric,
    rule: "last",
  }));
}

/** A column's head: `balanced accuracy, last`. */
export function measureWords({ metric, rule }: Measure): string {
  const full = SHORT[metric] ?? metric;
  return `${WORDS[full] ?? full}, ${RULES[rule] ?? "rule not said"}`;
}

/**
 * A run's score.
 *
 * @param measure Where the rule is not known, the last evaluation counts.
 * @returns A fraction; null where the run has none.
 */
export function scoreOf(summary: ScoredSummary, { metric, rule }: Measure): number | null {
  const full = SHORT[metric] ?? metric, history = HISTORY[rule];
  const value = history
    ? valueAt(summary.history, `${full}.${history}`)
    : valueAt(summary.evaluation, full);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** What lies at a dotted path of nested objects; undefined if nothing does. */
export function valueAt(object: unknown, path: string): unknown {
  return path.split(".").reduce(
    (place: unknown, key) =>
      typeof place === "object" && place !== null && Object.hasOwn(place, key)
        ? (place as Record<string, unknown>)[key]
        : undefined,
    object,
  );
}

/** Mean and spread of some values. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of the sample (divided by n − 1); null for one value. */
  readonly std: number | null;
  /** How many values. */
  readonly n: number;
}

/** Mean and standard deviation; null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : null, n };
}
