import type { OptionDocs } from "../../../core/mod.ts";
import type { ClassEstimator } from "./class_anchors.ts";
import { negative, noneOf, outsideUnit } from "../../shared/option_checks.ts";

/** Options of ACR. */
export interface AcrOptions {
  /** Confidence from which a pseudo-label counts. */
  threshold: number;
  /** Strongest adjustment of the standard head's pseudo-labels: τ_max, also `tau1`. */
  strength: number;
  /** Adjustment of the balanced head's pseudo-labels: `tau12`. */
  targetStrength: number;
  /** Adjustment of the balanced head's labeled loss: `tau2`. */
  balancedStrength: number;
  /** Whether the first strength follows the estimated class distribution; false is ACR† (ACR_d). */
  dynamic: boolean;
  /** Epochs before the class distribution is estimated; the released code begins one later. */
  estimateAfter: number;
  /** Share of the old estimate that a step keeps: `ema_u`. */
  momentum: number;
  /** `presence` as released, which gives the published numbers, or `count` as the paper has it. */
  estimator: ClassEstimator;
}

/** Defaults of its README's commands. */
export const ACR_DEFAULTS: AcrOptions = {
  threshold: 0.95,
  strength: 2,
  targetStrength: 2,
  balancedStrength: 2,
  dynamic: true,
  estimateAfter: 5,
  momentum: 0.99,
  estimator: "presence",
};

/** What each option is. */
export const ACR_DOCS: OptionDocs<AcrOptions> = {
  threshold: "Confidence from which a pseudo-label counts.",
  strength: "Strongest adjustment of the standard head's pseudo-labels: τ_max, also `tau1`.",
  targetStrength: "Adjustment of the balanced head's pseudo-labels: `tau12`.",
  balancedStrength: "Adjustment of the balanced head's labeled loss: `tau2`.",
  dynamic:
    "Whether the first strength follows the estimated class distribution; false is ACR† (ACR_d).",
  estimateAfter:
    "Epochs before the class distribution is estimated; the released code begins one later.",
  momentum: "Share of the old estimate that a step keeps: `ema_u`.",
  estimator:
    "`presence` as released, which gives the published numbers, or `count` as the paper has it.",
};

/** What is wrong with the options, or null. */
export function checkAcr(
  { threshold, momentum, estimator, strength, targetStrength, balancedStrength }: AcrOptions,
): string | null {
  return outsideUnit({ threshold, momentum }) ??
    noneOf("estimator", estimator, ["presence", "count"]) ??
    negative({ strength, targetStrength, balancedStrength });
}
