import type { OptionDocs } from "../../../core/mod.ts";
import { noneOf, notPositive, notWhole, outsideUnit } from "../../shared/option_checks.ts";
import { checkRamp, RAMP_DOCS, type RampOptions } from "../../shared/ramp.ts";

/** Options of ReMixMatch. */
export interface ReMixMatchOptions extends RampOptions {
  /** Both parameters of the Beta distribution of shares: α in the paper. */
  alpha: number;
  /** Sharpening: T in the paper. */
  temperature: number;
  /** Weight of the mixed unlabeled loss: λ_U in the paper. */
  lambda: number;
  /** Weight of the loss on the first strong view before mixing: λ_Û1 in the paper. */
  unmixed: number;
  /** Weight of the rotation loss: λ_r in the paper. */
  rotation: number;
  /** Whether pseudo-labels are aligned with the labeled class distribution. */
  align: boolean;
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Share of the old mean that a step keeps, in place of `batches`, as in USB's code; 0 for none. */
  momentum: number;
  /** Share of the run at which that mean starts anew, as CoSSL's does with co-learning; 0 for never. */
  restart: number;
  /** Whether that mean starts anew in each epoch, as CDMAD's does. */
  restartEpochs: boolean;
  /** Power of the alignment's target. */
  exponent: number;
  /** View of labeled images; CoSSL's code has the strong one. */
  labeledView: "weak" | "strong";
  /** Whether the target adds up to 1 or, as CoSSL has it, to the number of unlabeled images. */
  target: "shares" | "counts";
  /** Whether labeled images are learned from a weak view that is not mixed as well, as in CDMAD's code. */
  plainLabeled: boolean;
  /**
   * Whether the first strong view is seen unmixed `before` the mixed images or, as in CDMAD's code, `after`
   * them; running statistics alone tell the difference.
   */
  unmixedPass: "before" | "after";
  /** Added to probabilities within the logarithm of the labeled and mixed losses; 1e-8 in CDMAD's code. */
  logFloor: number;
}

/** Defaults of DASO's configurations. */
export const REMIXMATCH_DEFAULTS: ReMixMatchOptions = {
  alpha: 0.75,
  temperature: 0.5,
  lambda: 1.5,
  unmixed: 0.5,
  rotation: 0.5,
  align: true,
  batches: 128,
  momentum: 0,
  restart: 0,
  restartEpochs: false,
  exponent: 1,
  labeledView: "weak",
  target: "shares",
  plainLabeled: false,
  unmixedPass: "before",
  logFloor: 0,
  ramp: "linear",
  rampShare: 0.016,
};

/** What each option is. */
export const REMIXMATCH_DOCS: OptionDocs<ReMixMatchOptions> = {
  ...RAMP_DOCS,
  alpha: "Both parameters of the Beta distribution of shares: α in the paper.",
  temperature: "Sharpening: T in the paper.",
  lambda: "Weight of the mixed unlabeled loss: λ_U in the paper.",
  unmixed: "Weight of the loss on the first strong view before mixing: λ_Û1 in the paper.",
  rotation: "Weight of the rotation loss: λ_r in the paper.",
  align: "Whether pseudo-labels are aligned with the labeled class distribution.",
  batches: "Batches whose mean prediction is aligned.",
  restart:
    "Share of the run at which that mean starts anew, as CoSSL's does with co-learning; 0 for never.",
  exponent: "Power of the alignment's target.",
  labeledView: "View of labeled images; CoSSL's code has the strong one.",
  target: "Whether the target adds up to 1 or, as CoSSL has it, to the number of unlabeled images.",
  momentum:
    "Share of the old mean that a step keeps, in place of `batches`, as in USB's code; 0 for none.",
  restartEpochs: "Whether that mean starts anew in each epoch, as CDMAD's does.",
  plainLabeled:
    "Whether labeled images are learned from a weak view that is not mixed as well, as in CDMAD's code.",
  unmixedPass:
    "Whether the first strong view is seen unmixed `before` the mixed images or, as in CDMAD's code, `after` them; running statistics alone tell the difference.",
  logFloor:
    "Added to probabilities within the logarithm of the labeled and mixed losses; 1e-8 in CDMAD's code.",
};

/** What is wrong with the options, or null. */
export function checkReMixMatch(config: ReMixMatchOptions): string | null {
  const { alpha, temperature, restart, momentum, batches, labeledView, target, logFloor } = config;
  return notPositive({ alpha, temperature }) ?? checkRamp(config) ??
    outsideUnit({ restart, momentum, logFloor }) ??
    noneOf("unmixedPass", config.unmixedPass, ["before", "after"]) ??
    notWhole({ batches }) ?? noneOf("labeledView", labeledView, ["weak", "strong"]) ??
    noneOf("target", target, ["shares", "counts"]);
}
