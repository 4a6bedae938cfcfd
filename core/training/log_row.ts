import type { PseudoLabelSummary } from "./metrics/pseudo_labels.ts";

/** Means over a log period. */
export interface LogRow {
  /** Steps done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Loss terms by name. */
  readonly loss: Readonly<Record<string, number>>;
  /** Mean weight of the unlabeled samples; null where there are none. */
  readonly mask: number | null;
  /** What plugins logged, by `plugin/name`. */
  readonly values: Readonly<Record<string, number>>;
  /** How good the pseudo-labels were; null where there are none or no true labels are known. */
  readonly pseudoLabels: PseudoLabelSummary | null;
}
