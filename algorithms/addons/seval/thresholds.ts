import type { Schedule } from "../../../core/mod.ts";
import { nelderMead } from "./nelder_mead.ts";

/** Predictions of images whose classes are known. */
export interface KnownPredictions {
  /** Largest probability of each image. */
  readonly confidence: ArrayLike<number>;
  /** Its class. */
  readonly predicted: ArrayLike<number>;
  /** The true class of each image. */
  readonly labels: ArrayLike<number>;
}

/** How thresholds are fitted. */
export interface ThresholdOptions {
  /** Groups of consecutive classes that share a threshold. */
  readonly groups: number;
  /** Precision that selected images are to have: t in the paper. */
  readonly target: number;
  /** Weight of an image by its true class: ω, [classes]. */
  readonly weights: readonly number[];
  /** `nelder-mead` as the released code; `exact` finds the smallest of the best thresholds. */
  readonly search: "nelder-mead" | "exact";
  /** Told every threshold that a search of a group tries, and its error. */
  onTrial?(group: number, threshold: number, error: number): void;
}

/** What is known of a group of classes. */
export interface GroupThreshold {
  /** τ*: images above it are selected. */
  readonly threshold: number;
  /** Weight of the images predicted to be of the group: D. */
  readonly mass: number;
  /** Weighted share of them that are: A. */
  readonly precision: number;
  /** Images of the group. */
  readonly images: number;
  /** Too little is known of the group to search. */
  readonly rare: boolean;
  /** Whether a threshold was searched for; without, every image is selected. */
  readonly searched: boolean;
  /** |A(τ*) − t|. */
  readonly error: number;
  /** Values that the search computed. */
  readonly evaluations: number;
}

/** Fitted thresholds. */
export interface FittedThresholds {
  readonly groups: readonly GroupThreshold[];
  /** Weight below which a group is rare. */
  readonly floor: number;
  /** Classes of each group; the last one may have fewer. */
  readonly size: number;
}

/** A group of fewer images is rare. */
const FEW = 10;
const START = 0.95, TOLERANCE = 1e-7;
/** Keeps the precision of nothing from being 0 / 0. */
const TINY = 1e-6;

/**
 * Fits a threshold to each group of classes (`optimizeth.py` of SEVAL): where the weighted precision of the
 * held-out images that are predicted to be of the group falls short of the target, the threshold
 * whose selection comes nearest to it; 0 where it does not, and for rare groups.
 */
export function fitThresholds(known: KnownPredictions, o: ThresholdOptions): FittedThresholds {
  const { labels } = known, classes = o.weights.length;
  const size = Math.ceil(classes / o.groups);
  const weight = (i: number) => o.weights[labels[i]!]!; // labels are classes
  const all = Array.from({ length: labels.length }, (_, i) => i);
  const floor = all.reduce((sum, i) => sum + weight(i), 0) / o.groups / 10;
  const groups = Array.from({ length: o.groups }, (_, g): GroupThreshold => {
    const within = (k: number) => k >= g * size && k < (g + 1) * size;
    const own = all.filter((i) => within(known.predicted[i]!)); // i is an image
    const images = all.filter((i) => within(labels[i]!)).length;
    const precision = precisionAbove(own, known, weight);
    const mass = TINY + own.reduce((sum, i) => sum + weight(i), 0);
    const rare = mass <= floor || images < FEW, total = precision(-1);
    const searched = total < o.target && !rare;
    const error = (threshold: number) => Math.abs(precision(threshold) - o.target);
    const confidences = own.map((i) => known.confidence[i]!); // i is an image
    const found = searched ? search(error, confidences, o, g) : { threshold: 0, evaluations: 0 };
    const { threshold } = found;
    return {
      ...found,
      mass,
      precision: total,
      images,
      rare,
      searched,
      error: error(threshold),
    };
  });
  return { groups, floor, size };
}

/** The threshold of each class: that of its group. */
export function thresholdsOfClasses(
  { groups, size }: Pick<FittedThresholds, "groups" | "size">,
  classes: number,
): number[] {
  return Array.from({ length: classes }, (_, k) => groups[Math.floor(k / size)]!.threshold); // every class is in a group
}

/** What thresholds select. */
export interface Selection {
  /** Selected images by predicted class. */
  readonly perClass: readonly number[];
  /** All of them, and a little more than none. */
  readonly images: number;
  /** Share of them that are predicted rightly. */
  readonly precision: number;
}

/** Counts the images whose confidence is above the threshold of their predicted class. */
export function selectionOf(
  { confidence, predicted, labels }: KnownPredictions,
  thresholds: readonly number[],
): Selection {
  const perClass = thresholds.map(() => 0);
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const k = predicted[i]!; // i is an image
    if (!(confidence[i]! > thresholds[k]!)) continue;
    perClass[k]!++;
    if (labels[i] === k) right++;
  }
  const images = perClass.reduce((a, b) => a + b, 0) + TINY;
  return { perClass, images, precision: right / images };
}

function precisionAbove(
  own: readonly number[],
  { confidence, predicted, labels }: KnownPredictions,
  weight: (i: number) => number,
): (threshold: number) => number {
  return (threshold) => {
    let right = 0, all = TINY;
    for (const i of own) {
      if (!(confidence[i]! > threshold)) continue; // i is an image
      all += weight(i);
      if (predicted[i] === labels[i]) right += weight(i);
    }
    return right / all;
  };
}

function search(
  error: (threshold: number) => number,
  confidences: readonly number[],
  { search: kind, onTrial }: ThresholdOptions,
  group: number,
): Pick<GroupThreshold, "threshold" | "evaluations"> {
  if (kind === "exact") {
    const candidates = [...new Set([0, ...confidences])].sort((a, b) => a - b);
    const errors = candidates.map(error);
    const best = errors.indexOf(Math.min(...errors));
    return { threshold: candidates[best]!, evaluations: errors.length }; // 0 is a candidate
  }
  const { x, evaluations } = nelderMead(([threshold = 0]) => error(threshold), [START], {
    bounds: [[0, 1]],
    tolerance: TOLERANCE,
    onTrial: ([threshold = 0], value) => onTrial?.(group, threshold, value),
  });
  return { threshold: x[0]!, evaluations }; // one variable
}

/** Settings of {@linkcode sevalTargetPrecision}. */
export interface SevalTargetPrecisionOptions {
  /** Precision asked for at step 0. */
  readonly start: number;
  /** Precision asked for at the end; as `start` in every published configuration. */
  readonly end: number;
  /** Length of the run in steps. */
  readonly steps: number;
}

/**
 * Precision that SEVAL's class thresholds aim at, along a line: start + (end − start) t/T, with the
 * 0-based step t that a calibration follows.
 *
 * @see Li et al., "Learning Label Refinement and Threshold Adjustment for Imbalanced Semi-Supervised
 * Learning", 2024.
 */
export function sevalTargetPrecision(
  { start, end, steps }: SevalTargetPrecisionOptions,
): Schedule {
  return (step) => start + (end - start) * step / steps;
}
