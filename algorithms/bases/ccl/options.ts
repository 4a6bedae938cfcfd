import { negative, notPositive, notWhole, outsideUnit } from "../../shared/option_checks.ts";

/** Options of CCL. */
export interface CclOptions {
  /** Confidence from which a pseudo-label counts. */
  threshold: number;
  /** Strength of the logit adjustment of the balanced head: τ. */
  strength: number;
  /** What the logits of pseudo-labels are divided by: T. */
  temperature: number;
  /** Energy up to which a pseudo-label is reliable, whatever the number of classes. */
  energy: number;
  /** Share of the classification losses, which the reliable contrastive loss lacks: λ₁. */
  classification: number;
  /** Weight of the smoothed contrastive loss: λ₂. */
  smooth: number;
  /** Least weight of the unlabeled classification losses; with more unlabeled images their ratio μ. */
  lambda: number;
  /** What products of embeddings are divided by. */
  contrastTemperature: number;
  /** Share of a label that comes from the neighbours among unlabeled images. */
  spread: number;
  /** Power that pseudo-labels of both contrastive losses are sharpened by. */
  sharpness: number;
  /** Whether smoothed labels are adjusted by the estimated unlabeled shares, as in the paper's equation 17. */
  propagationAdjust: boolean;
  /** Share of the old estimate for unlabeled images that a refresh keeps: α. */
  momentum: number;
  /** The same of the estimate for all images: β. */
  allMomentum: number;
  /** Last epoch without an estimate. */
  estimateAfter: number;
  /** Steps from one refresh of the estimates to the next, counted within an epoch; 0 for its end. */
  refresh: number;
}

/** Defaults of its configurations for CIFAR-100. */
export const CCL_DEFAULTS: CclOptions = {
  threshold: 0.95,
  strength: 2,
  temperature: 1,
  energy: -8.75,
  classification: 0.7,
  smooth: 1,
  lambda: 1.5,
  contrastTemperature: 0.1,
  spread: 0.2,
  sharpness: 4,
  propagationAdjust: false,
  momentum: 0.5,
  allMomentum: 0.5,
  estimateAfter: 5,
  refresh: 0,
};

/** Most of a label that neighbours may give: what they pass on is summed up turn by turn. */
const MOST_SPREAD = 0.9;

/** What is wrong with the options, or null. */
export function checkCcl(options: CclOptions): string | null {
  const { threshold, classification, momentum, allMomentum, strength, smooth, lambda } = options;
  const { temperature, contrastTemperature, sharpness, estimateAfter, refresh, spread } = options;
  return outsideUnit({ threshold, classification, momentum, allMomentum, spread }) ??
    negative({ strength, smooth, lambda }) ??
    notPositive({ temperature, contrastTemperature, sharpness }) ??
    notWhole({ estimateAfter, refresh }, 0) ??
    (spread <= MOST_SPREAD ? null : `spread is ${spread}: give a number from 0 to ${MOST_SPREAD}`);
}
