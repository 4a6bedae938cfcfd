import { negative, noneOf, notWhole, outsideUnit } from "../../shared/option_checks.ts";

/** Options of CPE. */
export interface CpeOptions {
  /** Strength of each expert's logit adjustment on labeled images: τ₁, τ₂, τ₃ in the paper. */
  strengths: number[];
  /** Confidence from which a pseudo-label counts: `p_cutoff`. */
  threshold: number;
  /** Weight of the unlabeled losses: `lambda_u`. */
  lambda: number;
  /**
   * Shares of the classes, the most frequent first, whose pseudo-labels do not reach the second and the
   * third batch norm: the code's cut1 and cut2, of 10 classes 2 and 4.
   */
  cuts: number[];
  /**
   * Whether an unlabeled loss is divided by the pseudo-labels that count, in all batch norms, or by
   * the unlabeled images of the batch.
   */
  normalize: "kept" | "batch";
  /** Share of the old class shares that a step keeps: `ema_u`. They are logged and change nothing. */
  momentum: number;
  /** Last epoch without an estimate of the class shares: `est_epoch`. */
  estimateAfter: number;
}

/** Defaults of its configurations for CIFAR-10. */
export const CPE_DEFAULTS: CpeOptions = {
  strengths: [0, 2, 4],
  threshold: 0.95,
  lambda: 1,
  cuts: [0.2, 0.4],
  normalize: "kept",
  momentum: 0.9,
  estimateAfter: 0,
};

/** What is wrong with the options, or null. */
export function checkCpe(
  { strengths, cuts, threshold, lambda, momentum, normalize, estimateAfter }: CpeOptions,
): string | null {
  if (strengths.length !== 3) return `strengths has ${strengths.length} numbers: give three`;
  if (!strengths.every((tau) => tau >= 0)) {
    return `strengths is ${JSON.stringify(strengths)}: give numbers of at least 0`;
  }
  const [middle = NaN, tail = NaN] = cuts;
  if (cuts.length !== 2 || !(0 <= middle && middle <= tail && tail <= 1)) {
    return `cuts is ${JSON.stringify(cuts)}: give two numbers from 0 to 1, the smaller one first`;
  }
  return outsideUnit({ threshold, momentum }) ?? negative({ lambda }) ??
    notWhole({ estimateAfter }, 0) ?? noneOf("normalize", normalize, ["kept", "batch"]);
}
