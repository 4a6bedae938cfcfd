import type { PredictSet } from "../../../core/mod.ts";
import { meanConfidences, meanMargins, predictedOf, rowsOf } from "./diagnostics.ts";
import type { SevalOptions } from "./options.ts";
import { fitRefinement, type KnownLogits, type Refinement, refineRow } from "./refinement.ts";
import { refinementLoss } from "./refinement.ts";
import {
  fitThresholds,
  type GroupThreshold,
  type Selection,
  selectionOf,
  thresholdsOfClasses,
} from "./thresholds.ts";

/** Offsets and thresholds in force for a head, averages and last optimum. */
export interface Curves extends Refinement {
  readonly lastAlpha: readonly number[];
  readonly lastPi: readonly number[];
  readonly tau: readonly number[];
}

/** What a calibration found, beside the curves that it leaves. */
export interface CalibrationReport {
  /** Which images it looked at. */
  readonly set: PredictSet;
  /** Of the trained network: mean of z_k − max of the others by class, and mean confidence. */
  readonly margins: readonly number[];
  readonly confidences: readonly number[];
  /** The optimum of the offsets; null in mode `load`. */
  readonly refinement:
    | Refinement & {
      readonly loss: number;
      /** Loss of no refinement. */
      readonly lossBefore: number;
      readonly evaluations: number;
      readonly iterations: number;
      /** The average that thresholds were fitted under. */
      readonly averagedPi: readonly number[];
    }
    | null;
  /** The optimum of the thresholds; null in mode `load`. */
  readonly thresholds: {
    readonly target: number;
    readonly weights: readonly number[];
    readonly floor: number;
    readonly groups: readonly GroupThreshold[];
    /** τ* by class, up to the end of the last group. */
    readonly optimum: readonly number[];
    /** Classes of rare groups. */
    readonly rare: readonly number[];
    readonly selection: Selection;
  } | null;
}

/** What a calibration is made of. */
export interface CalibrationInput {
  /** Of the averaged network on the set. */
  readonly known: KnownLogits;
  readonly curves: Curves;
  readonly options: SevalOptions;
  /** Weight of a held-out image by class: ω. */
  readonly weights: readonly number[];
  /** Precision aimed at. */
  readonly target: number;
  /** τ* of another head to move the thresholds by. */
  readonly optimum?: readonly number[] | undefined;
}

/**
 * Moves offsets and thresholds towards what is best on images whose classes are known. Offsets first; thresholds are fitted under the moved ones; then classes of rare
 * groups take the least offset there is.
 */
export function calibrate(
  { known, curves, options, weights, target, optimum }: CalibrationInput,
): Pick<CalibrationReport, "refinement" | "thresholds"> & { readonly curves: Curves } {
  const { classes } = known, { piDecay, thresholdDecay, search } = options;
  const best = fitRefinement(known, {
    groups: options.piGroups || classes,
    metric: options.metric,
    alphaBounds: [options.alphaLow, options.alphaHigh],
    piBounds: [options.piLow, options.piHigh],
  });
  const alpha = averaged(curves.alpha, best.alpha, piDecay);
  const averagedPi = averaged(curves.pi, best.pi, piDecay);
  const refined = rowsOf(known).map((row) => refineRow(row, { alpha, pi: averagedPi }));
  const predictions = { ...predictedOf(refined), labels: known.labels };
  const groups = options.thresholdGroups || classes;
  const fitted = fitThresholds(predictions, { groups, target, weights, search });
  const slots = thresholdsOfClasses(fitted, groups * fitted.size);
  const rare = slots.flatMap((_, k) =>
    k < classes && fitted.groups[Math.floor(k / fitted.size)]!.rare ? [k] : [] // k is in a group
  );
  const ones = new Array<number>(classes).fill(1);
  return {
    curves: {
      alpha,
      pi: withLeast(averagedPi, rare),
      lastAlpha: best.alpha,
      lastPi: withLeast(best.pi, rare),
      tau: averaged(curves.tau, optimum ?? slots, thresholdDecay),
    },
    refinement: {
      alpha: best.alpha,
      pi: best.pi,
      loss: best.minimum.value,
      lossBefore: refinementLoss(known, options.metric)({ alpha: ones, pi: ones }),
      evaluations: best.minimum.evaluations,
      iterations: best.minimum.iterations,
      averagedPi,
    },
    thresholds: {
      target,
      weights,
      floor: fitted.floor,
      groups: fitted.groups,
      optimum: slots,
      rare,
      selection: selectionOf(predictions, slots.slice(0, classes)),
    },
  };
}

/** What the trained network makes of the set, by class. */
export function diagnose(known: KnownLogits): Pick<CalibrationReport, "margins" | "confidences"> {
  return { margins: meanMargins(known), confidences: meanConfidences(known) };
}

/** ω: undoes the tail of held-out images, 1 for the largest class. */
export function tailWeights(counts: readonly number[]): number[] {
  const most = Math.max(...counts);
  return counts.map((n) => most / Math.max(n, 1));
}

function averaged(old: readonly number[], next: readonly number[], decay: number): number[] {
  return old.map((x, k) => decay * x + (1 - decay) * next[k]!); // one a class
}

function withLeast(values: readonly number[], rare: readonly number[]): number[] {
  const least = Math.min(...values);
  return values.map((x, k) => rare.includes(k) ? least : x);
}
