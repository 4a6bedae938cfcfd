/**
 * Methods: bases and add-ons, each a plugin.
 *
 * @module
 */
export { adello, type AdelloOptions } from "./addons/adello/adello.ts";
export { udal, type UdalOptions } from "./addons/udal.ts";
export { acr, type AcrOptions } from "./bases/acr/acr.ts";
export { balpoe, type BalpoeOptions } from "./bases/balpoe/balpoe.ts";
export { type MixOptions } from "./bases/balpoe/batch_mix.ts";
export { type CutBox, cutBox } from "./bases/balpoe/cut_box.ts";
export { expertBias, expertLosses } from "./bases/balpoe/expert_loss.ts";
export { tauList } from "./bases/balpoe/options.ts";
export { ccl, type CclOptions } from "./bases/ccl/ccl.ts";
export { cpe, type CpeOptions } from "./bases/cpe/cpe.ts";
export { fixmatch, type FixMatchOptions } from "./bases/fixmatch.ts";
export { simpro, type SimproOptions } from "./bases/simpro.ts";
export { supervised, type SupervisedOptions } from "./bases/supervised.ts";
export type { ClassEstimator } from "./bases/acr/class_anchors.ts";
export type { AlignmentTarget, SmoothingOptions } from "./shared/flexible_alignment.ts";
export { logPrior } from "./shared/log_prior.ts";
export { pseudolabel, type PseudoLabelOptions } from "./bases/pseudolabel.ts";
export { meanteacher, type MeanTeacherOptions } from "./bases/meanteacher.ts";
export { mixmatch, type MixMatchOptions } from "./bases/mixmatch.ts";
export { remixmatch, type ReMixMatchOptions } from "./bases/remixmatch/remixmatch.ts";
export { type RampOptions } from "./shared/ramp.ts";
export { type ShareForm } from "./addons/crest/select_rarest.ts";
export { usadtm, type UsadtmOptions } from "./bases/usadtm.ts";
export { daso, type DasoOptions } from "./addons/daso/daso.ts";
export { cossl, type CosslOptions } from "./addons/cossl/cossl.ts";
export { blendChances, blendTail, type TailBlend } from "./addons/cossl/tail_blend.ts";
export { abc, type AbcOptions } from "./addons/abc.ts";
export { seval, type SevalOptions } from "./addons/seval/seval.ts";
export { type Minimum, nelderMead, type NelderMeadOptions } from "./addons/seval/nelder_mead.ts";
export { logitadjust, type LogitAdjustOptions } from "./addons/logitadjust.ts";
export { distalign, type DistAlignOptions } from "./addons/distalign.ts";
export { ldam, type LdamOptions } from "./addons/ldam.ts";
export { reweight, type ReweightOptions } from "./addons/reweight.ts";
export { crest, type CrestOptions } from "./addons/crest/crest.ts";
export { darp, type DarpOptions } from "./addons/darp/darp.ts";
export * from "./addons/darp/estimate_counts.ts";
export { cdmad, type CdmadOptions } from "./addons/cdmad.ts";
export { crt, type CrtOptions } from "./addons/crt.ts";
export { algorithms, basesOf, findAlgorithm, type ListedAlgorithm } from "./registry.ts";
