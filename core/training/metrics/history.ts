/** What a series of evaluations comes to. */
export interface HistorySummary {
  /** Mean of the last evaluations (SimPro, ACR, CoSSL, ADELLO report this). */
  readonly recentMean: number;
  /** Their median; the mean of the two middle ones if their number is even (DASO, SEVAL). */
  readonly recentMedian: number;
  /** The largest of all evaluations, which peeks at the test set (USB reports this). */
  readonly best: number;
  /** The last evaluation. */
  readonly last: number;
}

/**
 * Sums up a series of evaluations by the rules that papers report by.
 *
 * @param values One value an evaluation, oldest first.
 * @param options.window How many evaluations count as recent, 20 by default; all if there are fewer.
 * @throws {RangeError} If there is no value, or the window is not a positive integer.
 *
 * @example Four evaluations
 * ```ts
 * import { summarizeHistory } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(summarizeHistory([9, 1, 2, 6], { window: 3 }), {
 *   recentMean: 3,
 *   recentMedian: 2,
 *   best: 9,
 *   last: 6,
 * });
 * ```
 */
export function summarizeHistory(
  values: readonly number[],
  { window = 20 }: { readonly window?: number } = {},
): HistorySummary {
  if (!Number.isInteger(window) || window < 1) {
    throw new RangeError(`A window of ${window} evaluations is not a positive integer`);
  }
  const recent = values.slice(-window);
  const last = recent.at(-1);
  if (last === undefined) throw new RangeError("Cannot sum up a history without an evaluation");
  return {
    recentMean: recent.reduce((a, b) => a + b, 0) / recent.length,
    recentMedian: median(recent),
    best: values.reduce((a, b) => Math.max(a, b)),
    last,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!; // the caller has at least one value
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2; // two at least
}
