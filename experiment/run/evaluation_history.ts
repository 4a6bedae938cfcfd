import type { ReportedEvaluation } from "../network/network_words.ts";
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
  const rows = evaluationsIn(log).flatMap(({ evaluation }) => evaluation ? [evaluation] : []);
  if (rows.length === 0) return null;
  const summary = (key: "top1" | "balancedAccuracy") =>
    summarizeHistory(rows.map((row) => row[key]));
  return {
    evaluations: rows.length,
    top1: summary("top1"),
    balancedAccuracy: summary("balancedAccuracy"),
  };
}

/** The evaluation that validation chooses. */
export interface BestEvaluation {
  readonly rule: "best on validation";
  /** Steps done. */
  readonly step: number;
  /** Scores on the test images; null where there are none. */
  readonly evaluation: ReportedEvaluation | null;
  /** Scores on the validation images. */
  readonly validation: ReportedEvaluation;
}

/** Whether a validation is better than the best before: more balanced accuracy. */
export function isBetter(
  validation: ReportedEvaluation,
  best: ReportedEvaluation | undefined,
): boolean {
  return !best || validation.balancedAccuracy > best.balancedAccuracy;
}

/**
 * The evaluation of a run's log of which the validation images were recognised best, the first of
 * equals; null if it has none.
 *
 * @param log Text of `log.jsonl`.
 */
export function bestOf(log: string): BestEvaluation | null {
  let best: BestEvaluation | null = null;
  for (const { step, evaluation = null, validation } of evaluationsIn(log)) {
    if (!validation || !isBetter(validation, best?.validation)) continue;
    best = { rule: "best on validation", step, evaluation, validation };
  }
  return best;
}

interface LoggedEvaluation {
  readonly step: number;
  readonly evaluation?: ReportedEvaluation;
  readonly validation?: ReportedEvaluation;
}

/** Evaluations of a log; lines that are damaged are passed over, since a log is only a report. */
function evaluationsIn(log: string): LoggedEvaluation[] {
  return log.split("\n").filter((line) => /"(evaluation|validation)"/.test(line)).flatMap(
    (line) => {
      try {
        const row = JSON.parse(line) as LoggedEvaluation;
        return row.evaluation ?? row.validation ? [row] : [];
      } catch {
        return [];
      }
    },
  );
}
