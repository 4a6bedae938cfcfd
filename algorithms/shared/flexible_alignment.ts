import {
  add,
  type DataInfo,
  detach,
  div,
  exp,
  klDivergence,
  lerp,
  log,
  maximum,
  mean,
  mul,
  type OptionDocs,
  type Output,
  pow,
  type Progress,
  reshape,
  type Schedule,
  softmax,
  sum,
  type Tensor,
} from "../../core/mod.ts";

/** What keeps logarithms of empty classes finite. */
const FLOOR = 1e-9;

/** Options of the target's smoothing. */
export interface SmoothingOptions {
  /** Exponent at the end of training: α_min. */
  minimum: number;
  /** How late the exponent falls: k in the code, d in the paper. */
  power: number;
  /** Whether it falls between epochs only. */
  byEpoch: boolean;
}

/** What the options of the smoothing are. */
export const SMOOTHING_DOCS: OptionDocs<SmoothingOptions> = {
  minimum: "Exponent at the end of training: α_min.",
  power: "How late the exponent falls: k in the code, d in the paper.",
  byEpoch: "Whether it falls between epochs only.",
};

/** Exponent α of the target prior in a step. */
export function smoothingAt(
  { minimum, power, byEpoch }: SmoothingOptions,
  { step, steps, epochSteps }: Progress,
): number {
  return adelloSmoothing({ steps, minimum, power, ...byEpoch && { epochSteps } })(step);
}

/** Which prior logits are aligned to before it is smoothed. */
export type AlignmentTarget = "labeled" | "estimated" | "true";

/** The prior of a name [classes]; `true` needs to be told, see {@linkcode unknownTruth}. */
export function alignmentTarget(
  target: AlignmentTarget,
  { prior, state, data: { trueUnlabeledCounts } }: {
    readonly prior: Tensor;
    readonly state: { readonly estimate: Tensor };
    readonly data: DataInfo;
  },
): Tensor {
  if (target === "labeled") return prior;
  if (target === "estimated" || !trueUnlabeledCounts) return state.estimate;
  const total = trueUnlabeledCounts.reduce((a, b) => a + b, 0);
  return prior.device.tensor(trueUnlabeledCounts.map((n) => n / total), prior.shape);
}

/** What is wrong with a target where nobody knows the unlabeled classes, or null. */
export function unknownTruth(
  target: AlignmentTarget,
  data: Pick<DataInfo, "trueUnlabeledCounts">,
): string | null {
  return target === "true" && !data.trueUnlabeledCounts
    ? "target is 'true' but nobody knows the classes of the unlabeled images: take another one"
    : null;
}

/** A prior to the power of α, scaled to sum 1: uniform for α of 0 [classes]. */
export function smoothedPrior(prior: Tensor, alpha: number): Tensor {
  const powers = pow(prior, alpha);
  return div(powers, sum(powers));
}

/**
 * What is added to the logits of each class so that a classifier of data with the prior `current`
 * learns to predict for the prior `wanted`: log((current + ε) / (wanted + ε)) [classes].
 */
export function classBias(current: Tensor, wanted: Tensor): Tensor {
  return log(div(add(current, FLOOR), add(wanted, FLOOR)));
}

/**
 * The running unlabeled prior after a batch: m Q + (1 − m) · mean softmax of the weak view's raw
 * logits; without gradient. Where no row counts it stays.
 *
 * @param weak What the network makes of the weak view.
 * @param counted 1 for rows that count, else 0 [batch]; all rows by default.
 */
export function movePrior(
  prior: Tensor,
  weak: Output,
  { momentum, counted }: { readonly momentum: number; readonly counted?: Tensor },
): Tensor {
  const probs = softmax(detach(weak.rawLogits()));
  if (!counted) return lerp(prior, mean(probs, 0), 1 - momentum);
  const rows = sum(counted), one = maximum(rows, 1); // whole numbers
  const average = div(sum(mul(probs, reshape(counted, [counted.size, 1])), 0), one);
  return lerp(prior, average, mul(div(rows, one), 1 - momentum));
}

/** Kullback–Leibler divergence of two distributions, Σ p (log p − log q). */
export function divergence(p: Tensor, q: Tensor): Tensor {
  return klDivergence(p, log(q));
}

/** ADELLO's temperature: e to the divergence of the uniform distribution from the prior, KL(U ‖ Q). */
export function imbalanceTemperature(prior: Tensor): Tensor {
  return exp(divergence(uniformLike(prior), prior));
}

/** Distributions that the alignment is judged by. */
export interface AlignedPriors {
  /** Labeled class frequencies. */
  readonly labeled: Tensor;
  /** Running estimate of the unlabeled ones. */
  readonly estimate: Tensor;
  /** What the alignment aims at before it is smoothed. */
  readonly target: Tensor;
  /** The true unlabeled frequencies, where a method is told them. */
  readonly truth?: Tensor;
}

/** Divergences of what is known from estimate, target and labeled prior, for the log. */
export function alignmentReport(
  { labeled, estimate, target, truth }: AlignedPriors,
): Readonly<Record<string, Tensor>> {
  const uniform = uniformLike(labeled);
  return {
    labeledToEstimate: divergence(labeled, estimate),
    labeledToTarget: divergence(labeled, target),
    uniformToEstimate: divergence(uniform, estimate),
    uniformToTarget: divergence(uniform, target),
    uniformToLabeled: divergence(uniform, labeled),
    ...truth && {
      truthToEstimate: divergence(truth, estimate),
      truthToTarget: divergence(truth, target),
    },
  };
}

function uniformLike(prior: Tensor): Tensor {
  return add(mul(prior, 0), 1 / prior.size);
}

/** Settings of {@linkcode adelloSmoothing}. */
export interface AdelloSmoothingOptions {
  /** Length N of the run in steps. */
  readonly steps: number;
  /** Exponent at the end, 0.1 by default. */
  readonly minimum?: number;
  /** How late the exponent falls: k in the code, d in the paper; 2 by default. */
  readonly power?: number;
  /** Steps an epoch, if the exponent is to change only between epochs (UDAL). */
  readonly epochSteps?: number;
}

/**
 * Exponent that flattens ADELLO's target prior as training goes on: 1 - (1 - minimum) (t/N)^k.
 *
 * The target is the estimated unlabeled prior to this power, normalised: the estimate itself at
 * step 0, nearly uniform at the end. By epochs, t/N becomes ⌊t/E⌋ / (N/E) with E steps an epoch.
 *
 * @see Sanchez Aimar et al., "Flexible Distribution Alignment: Towards Long-tailed Semi-supervised
 * Learning with Proper Calibration", ECCV 2024.
 */
export function adelloSmoothing(
  { steps, minimum = 0.1, power = 2, epochSteps = 1 }: AdelloSmoothingOptions,
): Schedule {
  return (step) => {
    const progress = Math.floor(step / epochSteps) / (steps / epochSteps);
    return 1 - (1 - minimum) * progress ** power;
  };
}
