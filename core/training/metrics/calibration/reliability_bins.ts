/** Samples sorted into bins by confidence: the bars of a reliability diagram. */
export interface ReliabilityBins {
  /** Samples a bin. */
  readonly count: Float64Array;
  /** Mean confidence a bin, 0 if empty. */
  readonly confidence: Float64Array;
  /** Mean of `correct` a bin, 0 if empty. */
  readonly accuracy: Float64Array;
  /** All samples, those in no bin included. */
  readonly samples: number;
}

/** How {@linkcode reliabilityBins} cuts the range from 0 to 1. */
export interface ReliabilityBinOptions {
  /** Bins of equal width, 15 by default. */
  readonly bins?: number;
  /**
   * Which end a bin owns. `left`: low <= confidence < high and one bin more for a confidence of
   * exactly 1, as torchmetrics (ADELLO). `right`: low < confidence <= high, as Guo et al. (BalPoE).
   * `left` by default.
   */
  readonly closed?: "left" | "right";
}

/**
 * Sorts samples into bins of equal width by their confidence.
 *
 * Confidence and edges are compared as float32. Right-closed edges are k / bins, so that a float32
 * confidence of 0.6 lies on the edge 9 / 15. Left-closed edges are those of `torch.linspace`, which
 * adds up steps from the nearer end: of 15 bins, the fourth begins just above 0.2.
 *
 * @param confidence Largest probability of each sample, 0..1.
 * @param correct Whether the prediction was right, 1 or 0 each.
 * @returns `bins` + 1 bins if left-closed, else `bins`.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If `bins` is not a positive integer.
 *
 * @example A sample on an edge
 * ```ts
 * import { reliabilityBins } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const left = reliabilityBins([0.5], [1], { bins: 2, closed: "left" });
 * const right = reliabilityBins([0.5], [1], { bins: 2, closed: "right" });
 * assert.deepEqual([...left.count], [0, 1, 0]);
 * assert.deepEqual([...right.count], [1, 0]);
 * ```
 */
export function reliabilityBins(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  { bins = 15, closed = "left" }: ReliabilityBinOptions = {},
): ReliabilityBins {
  checkBins(bins);
  const edges = closed === "left"
    ? linspace(bins)
    : Float32Array.from({ length: bins + 1 }, (_, k) => k / bins);
  const key = (value: number) => Math.fround(value);
  return closed === "left"
    ? fillBins(confidence, correct, bins + 1, (value) => edgesUpTo(edges, key(value)) - 1)
    : fillBins(confidence, correct, bins, (value) => edgesBelow(edges, key(value)) - 1);
}

/**
 * Sorts samples into bins with given edges, low < confidence <= high.
 *
 * @param confidence A value a sample; those not above the first edge fall into no bin.
 * @param correct 1 or 0 each.
 * @param options.edges Rising edges, one more than there are bins.
 * @throws {TypeError} If the lengths differ.
 */
export function binsBetween(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  { edges }: { readonly edges: ArrayLike<number> },
): ReliabilityBins {
  return fillBins(
    confidence,
    correct,
    edges.length - 1,
    (value) => edgesBelow(edges, value) - 1,
  );
}

/** How far confidence and accuracy lie apart; fractions. */
export interface CalibrationErrors {
  /** ECE: Σ_b n_b/n |acc_b - conf_b|. */
  readonly expected: number;
  /** MCE: max_b |acc_b - conf_b|, an empty bin counts as 0. */
  readonly maximum: number;
  /** OE: Σ_b n_b/n conf_b max(conf_b - acc_b, 0). */
  readonly overconfidence: number;
}

/**
 * Calibration errors of filled bins.
 *
 * @see Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equations 3 and 5;
 * Thulasidasan et al., "On Mixup Training", NeurIPS 2019, for the overconfidence error.
 */
export function calibrationErrors(bins: ReliabilityBins): CalibrationErrors {
  const { count, confidence, accuracy, samples } = bins;
  let expected = 0, maximum = 0, overconfidence = 0;
  for (let b = 0; b < count.length; b++) {
    const share = count[b]! / samples; // the three lists have one value a bin
    const excess = confidence[b]! - accuracy[b]!;
    expected += share * Math.abs(excess);
    maximum = Math.max(maximum, Math.abs(excess));
    overconfidence += share * confidence[b]! * Math.max(excess, 0);
  }
  return { expected, maximum, overconfidence };
}

/** Throws unless `bins` is a positive integer. */
export function checkBins(bins: number): void {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new RangeError(`Cannot cut confidences into ${bins} bins, a positive integer is needed`);
  }
}

function fillBins(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  bins: number,
  binOf: (confidence: number) => number,
): ReliabilityBins {
  if (confidence.length !== correct.length) {
    throw new TypeError(
      `${confidence.length} confidences do not fit ${correct.length} correctness values`,
    );
  }
  const count = new Float64Array(bins);
  const confidenceSum = new Float64Array(bins);
  const correctSum = new Float64Array(bins);
  for (let i = 0; i < confidence.length; i++) {
    const value = confidence[i]!; // i is inside both lists
    const b = binOf(value);
    if (b < 0 || b >= bins) continue;
    count[b]!++; // b is a bin
    confidenceSum[b]! += value;
    correctSum[b]! += correct[i]!;
  }
  const mean = (sum: number, b: number) => count[b] === 0 ? 0 : sum / count[b]!; // b is a bin
  return {
    count,
    confidence: confidenceSum.map(mean),
    accuracy: correctSum.map(mean),
    samples: confidence.length,
  };
}

/** Edges from 0 to 1 as PyTorch makes them in float32, from either end to the middle. */
function linspace(bins: number): Float32Array {
  const step = Math.fround(1 / bins);
  return Float32Array.from(
    { length: bins + 1 },
    (_, k) => 2 * k < bins + 1 ? step * k : 1 - Math.fround(step * (bins - k)),
  );
}

function edgesUpTo(edges: ArrayLike<number>, value: number): number {
  let n = 0;
  while (n < edges.length && edges[n]! <= value) n++; // n is inside edges
  return n;
}

function edgesBelow(edges: ArrayLike<number>, value: number): number {
  let n = 0;
  while (n < edges.length && edges[n]! < value) n++; // n is inside edges
  return n;
}
