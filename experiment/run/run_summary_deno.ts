import type { PseudoLabelSummary } from "../../core/training/metrics/pseudo_labels.ts";
import type { ReportedEvaluation } from "../network/network_words.ts";
import type { BestEvaluation, EvaluationHistory } from "./evaluation_history.ts";
import type { RunFolder } from "./run_folder_deno.ts";

/** What a run came to: the content of `summary.json`. */
export interface RunSummary {
  readonly status: "finished" | "interrupted";
  readonly algorithm: string;
  readonly dataset: string;
  readonly model: string;
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** SHA-256 over all tensors of the checkpoint. */
  readonly state: string;
  /** Scores on the test images; null where there are none. */
  readonly evaluation: (ReportedEvaluation & { readonly rule: "last" }) | null;
  /** Scores on the images set aside for validation; null where there are none. */
  readonly validation: ReportedEvaluation | null;
  /** The evaluation of which the validation images were recognised best; null where there are none. */
  readonly best: BestEvaluation | null;
  /** Mean and median of the last 20 evaluations and the best of all, as papers report. */
  readonly history: EvaluationHistory | null;
  readonly pseudoLabels: PseudoLabelSummary | null;
  /** Names of the classes in the order of every list of classes here. */
  readonly classNames: readonly string[];
}

/** A run's summary; undefined where there is none, or it is damaged: it is only a report. */
export async function readSummary(
  folder: RunFolder,
): Promise<Pick<RunSummary, "status" | "steps" | "state"> | undefined> {
  const text = await folder.readText("summary.json");
  if (text === undefined) return undefined;
  try {
    const { status, steps, state } = JSON.parse(text);
    const whole = typeof status === "string" && Number.isSafeInteger(steps) &&
      typeof state === "string";
    return whole ? { status: status as RunSummary["status"], steps, state } : undefined;
  } catch {
    return undefined;
  }
}
