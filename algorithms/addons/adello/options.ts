import type { OptionDocs } from "../../../core/mod.ts";
import { SMOOTHING_DOCS, type SmoothingOptions } from "../../shared/flexible_alignment.ts";
import { negative, noneOf, notPositive, outsideUnit } from "../../shared/option_checks.ts";

/** Options of ADELLO. */
export interface AdelloOptions extends SmoothingOptions {
  /** Whether logits are aligned: FlexDA. Without, only the distillation is left. */
  align: boolean;
  /** Prior that is smoothed: the running estimate, or the hidden `true` one (`adello_gt`). */
  target: "estimated" | "true";
  /** Share of the old estimate that a step keeps. */
  momentum: number;
  /** Whether labeled images among the unlabeled ones are left out of the estimate. */
  skipLabeled: boolean;
  /** Rows that are distilled: those without a pseudo-label, all, or none. */
  distill: "complement" | "all" | "none";
  /** Steps before the distillation. */
  distillAfter: number;
  /** Weight of the distillation. */
  distillWeight: number;
  /** Softens targets and student of the distillation. */
  temperature: number;
  /** `imbalance` replaces the temperature by e^KL(U ‖ Q) when the distillation starts. */
  temperatureRule: "fixed" | "imbalance";
}

/** Defaults of the released code; what a data set's run has otherwise is its recipe. */
export const ADELLO_DEFAULTS: AdelloOptions = {
  align: true,
  target: "estimated",
  minimum: 0.1,
  power: 2,
  byEpoch: false,
  momentum: 0.999,
  skipLabeled: false,
  distill: "complement",
  distillAfter: 50_000,
  distillWeight: 1,
  temperature: 1,
  temperatureRule: "fixed",
};

/** What each option is. */
export const ADELLO_DOCS: OptionDocs<AdelloOptions> = {
  ...SMOOTHING_DOCS,
  align: "Whether logits are aligned: FlexDA. Without, only the distillation is left.",
  target: "Prior that is smoothed: the running estimate, or the hidden `true` one (`adello_gt`).",
  momentum: "Share of the old estimate that a step keeps.",
  skipLabeled: "Whether labeled images among the unlabeled ones are left out of the estimate.",
  distill: "Rows that are distilled: those without a pseudo-label, all, or none.",
  distillAfter: "Steps before the distillation.",
  distillWeight: "Weight of the distillation.",
  temperature: "Softens targets and student of the distillation.",
  temperatureRule:
    "`imbalance` replaces the temperature by e^KL(U ‖ Q) when the distillation starts.",
};

/** What is wrong with the options, or null. */
export function checkAdello(
  { target, distill, temperatureRule, temperature, ...o }: AdelloOptions,
): string | null {
  const { minimum, power, momentum, distillAfter, distillWeight } = o;
  return noneOf("target", target, ["estimated", "true"]) ??
    noneOf("distill", distill, ["complement", "all", "none"]) ??
    noneOf("temperatureRule", temperatureRule, ["fixed", "imbalance"]) ??
    outsideUnit({ minimum, momentum }) ?? negative({ power, distillAfter, distillWeight }) ??
    notPositive({ temperature });
}
