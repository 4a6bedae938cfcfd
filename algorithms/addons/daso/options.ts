import type { OptionDocs } from "../../../core/mod.ts";
import { notPositive, notWhole } from "../../shared/option_checks.ts";

/** Options of DASO. */
export interface DasoOptions {
  /** What cosines are divided by: T_proto in the paper. */
  temperature: number;
  /** Flatness of the blend shares: T_dist in the paper. */
  spread: number;
  /** Whether the share of the semantic label follows the class distribution. */
  adaptive: boolean;
  /** Share of the semantic label where it does not follow: υ in the paper's ablation. */
  share: number;
  /** Feature vectors kept of each class: L in the paper. */
  queue: number;
  /** Steps before the first blend: P in the paper. */
  warmup: number;
  /** Steps between two updates of the class distribution. */
  period: number;
  /** Weight of the semantic alignment loss: λ_align in the paper. */
  align: number;
}

/** Defaults of the configurations for CIFAR-10. */
export const DASO_DEFAULTS: DasoOptions = {
  temperature: 0.05,
  spread: 1.5,
  adaptive: true,
  share: 0.5,
  queue: 256,
  warmup: 5000,
  period: 100,
  align: 1,
};

/** What each option is. */
export const DASO_DOCS: OptionDocs<DasoOptions> = {
  temperature: "What cosines are divided by: T_proto in the paper.",
  spread: "Flatness of the blend shares: T_dist in the paper.",
  adaptive: "Whether the share of the semantic label follows the class distribution.",
  share: "Share of the semantic label where it does not follow: υ in the paper's ablation.",
  queue: "Feature vectors kept of each class: L in the paper.",
  warmup: "Steps before the first blend: P in the paper.",
  period: "Steps between two updates of the class distribution.",
  align: "Weight of the semantic alignment loss: λ_align in the paper.",
};

/** What is wrong with the options, or null. */
export function checkDaso({ temperature, spread, queue, period }: DasoOptions): string | null {
  return notPositive({ temperature, spread }) ?? notWhole({ queue, period });
}
