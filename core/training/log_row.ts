import type { Device } from "../autograd/device.ts";
import { Diverged } from "./diverged.ts";
import { definedRate } from "./metrics/class_rates.ts";
import { pseudoLabelDiagnostics } from "./metrics/pseudo_label_diagnostics.ts";
import type { DataInfo } from "./plugin/needs.ts";
import type { PeriodLog } from "./step/label_kinds.ts";
import type { PluginState } from "./step/plugin_state.ts";
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
  /** How far estimated class shares are from the hidden ones, by `plugin/key`, where those are known. */
  readonly priors: Readonly<Record<string, PriorDistance>>;
  /** How good the pseudo-labels were; null where there are none or no true labels are known. */
  readonly pseudoLabels: PseudoLabelSummary | null;
  /** Share of the labeled images of the batches whose class the network named; not given where no pass sees them as they are. */
  readonly labeledAccuracy?: number;
  /** How good the pseudo-labels were that methods report beside these, by `plugin/name`. */
  readonly otherPseudoLabels?: Readonly<Record<string, LabelKindSummary>>;
}

/** What is known of one kind of pseudo-label; rates are fractions, null where undefined. */
export interface LabelKindSummary extends PseudoLabelSummary {
  /** How often a class is predicted, divided by how often it occurs; by class. */
  readonly gain: readonly (number | null)[];
  /** Mean recall over the classes that occur. */
  readonly averageRecall: number | null;
  /** Mean precision over the classes that are predicted. */
  readonly averagePrecision: number | null;
  /** Predictions of the class with the most, divided by those of the one with the fewest above 0. */
  readonly imbalance: number | null;
}

/** Counts of (true, pseudo) pairs [2, classes, classes]: all, then those with a mask. */
export interface PeriodPairs {
  /** Of the run's own pseudo-labels. */
  readonly own: Uint32Array;
  /** Of those that methods report beside these, by `plugin/name`. */
  readonly kinds: ReadonlyMap<string, Uint32Array>;
}

/** How far an estimate of class shares is from the truth. */
export interface PriorDistance {
  /** KL(truth ‖ estimate) = Σ_c π_c log(π_c / π̂_c), in nats, π̂ at least 1e-12. */
  readonly kl: number;
  /** Σ_c |π_c − π̂_c|, 0 to 2. */
  readonly l1: number;
}

/** Where a log period ends. */
export interface LogPeriod {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly classes: number;
  /** Values of logged state, by `plugin/key`. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Hidden class counts that some of it estimates, by `plugin/key`. */
  readonly truth: ReadonlyMap<string, readonly number[]>;
}

/** What a log period is read from. */
export interface LoggedRun extends PeriodLog {
  readonly device: Device;
  readonly state: Pick<PluginState, "logged" | "truth">;
  readonly data: DataInfo;
}

/**
 * A log period's row, read from the GPU in one go; the next one starts anew.
 *
 * @throws {Diverged} If a loss is not finite.
 */
export async function drainRow(
  { device, log, pairs, kinds, state, data }: LoggedRun,
  period: Pick<LogPeriod, "step" | "epoch" | "learningRate">,
): Promise<LogRow> {
  const { logged } = state;
  const [sums, own, ...values] = await device.readAll([
    log.sums,
    pairs,
    ...logged.values(),
    ...kinds.pairs.values(),
  ]);
  const means = log.means(sums);
  log.clear();
  device.clear(pairs);
  kinds.clear();
  const of = <T>(keys: Iterable<string>, from: number) =>
    new Map([...keys].map((key, i) => [key, values[from + i] as T])); // one array a tensor
  return logRow(means, { own, kinds: of<Uint32Array>(kinds.pairs.keys(), logged.size) }, {
    ...period,
    classes: data.classes,
    state: of<Float32Array>(logged.keys(), 0),
    truth: state.truth(data),
  });
}

/**
 * Puts a period's means together.
 *
 * @param means By kind and name: `loss NAME`, `value NAME`, `mask`, `labeledAccuracy`.
 * @throws {Diverged} If a loss is not finite.
 */
export function logRow(
  means: ReadonlyMap<string, number>,
  pairs: PeriodPairs,
  { classes, state, truth, ...period }: LogPeriod,
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
  const labeledAccuracy = means.get("labeledAccuracy");
  const others = [...pairs.kinds].flatMap(([name, counts]) => {
    const summary = summarizeKind(counts, classes);
    return summary ? [[name, summary] as const] : [];
  });
  return {
    ...period,
    loss,
    mask: means.get("mask") ?? null,
    values: of("value "),
    state: Object.fromEntries([...state].map(([key, values]) => [key, [...values]])),
    priors: Object.fromEntries(
      [...truth].flatMap(([key, counts]) => {
        const distance = priorDistance(counts, state.get(key) ?? []);
        return distance ? [[key, distance]] : [];
      }),
    ),
    pseudoLabels: means.has("mask") ? summarizePairs(pairs.own, classes) : null,
    ...labeledAccuracy !== undefined && { labeledAccuracy },
    ...others.length > 0 && { otherPseudoLabels: Object.fromEntries(others) },
  };
}

function summarizeKind(pairs: Uint32Array, classes: number): LabelKindSummary | null {
  const summary = summarizePairs(pairs, classes);
  if (!summary) return null;
  const all = pairs.subarray(0, classes * classes);
  const { gain, averageRecall, averagePrecision, imbalance } = pseudoLabelDiagnostics(all, classes);
  return {
    ...summary,
    gain: Array.from(gain, definedRate),
    averageRecall: definedRate(averageRecall),
    averagePrecision: definedRate(averagePrecision),
    imbalance: definedRate(imbalance),
  };
}

function summarizePairs(pairs: Uint32Array, classes: number): PseudoLabelSummary | null {
  const cells = classes * classes;
  const all = pairs.subarray(0, cells), masked = pairs.subarray(cells);
  return all.some((n) => n > 0) ? summarizePseudoLabels({ all, masked, classes }) : null;
}

/**
 * How far estimated class shares are from counts.
 *
 * @param counts The truth [C].
 * @param estimate Shares of the classes [C]; they are scaled to add up to 1.
 * @returns Null where one of them is all zeros.
 *
 * @example Half of what is there is thought to be of the other class
 * ```ts
 * import { priorDistance } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(priorDistance([4, 0], [0.5, 0.5]), { kl: Math.log(2), l1: 1 });
 * ```
 */
export function priorDistance(
  counts: ArrayLike<number>,
  estimate: ArrayLike<number>,
): PriorDistance | null {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  const total = sum(counts), mass = sum(estimate);
  if (!(total > 0) || !(mass > 0)) return null;
  let kl = 0, l1 = 0;
  for (let c = 0; c < counts.length; c++) {
    const truth = counts[c]! / total, guess = (estimate[c] ?? 0) / mass; // one a class
    if (truth > 0) kl += truth * Math.log(truth / Math.max(guess, 1e-12));
    l1 += Math.abs(truth - guess);
  }
  return { kl, l1 };
}
