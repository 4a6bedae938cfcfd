import { type Minimum, nelderMead, type NelderMeadOptions } from "./nelder_mead.ts";

/** Logits of images whose classes are known. */
export interface KnownLogits {
  /** [images, classes]. */
  readonly logits: Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array;
  /** Number of classes. */
  readonly classes: number;
}

/** Scale α and offset π of each class. */
export interface Refinement {
  readonly alpha: readonly number[];
  readonly pi: readonly number[];
}

/** How offsets are fitted. */
export interface RefinementOptions {
  /** Groups of as many consecutive classes that share α and π. */
  readonly groups: number;
  /** `nll`: class-balanced negative log-likelihood; `acc`: mean recall, negated. */
  readonly metric: "nll" | "acc";
  /** Lower and upper bound of α. */
  readonly alphaBounds: readonly [low: number, high: number];
  /** Lower and upper bound of π. */
  readonly piBounds: readonly [low: number, high: number];
  /** Told every point of the search, the groups' α and π, and its value. */
  readonly onTrial?: NelderMeadOptions["onTrial"];
}

/** Fitted offsets. */
export interface FittedRefinement extends Refinement {
  /** The search that found them. */
  readonly minimum: Minimum;
}

const TOLERANCE = 1e-7;
/** What the likelihood of a class counts that no image is of. */
const ABSENT = -2;

/** α (z − log π): the logits of one image, refined. */
export function refineRow(row: ArrayLike<number>, { alpha, pi }: Refinement): Float64Array {
  return Float64Array.from(
    { length: row.length },
    (_, k) => alpha[k]! * (row[k]! - Math.log(pi[k]!)), // k is a class
  );
}

/**
 * How badly refined logits fit (`optimizepi.py` of SEVAL): −(1/C) Σ_k m_k, with m_k the mean over
 * the images of class k of log softmax(α (z − log π))_k / C, or −2 for a class without image; or minus the mean
 * recall. The factor 1/C in m_k is the released code's and decides where its search stops.
 *
 * @returns The loss as a function of α and π of each class.
 */
export function refinementLoss(
  { logits, labels, classes }: KnownLogits,
  metric: RefinementOptions["metric"],
): (refinement: Refinement) => number {
  const images = labels.length;
  const counts = new Array<number>(classes).fill(0);
  for (const y of labels) counts[y]!++; // labels are classes
  // Without scales a softmax needs no exponential of its own: exp(z − log π) = exp(z) / π.
  const powers = new Float64Array(logits.length);
  for (let i = 0; i < images; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes), top = Math.max(...row);
    row.forEach((z, k) => powers[i * classes + k] = Math.exp(z - top));
  }
  const unscaled = (i: number, inverse: readonly number[]) => {
    let sum = 0;
    const from = i * classes;
    for (let k = 0; k < classes; k++) sum += powers[from + k]! * inverse[k]!; // k is a class
    const y = labels[i]!; // i is an image
    return Math.log(powers[from + y]! * inverse[y]! / sum);
  };
  const likelihood = (i: number, refinement: Refinement) => {
    const row = refineRow(logits.subarray(i * classes, (i + 1) * classes), refinement);
    const top = Math.max(...row);
    const sum = row.reduce((total, z) => total + Math.exp(z - top), 0);
    return row[labels[i]!]! - top - Math.log(sum); // i is an image
  };
  return (refinement) => {
    const sums = new Array<number>(classes).fill(0);
    const plain = refinement.alpha.every((a) => a === 1);
    const inverse = refinement.pi.map((p) => 1 / p);
    for (let i = 0; i < images; i++) {
      const value = metric === "acc"
        ? Number(isRight(logits.subarray(i * classes, (i + 1) * classes), labels[i]!, refinement))
        : (plain ? unscaled(i, inverse) : likelihood(i, refinement)) / classes;
      sums[labels[i]!]! += value; // i is an image
    }
    const absent = metric === "acc" ? 0 : ABSENT;
    const means = sums.map((sum, k) => counts[k]! > 0 ? sum / counts[k]! : absent); // a sum and a count a class
    return -means.reduce((a, b) => a + b, 0) / classes;
  };
}

/**
 * Fits α and π to held-out images, from 1 everywhere. π is determined up to a factor, which the path of
 * the search decides.
 *
 * @throws {RangeError} If the classes cannot be cut into so many groups.
 */
export function fitRefinement(known: KnownLogits, options: RefinementOptions): FittedRefinement {
  const { classes } = known, { groups, metric, alphaBounds, piBounds, onTrial } = options;
  if (!(classes % groups === 0)) {
    throw new RangeError(`Cannot cut ${classes} classes into ${groups} groups of the same size`);
  }
  const loss = refinementLoss(known, metric), size = classes / groups;
  const spread = (x: readonly number[]): Refinement => ({
    alpha: x.slice(0, groups).flatMap((a) => new Array<number>(size).fill(a)),
    pi: x.slice(groups).flatMap((p) => new Array<number>(size).fill(p)),
  });
  const minimum = nelderMead((x) => loss(spread(x)), new Array<number>(2 * groups).fill(1), {
    bounds: Array.from({ length: 2 * groups }, (_, i) => i < groups ? alphaBounds : piBounds),
    tolerance: TOLERANCE,
    ...(onTrial ? { onTrial } : {}),
  });
  return { ...spread(minimum.x), minimum };
}

/** Share of each class that refined logits classify rightly, 0 for a class without image. */
export function refinedRecall(known: KnownLogits, refinement: Refinement): number[] {
  const { logits, labels, classes } = known;
  const counts = new Array<number>(classes).fill(0), right = new Array<number>(classes).fill(0);
  labels.forEach((y, i) => {
    counts[y]!++; // labels are classes
    const row = logits.subarray(i * classes, (i + 1) * classes);
    if (isRight(row, y, refinement)) right[y]!++;
  });
  return right.map((n, k) => counts[k]! > 0 ? n / counts[k]! : 0); // a sum and a count a class
}

function isRight(row: Float32Array, y: number, refinement: Refinement): boolean {
  const refined = refineRow(row, refinement);
  return refined.indexOf(Math.max(...refined)) === y;
}
