import { type HistorySummary, summarizeHistory } from "../../core/training/metrics/history.ts";

/** What the evaluations of a run come to, by the rules that papers report by. */
export interface EvaluationHistory {
  /** How many there were. */
  readonly evaluations: number;
  /** Of the share of test images that were classified rightly. */
  readonly top1: HistorySummary;
  /** Of the mean of the classes' recalls. */
  readonly balancedAccuracy: HistorySummary;
}

/**
 * Sums up the evaluations of a run's log.
 *
 * @param log Text of `log.jsonl`.
 * @returns Null if it has none.
 */
export function evaluationHistory(log: string): EvaluationHistory | null {
  const rows = log.split("\n").filter((line) => line.includes('"evaluation"'))
    .map((line) => JSON.parse(line) as { evaluation?: Record<string, number> })
    .flatMap(({ evaluation }) => evaluation ? [evaluation] : []);
  if (rows.length === 0) return null;
  const summary = (key: string) => summarizeHistory(rows.map((row) => row[key] ?? NaN));
  return {
    evaluations: rows.length,
    top1: summary("top1"),
    balancedAccuracy: summary("balancedAccuracy"),
  };
}
