import { Diverged } from "./diverged.ts";
import { type PseudoLabelSummary, summarizePseudoLabels } from "./metrics/pseudo_labels.ts";

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
  /** Logged state of plugins, by `plugin/key`, as it is after the period's last step. */
  readonly state: Readonly<Record<string, readonly number[]>>;
  /** How good the pseudo-labels were; null where there are none or no true labels are known. */
  readonly pseudoLabels: PseudoLabelSummary | null;
}

/** Where a log period ends. */
export interface LogPeriod {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly classes: number;
  /** Values of logged state, by `plugin/key`. */
  readonly state: ReadonlyMap<string, Float32Array>;
}

/**
 * Puts a period's means together.
 *
 * @param means By kind and name: `loss NAME`, `value NAME`, `mask`.
 * @param pairs Counts of (true, pseudo) pairs [2, classes, classes]: all, then those with a mask.
 * @throws {Diverged} If a loss is not finite.
 */
export function logRow(
  means: ReadonlyMap<string, number>,
  pairs: Uint32Array,
  { classes, state, ...period }: LogPeriod,
): LogRow {
  const of = (prefix: string) =>
    Object.fromEntries(
      [...means].filter(([k]) => k.startsWith(prefix)).map(([k, v]) => [k.slice(prefix.length), v]),
    );
  const loss = of("loss ");
  for (const [name, value] of Object.entries(loss)) {
    if (Number.isFinite(value)) continue;
    throw new Diverged(`The loss '${name}' is ${value} by step ${period.step}`);
  }
  return {
    ...period,
    loss,
    mask: means.get("mask") ?? null,
    values: of("value "),
    state: Object.fromEntries([...state].map(([key, values]) => [key, [...values]])),
    pseudoLabels: means.has("mask") ? summarizePairs(pairs, classes) : null,
  };
}

function summarizePairs(pairs: Uint32Array, classes: number): PseudoLabelSummary | null {
  const cells = classes * classes;
  const all = pairs.subarray(0, cells), masked = pairs.subarray(cells);
  return all.some((n) => n > 0) ? summarizePseudoLabels({ all, masked, classes }) : null;
}
